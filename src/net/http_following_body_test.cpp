// Requests whose handler has them before their body: BodyMode::may_follow.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "net/http_connection.hpp"
#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"

namespace skat::net {
namespace {

using namespace std::chrono_literals;
using testing::TestClient;
using testing::TestServer;

constexpr std::size_t kMaxBody = 1'000;

bool eventually(const std::atomic<int>& value, int wanted) {
  for (int i = 0; i < 500 && value != wanted; ++i) std::this_thread::sleep_for(10ms);
  return value == wanted;
}

class HttpFollowingBody : public ::testing::Test {
 protected:
  void start(HttpConfig config = {}) {
    Router router;
    const RouteOptions follows{.max_body_bytes = kMaxBody, .body = BodyMode::may_follow};
    // Answers with the body, "late:" before one that followed.
    router.add(
        "POST", "/take", [this](HttpRequest request, Responder responder) { take(request, responder); }, follows);
    router.add(
        "POST", "/refuse", [](HttpRequest, Responder responder) { responder.respond(HttpResponse::text(400, "no")); },
        follows);
    router.add("POST", "/cut", [](HttpRequest, Responder responder) { responder.cut(); }, follows);
    router.add("POST", "/drop", [](HttpRequest, Responder) {}, follows);
    // Waits in `held_` and does not want the body.
    router.add(
        "POST", "/hold",
        [this](HttpRequest, Responder responder) {
          responder.on_lost([this] { ++lost_; });
          held_.push_back(std::move(responder));
          ++begun_;
        },
        follows);
    router.add("GET", "/large", [](HttpRequest, Responder responder) {
      responder.respond(HttpResponse::text(200, std::string(20'000'000, 'L')));
    });
    server_.emplace(std::move(router), config);
  }
  void SetUp() override { start(); }
  void TearDown() override {
    server_->stop();
    held_.clear();
    server_.reset();
  }

  void take(const HttpRequest& request, Responder& responder) {
    if (!request.body_follows) return responder.respond(HttpResponse::text(200, request.body));
    auto shared = std::make_shared<Responder>(std::move(responder));
    shared->on_lost([this] { ++lost_; });
    shared->on_body([this, shared](BodyResult result) {
      ++ended_;
      shared->respond(result.too_large ? HttpResponse::text(413, "") : HttpResponse::text(200, "late:" + result.body));
    });
    ++begun_;
  }
  void answer_held(const std::string& body) {
    server_->on_loop([&] {
      held_.back().respond(HttpResponse::text(200, body));
      held_.pop_back();
      return 0;
    });
  }
  static std::string post(std::string_view path, std::string_view framing) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(framing) + "\r\n\r\n";
  }

  std::atomic<int> begun_ = 0, ended_ = 0, lost_ = 0;
  std::vector<Responder> held_;  // loop only
  std::optional<TestServer> server_;
};

TEST_F(HttpFollowingBody, ABodyThatComesWithItsHeadIsInTheRequest) {
  TestClient client(server_->port());
  client.send(post("/take", "Content-Length: 5") + "whole");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nwhole"));
  client.send(post("/take", "Transfer-Encoding: chunked") + "2\r\nab\r\n0\r\n\r\n");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nab"));
  client.send(post("/take", "Content-Length: 0"));
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\n"));
  EXPECT_EQ(begun_, 0);
}

TEST_F(HttpFollowingBody, TheHandlerIsCalledBeforeTheBodyHasCome) {
  TestClient client(server_->port());
  client.send(post("/take", "Content-Length: 9") + "one ");
  ASSERT_TRUE(eventually(begun_, 1));
  EXPECT_EQ(ended_, 0);
  client.send("two");
  std::this_thread::sleep_for(10ms);
  EXPECT_EQ(ended_, 0);
  client.send("!!");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nlate:one two!!"));
  client.send(post("/take", "Transfer-Encoding: chunked") + "3\r\nab");
  ASSERT_TRUE(eventually(begun_, 2));
  client.send("c\r\n1\r\nd\r\n0\r\n\r\n" + post("/take", "Content-Length: 4") + "next");
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nlate:abcd"));
  EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nnext")) << "the connection goes on";
  EXPECT_EQ(lost_, 0);
}

TEST_F(HttpFollowingBody, AsksForTheBodyOfAClientThatWaits) {
  TestClient client(server_->port());
  client.send(post("/take", "Expect: 100-continue\r\nContent-Length: 4"));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_TRUE(client.read_response().ends_with("late:body"));
  TestClient refused(server_->port());
  refused.send(post("/refuse", "Expect: 100-continue\r\nContent-Length: 4"));
  EXPECT_TRUE(refused.read_response().starts_with("HTTP/1.1 400 ")) << "no 100 before it";
}

TEST_F(HttpFollowingBody, TheHandlerAnswersABodyPastTheLimit) {
  TestClient most(server_->port());
  most.send(post("/take", "Content-Length: 1000"));
  most.send(std::string(kMaxBody, 'x'));
  EXPECT_TRUE(most.read_response().starts_with("HTTP/1.1 200 "));
  for (const char* framing : {"Content-Length: 1001", "Transfer-Encoding: chunked"}) {
    TestClient client(server_->port());
    client.send(post("/take", framing) + "3e9\r\n");
    const auto response = client.read_response();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 413 ")) << framing;
    EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client.sees_end());
  }
  const int begun_before = begun_;
  TestClient counted(server_->port());
  counted.send(post("/take", "Transfer-Encoding: chunked") + "3e8\r\n" + std::string(kMaxBody, 'x') + "\r\n");
  ASSERT_TRUE(eventually(begun_, begun_before + 1));
  counted.send("1\r\n");
  EXPECT_TRUE(counted.read_response().starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(ended_, begun_);
  EXPECT_EQ(lost_, 0);
}

TEST_F(HttpFollowingBody, A413IsReadEvenByAClientThatIsStillSending) {
  TestClient client(server_->port());
  client.send(post("/take", "Content-Length: 300000"));
  client.send(std::string(300'000, 'x'));
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpFollowingBody, AnAnswerBeforeTheBodyIsTheLastOfItsConnection) {
  TestClient client(server_->port());
  client.send(post("/refuse", "Content-Length: 9") + "half");
  EXPECT_NE(client.read_response().find("\r\nConnection: close\r\n"), std::string::npos);
  client.send("more!" + post("/take", "Content-Length: 0"));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(HttpFollowingBody, AConnectionMayBeCutWithoutAnAnswer) {
  TestClient client(server_->port());
  client.send(post("/cut", "Content-Length: 9") + "half");
  EXPECT_TRUE(client.sees_end());
  TestClient whole(server_->port());
  whole.send(post("/cut", "Content-Length: 4") + "half");
  EXPECT_TRUE(whole.sees_end());
  EXPECT_EQ(server_->on_loop([&] { return loop_stats(server_->loop()).connections; }), 0U);
}

TEST_F(HttpFollowingBody, AHandlerThatDropsItsResponderIsA500) {
  TestClient client(server_->port());
  client.send(post("/drop", "Content-Length: 9") + "half");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(client.sees_end());
}

TEST_F(HttpFollowingBody, ABodyThatNobodyWantsIsReadAndDropped) {
  TestClient client(server_->port());
  client.send(post("/hold", "Content-Length: 4") + "ab");
  ASSERT_TRUE(eventually(begun_, 1));
  client.send("cd");
  std::this_thread::sleep_for(10ms);
  answer_held("held");
  EXPECT_TRUE(client.read_response().ends_with("held"));
  client.send(post("/take", "Content-Length: 4") + "next");
  EXPECT_TRUE(client.read_response().ends_with("next"));
  client.send(post("/hold", "Content-Length: 1001") + "ab");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(eventually(lost_, 1));
}

TEST_F(HttpFollowingBody, APeerThatGoesInTheMiddleOfItsBodyIsLost) {
  {
    TestClient client(server_->port());
    client.send(post("/take", "Content-Length: 9") + "half");
    ASSERT_TRUE(eventually(begun_, 1));
  }
  EXPECT_TRUE(eventually(lost_, 1));
  TestClient half_closed(server_->port());
  half_closed.send(post("/take", "Content-Length: 9") + "half");
  half_closed.shut_sending();
  EXPECT_TRUE(eventually(lost_, 2));
  EXPECT_EQ(ended_, 0);
}

TEST_F(HttpFollowingBody, AMalformedBodyIs400AndLost) {
  TestClient client(server_->port());
  client.send(post("/take", "Transfer-Encoding: chunked") + "3\r\nab");
  ASSERT_TRUE(eventually(begun_, 1));
  client.send("cd\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(eventually(lost_, 1));
  EXPECT_EQ(ended_, 0);
}

class HttpLateBody : public HttpFollowingBody {
 protected:
  void SetUp() override { start({.body_timeout = 60ms, .write_timeout = 60ms}); }
};

TEST_F(HttpLateBody, ABodyThatIsTooSlowIs408AndLost) {
  TestClient client(server_->port());
  client.send(post("/take", "Content-Length: 9") + "half");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(eventually(lost_, 1));
  EXPECT_EQ(ended_, 0);
}

TEST_F(HttpLateBody, ARequestBehindAnAnswerThatNobodyReadsIsLost) {
  TestClient client(server_->port(), 4'096);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + post("/hold", "Content-Length: 0"));
  ASSERT_TRUE(eventually(begun_, 1));
  EXPECT_TRUE(eventually(lost_, 1));
}

}  // namespace
}  // namespace skat::net
