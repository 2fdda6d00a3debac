#include "net/http_connection.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"
#include "net/websocket_connection.hpp"

namespace skat::net {
namespace {

using namespace std::chrono_literals;
using testing::TestClient;
using testing::TestServer;

bool eventually(const std::atomic<int>& value, int wanted) {
  for (int i = 0; i < 500 && value != wanted; ++i) std::this_thread::sleep_for(10ms);
  return value == wanted;
}

// GET /held waits in `held` until a test answers; touched on the loop only.
struct Held {
  std::vector<Responder> responders;
  std::atomic<int> count = 0, lost = 0;
};

Router routes(Held& held) {
  Router router;
  router.add("GET", "/hello",
             [](HttpRequest, Responder responder) { responder.respond(HttpResponse::text(200, "hi")); });
  router.add("POST", "/echo", [](HttpRequest request, Responder responder) {
    responder.respond(HttpResponse::text(200, std::move(request.body)));
  });
  router.add("POST", "/small",
             [](HttpRequest request, Responder responder) {
               responder.respond(HttpResponse::text(200, std::move(request.body)));
             },
             {.max_body_bytes = 10});
  router.add("GET", "/address", [](HttpRequest request, Responder responder) {
    responder.respond(HttpResponse::text(200, request.remote_address));
  });
  router.add("GET", "/large", [](HttpRequest, Responder responder) {
    responder.respond(HttpResponse::text(200, std::string(20'000'000, 'L')));
  });
  router.add("GET", "/dropped", [](HttpRequest, Responder) {});
  router.add("GET", "/held", [&held](HttpRequest, Responder responder) {
    responder.on_lost([&held] { ++held.lost; });
    held.responders.push_back(std::move(responder));
    ++held.count;
  });
  return router;
}

class HttpConnectionTest : public ::testing::Test {
 protected:
  void start(HttpConfig config = {}) { server_.emplace(routes(held_), config); }
  TestServer& server() {
    if (!server_) start();
    return *server_;
  }
  void TearDown() override {
    if (!server_) return;
    server_->stop();
    held_.responders.clear();
    server_.reset();
  }
  void answer_held(const std::string& body) {
    server().on_loop([&] {
      held_.responders.back().respond(HttpResponse::text(200, body));
      held_.responders.pop_back();
      return 0;
    });
  }

  Held held_;
  std::optional<TestServer> server_;
};

constexpr auto kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpConnectionTest, KeepsTheConnectionForTheNextRequest) {
  TestClient client(server().port());
  for (int i = 0; i < 3; ++i) {
    client.send(kHello);
    const auto response = client.read_response();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\nhi")) << response;
    EXPECT_NE(response.find("\r\nDate: "), std::string::npos);
  }
  client.send("GET /address HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\n127.0.0.1"));
  EXPECT_EQ(server().on_loop([&] { return loop_stats(server().loop()).accepted; }), 1U);
}

TEST_F(HttpConnectionTest, AnswersPipelinedRequestsInOrder) {
  TestClient client(server().port());
  std::string requests;
  for (int i = 0; i < 40; ++i) {
    const auto body = std::to_string(i);
    requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  client.send(requests);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(client.read_response().ends_with("\r\n\r\n" + std::to_string(i)));
}

TEST_F(HttpConnectionTest, APipelinedRequestWaitsForTheOneBeforeIt) {
  TestClient client(server().port());
  client.send(std::string("GET /held HTTP/1.1\r\nHost: x\r\n\r\n") + kHello);
  ASSERT_TRUE(eventually(held_.count, 1));
  client.send(kHello);  // and one that comes while it waits
  std::this_thread::sleep_for(20ms);
  answer_held("first");
  EXPECT_TRUE(client.read_response().ends_with("first"));
  EXPECT_TRUE(client.read_response().ends_with("hi"));
  EXPECT_TRUE(client.read_response().ends_with("hi"));
}

TEST_F(HttpConnectionTest, ClosesWhenTheClientAsksForIt) {
  TestClient client(server().port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.read_response().find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(client.sees_end());
}

TEST_F(HttpConnectionTest, AnHttp10ClientGetsKeepAliveOnlyIfItAsks) {
  TestClient closing(server().port());
  closing.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(closing.read_response().ends_with("hi"));
  EXPECT_TRUE(closing.sees_end());
  TestClient keeping(server().port());
  keeping.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(keeping.read_response().find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  keeping.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(keeping.read_response().ends_with("hi"));
}

TEST_F(HttpConnectionTest, HeadHasTheLengthAndNoBody) {
  TestClient client(server().port());
  client.send(std::string("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n") + kHello);
  const auto head = client.read_response(true);
  EXPECT_NE(head.find("\r\nContent-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 OK"));
}

TEST_F(HttpConnectionTest, AsksForTheBodyOfAClientThatWaits) {
  TestClient client(server().port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nbody"));
}

TEST_F(HttpConnectionTest, RefusesALargeBodyBeforeAskingForIt) {
  TestClient client(server().port());
  client.send("POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(HttpConnectionTest, A413IsReadEvenByAClientThatIsStillSending) {
  TestClient client(server().port());
  client.send("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n");
  client.send(std::string(300'000, 'x'));
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpConnectionTest, ReadsAChunkedBody) {
  TestClient client(server().port());
  client.send("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.send("2\r\nde\r\n0\r\n\r");
  client.send("\n");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nabcde"));
}

TEST_F(HttpConnectionTest, ABadRequestIsAnsweredAndTheConnectionClosed) {
  TestClient client(server().port());
  client.send(std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n") + kHello);
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(client.sees_end());  // what came behind it is not answered
}

TEST_F(HttpConnectionTest, AHeadAboveItsLimitIs431) {
  TestClient client(server().port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(17'000, 'a') + "\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(HttpConnectionTest, UnknownPathsAndMethodsAreAnswered) {
  TestClient client(server().port());
  client.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 404 "));
  client.send("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto response = client.read_response();
  EXPECT_TRUE(response.starts_with("HTTP/1.1 405 "));
  EXPECT_NE(response.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
}

TEST_F(HttpConnectionTest, AHandlerThatDropsItsResponderIsA500) {
  TestClient client(server().port());
  client.send("GET /dropped HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 500 "));
}

TEST_F(HttpConnectionTest, AnAnswerMayComeLater) {
  TestClient client(server().port());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually(held_.count, 1));
  answer_held("later");
  EXPECT_TRUE(client.read_response().ends_with("later"));
  client.send(kHello);
  EXPECT_TRUE(client.read_response().ends_with("hi"));
  EXPECT_EQ(held_.lost, 0);
}

TEST_F(HttpConnectionTest, NoticesThatTheClientOfAHeldRequestHasGone) {
  {
    TestClient client(server().port());
    client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(eventually(held_.count, 1));
    EXPECT_EQ(held_.lost, 0);
  }
  EXPECT_TRUE(eventually(held_.lost, 1));
  EXPECT_FALSE(server().on_loop([&] { return held_.responders.back().connected(); }));
  answer_held("to nobody");
  EXPECT_EQ(server().on_loop([&] { return loop_stats(server().loop()).connections; }), 0U);
}

TEST_F(HttpConnectionTest, NoticesItAlsoBehindPipelinedBytes) {
  {
    TestClient client(server().port());
    client.send(std::string("GET /held HTTP/1.1\r\nHost: x\r\n\r\n") + kHello);
    ASSERT_TRUE(eventually(held_.count, 1));
    client.send(kHello);
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(held_.lost, 0);
  }
  EXPECT_TRUE(eventually(held_.lost, 1));
}

TEST_F(HttpConnectionTest, ALargeAnswerReachesASlowReader) {
  TestClient client(server().port(), 4'096);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  const auto response = client.read_response();
  EXPECT_EQ(response.size() - response.find("\r\n\r\n") - 4, 20'000'000U);
  client.send(kHello);
  EXPECT_TRUE(client.read_response().ends_with("hi"));
}

TEST_F(HttpConnectionTest, WhoSendsNothingOrTooSlowlyIsCutOff) {
  start({.head_timeout = 60ms, .body_timeout = 60ms, .idle_timeout = 60ms});
  TestClient silent(server().port());
  EXPECT_TRUE(silent.sees_end());
  TestClient slow(server().port());
  slow.send("GET /hello HT");
  EXPECT_TRUE(slow.read_response().starts_with("HTTP/1.1 408 "));
  TestClient half(server().port());
  half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_TRUE(half.read_response().starts_with("HTTP/1.1 408 "));
  TestClient idle(server().port());
  idle.send(kHello);
  EXPECT_TRUE(idle.read_response().ends_with("hi"));
  EXPECT_TRUE(idle.sees_end());
}

TEST_F(HttpConnectionTest, AHeldRequestHasNoTimeLimit) {
  start({.head_timeout = 40ms, .body_timeout = 40ms, .idle_timeout = 40ms});
  TestClient client(server().port());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually(held_.count, 1));
  std::this_thread::sleep_for(150ms);
  answer_held("still here");
  EXPECT_TRUE(client.read_response().ends_with("still here"));
}

TEST_F(HttpConnectionTest, AConnectionAboveTheLimitIsClosed) {
  start({.max_connections = 1});
  TestClient first(server().port());
  first.send(kHello);
  EXPECT_TRUE(first.read_response().ends_with("hi"));
  TestClient second(server().port());
  EXPECT_TRUE(second.sees_end());
  first.close();
  for (int i = 0; i < 100; ++i) {
    TestClient third(server().port());
    third.send(kHello);
    if (third.read_response().ends_with("hi")) return;
    std::this_thread::sleep_for(10ms);
  }
  FAIL() << "the place was not given back";
}

TEST_F(HttpConnectionTest, DrainClosesIdleConnectionsAndOthersAfterTheirAnswer) {
  TestClient idle(server().port()), held(server().port());
  idle.send(kHello);
  EXPECT_TRUE(idle.read_response().ends_with("hi"));
  held.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually(held_.count, 1));
  server().server().drain();
  EXPECT_TRUE(idle.sees_end());
  answer_held("last");
  EXPECT_NE(held.read_response().find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(held.sees_end());
  EXPECT_FALSE(TestClient(server().port()).connected());
}

TEST(HttpPipelining, AConnectionThatAsksForMuchAtOnceLetsOthersIn) {
  std::string order;
  Router router;
  router.add("GET", "/wait", [](HttpRequest, Responder responder) {
    std::this_thread::sleep_for(100ms);
    responder.respond(HttpResponse::text(200, "waited"));
  });
  for (const char* path : {"/a", "/b"}) {
    router.add("GET", path, [&order, path](HttpRequest, Responder responder) {
      order += path[1];
      responder.respond(HttpResponse::text(200, path));
    });
  }
  TestServer server(std::move(router));
  TestClient wait(server.port()), many(server.port()), one(server.port());
  for (TestClient* client : {&wait, &many, &one}) {  // all are accepted
    client->send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client->read_response().starts_with("HTTP/1.1 404 "));
  }
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  wait.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(20ms);
  many.send(requests);  // both are there when the loop looks again
  one.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(one.read_response().ends_with("/b"));
  EXPECT_LE(server.on_loop([&] { return order.find('b'); }), 32U);
  server.stop();
}

TEST(HttpMove, AReleasedRequestIsAnsweredOnAnotherLoopAndStaysThere) {
  std::atomic<int> lost = 0;
  std::vector<Responder> held;
  TestServer* test = nullptr;
  Router router;
  router.add("GET", "/move", [&](HttpRequest, Responder responder) {
    Loop& to = &responder.loop() == &test->loop(0) ? test->loop(1) : test->loop(0);
    move_exchange(responder.release(), to, [&to](std::shared_ptr<HttpExchange> exchange) {
      Responder moved(std::move(exchange));
      moved.respond(HttpResponse::text(200, to.in_this_thread() ? to.name() : "wrong thread"));
    });
  });
  router.add("GET", "/where", [](HttpRequest, Responder responder) {
    responder.respond(HttpResponse::text(200, responder.loop().name()));
  });
  router.add("GET", "/hold", [&](HttpRequest, Responder responder) {
    move_exchange(responder.release(), test->loop(1), [&](std::shared_ptr<HttpExchange> exchange) {
      held.emplace_back(std::move(exchange));
      held.back().on_lost([&] { ++lost; });
    });
  });
  TestServer server(std::move(router), {}, 2);
  test = &server;
  {
    TestClient client(server.port());
    client.send("GET /move HTTP/1.1\r\nHost: x\r\n\r\nGET /where HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto moved = client.read_response(), after = client.read_response();
    EXPECT_TRUE(moved.ends_with("test0") || moved.ends_with("test1")) << moved;
    EXPECT_EQ(moved.substr(moved.size() - 5), after.substr(after.size() - 5));
    client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(lost, 0);
  }
  EXPECT_TRUE(eventually(lost, 1));
  server.stop();
  held.clear();
}

}  // namespace
}  // namespace skat::net
