// Engines over loopback: the bytes of requests, frames and answers, on one loop and across two.
#include "engineio/engine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "engineio/testing/echo_server.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;
using Frame = std::optional<std::string>;
using testing::EchoServer;
using testing::LoopbackClient;

Config test_config(std::chrono::milliseconds ping_interval, std::chrono::milliseconds ping_timeout) {
  Config config;
  config.path = "/engine.io/";
  config.ping_interval = ping_interval;
  config.ping_timeout = ping_timeout;
  return config;
}

class EngineTest : public ::testing::Test {
 protected:
  // By default no ping comes in between, however slow the machine is.
  explicit EngineTest(const Config& config = test_config(25s, 20s)) : server_(config) {}

  // What only time can bring about.
  template <class Done>
  static bool soon(Done done) {
    for (int i = 0; i < 1'000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }
  std::string get(std::string_view sid, std::size_t loop = 0) {
    return server_.connect(loop).request("GET", server_.polling(sid)).body;
  }
  int get_status(std::string_view sid, std::size_t loop = 0) {
    return server_.connect(loop).request("GET", server_.polling(sid)).status;
  }
  std::string post(std::string_view sid, std::string_view body, std::size_t loop = 0) {
    return server_.connect(loop).request("POST", server_.polling(sid), body).body;
  }

  EchoServer server_;
};

// ---- handshake

TEST_F(EngineTest, PollingHandshake) {
  const auto answer = server_.connect().request("GET", server_.polling());
  EXPECT_EQ(answer.status, 200);
  const std::string sid = EchoServer::sid_of(answer.body);
  EXPECT_EQ(answer.body, R"(0{"sid":")" + sid +
                             R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
                             R"("maxPayload":1000000})");
  EXPECT_TRUE(answer.has_header("Content-Type: text/plain; charset=UTF-8"));
  EXPECT_TRUE(answer.has_header("cache-control: no-store"));
}

TEST_F(EngineTest, WebSocketHandshake) {
  auto client = server_.connect();
  EXPECT_EQ(client.upgrade(server_.websocket()).status, 101);
  const auto frame = client.read_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(*frame, R"(10{"sid":")" + EchoServer::sid_of(*frame) +
                        R"(","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
}

TEST_F(EngineTest, RefusedHandshakesOverHttp) {
  struct Case {
    const char *method, *query, *body;
  };
  for (const Case& c :
       {Case{"GET", "transport=polling", R"({"code":5,"message":"Unsupported protocol version"})"},
        Case{"GET", "EIO=abc&transport=polling", R"({"code":5,"message":"Unsupported protocol version"})"},
        Case{"GET", "EIO=4", R"({"code":0,"message":"Transport unknown"})"},
        Case{"GET", "EIO=4&transport=abc", R"({"code":0,"message":"Transport unknown"})"},
        Case{"POST", "EIO=4&transport=polling", R"({"code":2,"message":"Bad handshake method"})"},
        Case{"PUT", "EIO=4&transport=polling", R"({"code":2,"message":"Bad handshake method"})"},
        Case{"GET", "EIO=4&transport=websocket", R"({"code":3,"message":"Bad request"})"},
        Case{"GET", "EIO=4&transport=polling&sid=abc", R"({"code":1,"message":"Session ID unknown"})"}}) {
    const auto answer = server_.connect().request(c.method, "/engine.io/?" + std::string(c.query));
    EXPECT_EQ(answer.status, 400) << c.query;
    EXPECT_EQ(answer.body, c.body) << c.query;
    EXPECT_TRUE(answer.has_header("Content-Type: application/json"));
  }
}

TEST_F(EngineTest, RefusedUpgradesComeBeforeThe101) {
  struct Case {
    const char *query, *message;
  };
  for (const auto& [query, message] :
       {Case{"EIO=abc&transport=websocket", "Unsupported protocol version"},
        Case{"transport=websocket", "Unsupported protocol version"}, Case{"EIO=4", "Transport unknown"},
        Case{"EIO=4&transport=abc", "Transport unknown"}, Case{"EIO=4&transport=polling", "Bad request"},
        Case{"EIO=4&transport=websocket&sid=abc", "Session ID unknown"}}) {
    auto client = server_.connect();
    const auto answer = client.upgrade("/engine.io/?" + std::string(query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.body, message) << query;
    EXPECT_TRUE(answer.has_header("Connection: close"));
    EXPECT_TRUE(answer.has_header("Content-type: text/html"));
    EXPECT_EQ(client.read_frame(), std::nullopt) << "the connection ends";
  }
}

TEST_F(EngineTest, ForeignOriginsAreRefusedAndAllowedOnesGetCorsHeaders) {
  const auto refused = server_.connect().request("GET", server_.polling(), {}, "Origin: https://evil.example\r\n");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"code":4,"message":"Forbidden"})");
  EXPECT_FALSE(refused.has_header("Access-Control-Allow-Origin: https://evil.example"));
  const auto upgrade = server_.connect().upgrade(server_.websocket(), "Origin: https://evil.example\r\n");
  EXPECT_EQ(upgrade.status, 400);
  EXPECT_EQ(upgrade.body, "Forbidden");

  const std::string local = "Origin: http://localhost:5173\r\n";
  const std::string line = "Access-Control-Allow-Origin: http://localhost:5173";
  EXPECT_TRUE(server_.connect().request("GET", server_.polling(), {}, local).has_header(line));
  EXPECT_TRUE(server_.connect().request("GET", server_.polling("unknown"), {}, local).has_header(line));
  EXPECT_TRUE(server_.connect().upgrade(server_.websocket(), local).has_header(line));
  EXPECT_TRUE(server_.connect().upgrade(server_.websocket("unknown"), local).has_header(line));
}

TEST_F(EngineTest, APreflightIsAnsweredBeforeAnySidCheck) {
  const auto answer = server_.connect().request(
      "OPTIONS", server_.polling("unknown"), {},
      "Origin: http://localhost\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-a\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(answer.has_header("Access-Control-Allow-Origin: http://localhost"));
  EXPECT_TRUE(answer.has_header("Access-Control-Allow-Headers: x-a"));
  EXPECT_TRUE(answer.has_header("Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE"));
  EXPECT_EQ(server_.connect().request("OPTIONS", server_.polling(), {}, "Origin: https://evil.example\r\n").status,
            403);
}

TEST_F(EngineTest, TheFirstSubprotocolIsTaken) {
  const auto answer = server_.connect().upgrade(server_.websocket(), "Sec-WebSocket-Protocol: first, second\r\n");
  EXPECT_EQ(answer.status, 101);
  EXPECT_TRUE(answer.has_header("Sec-WebSocket-Protocol: first"));
}

// ---- messages

TEST_F(EngineTest, MessagesOverPolling) {
  const std::string sid = server_.open_polling();
  const auto answer = server_.connect().request("POST", server_.polling(sid), "4hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok");
  EXPECT_TRUE(answer.has_header("Content-Type: text/html"));
  EXPECT_EQ(get(sid), "4hello");
  post(sid,
       "4test1\x1e"
       "4test2\x1e"
       "4test3");
  EXPECT_EQ(get(sid),
            "4test1\x1e"
            "4test2\x1e"
            "4test3");
  post(sid,
       "4hello\x1e"
       "bAQIDBA==");
  EXPECT_EQ(get(sid),
            "4hello\x1e"
            "bAQIDBA==");
}

TEST_F(EngineTest, ABadPayloadClosesTheSession) {
  const std::string sid = server_.open_polling();
  EXPECT_EQ(server_.connect().request("POST", server_.polling(sid), "abc").status, 400);
  EXPECT_EQ(get_status(sid), 400);
}

TEST_F(EngineTest, ASecondGetClosesTheSession) {
  const std::string sid = server_.open_polling();
  auto first = server_.connect();
  first.send_request("GET", server_.polling(sid));
  std::this_thread::sleep_for(5ms);
  const auto second = server_.connect().request("GET", server_.polling(sid));
  EXPECT_EQ(second.status, 400);
  EXPECT_EQ(second.body, "");
  const auto held = first.read_answer();
  EXPECT_EQ(held.status, 200);
  EXPECT_EQ(held.body, "1");
  EXPECT_EQ(get(sid), R"({"code":1,"message":"Session ID unknown"})");
}

TEST_F(EngineTest, AnAbortedGetClosesTheSession) {
  const std::string sid = server_.open_polling();
  {
    auto client = server_.connect();
    client.send_request("GET", server_.polling(sid));
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
  EXPECT_EQ(get(sid), R"({"code":1,"message":"Session ID unknown"})");
}

TEST_F(EngineTest, AnOctetStreamIsAnsweredAndClosesTheSession) {
  const std::string sid = server_.open_polling();
  const auto answer =
      server_.connect().request("POST", server_.polling(sid), "4a", "Content-Type: application/octet-stream\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(get_status(sid), 400);
}

TEST_F(EngineTest, OtherMethodsOfASessionAreRefusedWithoutHarm) {
  const std::string sid = server_.open_polling();
  for (const char* method : {"PUT", "DELETE", "PATCH"}) {
    const auto answer = server_.connect().request(method, server_.polling(sid), "4a");
    EXPECT_EQ(answer.status, 400) << method;
    EXPECT_EQ(answer.body, R"({"code":3,"message":"Bad request"})") << method;
  }
  for (const auto& target : {server_.polling(sid), server_.polling()}) {
    auto client = server_.connect();
    client.send_request("HEAD", target);
    EXPECT_EQ(client.read_head().status, 400) << "without a sid it is no handshake either";
  }
  EXPECT_EQ(post(sid, "4hello"), "ok");
}

// ---- a POST whose body comes later, on the session's loop and on the other

class EnginePost : public EngineTest, public ::testing::WithParamInterface<std::size_t> {
 protected:
  // The head, and some of the body.
  LoopbackClient begin_post(std::string_view sid, std::size_t body_bytes, std::string_view begin,
                            std::string_view headers = {}) {
    LoopbackClient client = server_.connect(GetParam());
    client.write("POST " + server_.polling(sid) + " HTTP/1.1\r\nHost: chat.example\r\n" + std::string(headers) +
                 (body_bytes == 0 ? "Transfer-Encoding: chunked" : "Content-Length: " + std::to_string(body_bytes)) +
                 "\r\n\r\n" + std::string(begin));
    std::this_thread::sleep_for(20ms);
    return client;
  }
};

TEST_P(EnginePost, TheBodyIsHandledWhenItIsComplete) {
  const std::string sid = server_.open_polling();
  auto client = begin_post(sid, 6, "4he");
  EXPECT_EQ(server_.connect().request("OPTIONS", server_.polling(sid)).status, 204);
  client.write("llo");
  EXPECT_EQ(client.read_answer().body, "ok");
  EXPECT_EQ(get(sid), "4hello");
  EXPECT_EQ(client.request("POST", server_.polling(sid), "4again").body, "ok") << "on the same connection";
}

TEST_P(EnginePost, ASecondOneClosesTheSession) {
  const std::string sid = server_.open_polling();
  auto held = server_.connect();
  held.send_request("GET", server_.polling(sid));
  auto first = begin_post(sid, 6, "4he");
  const auto second = server_.connect().request("POST", server_.polling(sid), "4second");
  EXPECT_EQ(second.status, 400);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(first.read_answer().status, 0) << "its connection is cut";
  EXPECT_EQ(held.read_answer().body, "1");
  EXPECT_EQ(get(sid), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
}

TEST_P(EnginePost, OneThatIsBrokenOffClosesTheSession) {
  const std::string sid = server_.open_polling();
  begin_post(sid, 6, "4he").hang_up();
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
  EXPECT_EQ(get(sid), R"({"code":1,"message":"Session ID unknown"})");
}

TEST_P(EnginePost, ABodyPastTheLimitIs413WithCorsHeadersAndTheSessionLivesOn) {
  const std::string sid = server_.open_polling();
  const auto most = server_.connect(GetParam()).request("POST", server_.polling(sid), "4" + std::string(999'999, 'x'));
  EXPECT_EQ(most.body, "ok");
  EXPECT_EQ(get(sid).size(), 1'000'000u);
  for (const std::size_t announced : {1'000'001, 0}) {
    auto client = begin_post(sid, announced, announced == 0 ? "f4241\r\n" : "4", "Origin: http://localhost\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.body, "");
    EXPECT_TRUE(answer.has_header("Access-Control-Allow-Origin: http://localhost"));
  }
  EXPECT_EQ(post(sid, "4hello"), "ok");
  EXPECT_EQ(get(sid), "4hello");
}

TEST_P(EnginePost, AnOctetStreamIsAnsweredBeforeItsBody) {
  const std::string sid = server_.open_polling();
  const auto answer = begin_post(sid, 6, "4he", "Content-Type: application/octet-stream\r\n").read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
}

TEST_P(EnginePost, AnUnknownSidIsAnsweredBeforeTheBody) {
  const std::string sid = server_.open_polling();
  ASSERT_EQ(post(sid, "1"), "ok");
  EXPECT_EQ(begin_post(sid, 6, "4he").read_answer().body, R"({"code":1,"message":"Session ID unknown"})");
}

INSTANTIATE_TEST_SUITE_P(FromLoop, EnginePost, ::testing::Values(0u, 1u));

TEST_F(EngineTest, MessagesOverWebSocket) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  client.send_frame("4hello");
  EXPECT_EQ(client.read_frame(), Frame("14hello"));
  client.send_frame(std::string_view("\x01\x02\x03\x04", 4), 2);
  EXPECT_EQ(client.read_frame(), Frame("2\x01\x02\x03\x04"));
  client.send_frame("abc");
  EXPECT_EQ(client.read_frame(), Frame("8"));
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
}

TEST_F(EngineTest, TheWebSocketLimitCountsTheTypeCharacter) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  client.send_frame("4" + std::string(999'999, 'x'));
  const auto echo = client.read_frame();
  ASSERT_TRUE(echo);
  EXPECT_EQ(echo->size(), 1'000'001u);
  client.send_frame("4" + std::string(1'000'000, 'x'));
  EXPECT_EQ(client.read_frame(), Frame("8\x03\xf1"));  // 1009, no reason
}

// ---- heartbeat

class EngineHeartbeat : public EngineTest {
 protected:
  EngineHeartbeat() : EngineTest(test_config(300ms, 200ms)) {}
};

TEST_F(EngineHeartbeat, HeartbeatOverPolling) {
  const std::string sid = server_.open_polling();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(get(sid), "2");
    EXPECT_EQ(post(sid, "3"), "ok");
  }
}

TEST_F(EngineHeartbeat, HeartbeatOverWebSocket) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(client.read_frame(), Frame("12"));
    client.send_frame("3");
  }
}

TEST_F(EngineHeartbeat, WithoutAPongTheSessionIsGone) {
  const std::string sid = server_.open_polling();
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
  EXPECT_EQ(get_status(sid), 400);
}

TEST_F(EngineHeartbeat, WithoutAPongTheWebSocketIsClosed) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  EXPECT_EQ(client.read_frame(), Frame("12"));
  EXPECT_EQ(client.read_frame(), Frame("8"));
}

// ---- close

TEST_F(EngineTest, TheClosePacketReleasesTheHeldGet) {
  const std::string sid = server_.open_polling();
  auto held = server_.connect();
  held.send_request("GET", server_.polling(sid));
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(post(sid, "1"), "ok");
  EXPECT_EQ(held.read_answer().body, "6");
  EXPECT_EQ(get_status(sid), 400);
}

TEST_F(EngineTest, TheClosePacketEndsTheWebSocket) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  client.send_frame("1");
  EXPECT_EQ(client.read_frame(), Frame("8"));
}

TEST_F(EngineTest, ShutDownClosesSessionsAndRefusesHandshakes) {
  auto client = server_.connect();
  client.upgrade(server_.websocket());
  client.read_frame();
  server_.loop(0).post([this] { server_.engine(0).shut_down(); });
  EXPECT_EQ(client.read_frame(), Frame("8"));
  EXPECT_EQ(server_.connect().request("GET", server_.polling()).status, 503);
  EXPECT_EQ(server_.connect().upgrade(server_.websocket()).status, 503);
}

TEST(EngineLimits, AHandshakePastTheLimitOfSessionsIs503) {
  Config config;
  config.max_sessions = 1;
  EchoServer server(config);
  EXPECT_EQ(server.connect().request("GET", server.polling()).status, 200);
  EXPECT_EQ(server.connect().request("GET", server.polling()).status, 503);
  EXPECT_EQ(server.connect().upgrade(server.websocket()).status, 503);
}

// Echoes that the client leaves unread: of `count` messages, more than the kernel holds.
int sessions_cut_by(const Config& config, int count) {
  EchoServer server(config);
  auto client = server.connect();
  client.upgrade(server.websocket());
  for (int i = 0; i < count; ++i) client.send_frame("4" + std::string(400'000, 'x'));
  for (int i = 0; i < 1'000 && server.ended == 0; ++i) std::this_thread::sleep_for(2ms);
  return server.ended;
}

TEST(EngineLimits, AWebSocketWhoseBytesAreNotReadIsCut) {
  Config config = test_config(25s, 20s);
  config.max_send_queue_bytes = 1'000'000;
  EXPECT_EQ(sessions_cut_by(config, 64), 1);
}

TEST(EngineLimits, AWebSocketWhoseFramesAreNotReadIsCut) {
  Config config = test_config(25s, 20s);
  config.max_send_queue_bytes = std::size_t{1} << 40;
  config.max_send_queue_frames = 4;
  EXPECT_EQ(sessions_cut_by(config, 64), 1);
}

// ---- upgrade, on the session's loop and from the other one

class EngineUpgrade : public EngineTest, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(EngineUpgrade, ReleasesTheGetAndSwitchesWithoutHarm) {
  const std::string sid = server_.open_polling();
  auto held = server_.connect(GetParam());
  held.send_request("GET", server_.polling(sid));
  auto socket = server_.connect(GetParam());
  ASSERT_EQ(socket.upgrade(server_.websocket(sid)).status, 101);
  socket.send_frame("2probe");
  EXPECT_EQ(socket.read_frame(), Frame("13probe"));
  EXPECT_EQ(held.read_answer().body, "6");
  EXPECT_EQ(get(sid, GetParam()), "6") << "a GET issued after the probe";
  EXPECT_EQ(post(sid, "4meanwhile"), "ok");
  socket.send_frame("5");
  EXPECT_EQ(socket.read_frame(), Frame("14meanwhile"));
  socket.send_frame("4hello");
  EXPECT_EQ(socket.read_frame(), Frame("14hello"));

  EXPECT_EQ(get(sid, GetParam()), R"({"code":3,"message":"Bad request"})");
  auto second = server_.connect(GetParam());
  EXPECT_EQ(second.upgrade(server_.websocket(sid)).status, 101);
  EXPECT_EQ(second.read_frame(), Frame("8"));
  socket.send_frame("4still here");
  EXPECT_EQ(socket.read_frame(), Frame("14still here"));
}

TEST_P(EngineUpgrade, ASecondSocketDuringTheUpgradeIsClosedAndTheFirstUndisturbed) {
  const std::string sid = server_.open_polling();
  auto first = server_.connect(GetParam()), second = server_.connect(GetParam());
  first.upgrade(server_.websocket(sid));
  second.upgrade(server_.websocket(sid));
  EXPECT_EQ(second.read_frame(), Frame("8"));
  first.send_frame("2probe");
  EXPECT_EQ(first.read_frame(), Frame("13probe"));
  first.send_frame("5");
  first.send_frame("4hello");
  EXPECT_EQ(first.read_frame(), Frame("14hello"));
}

TEST_P(EngineUpgrade, ARefusedOneIsAnsweredWithItsCorsHeaders) {
  const std::string sid = server_.open_polling();
  const auto wrong = server_.connect(GetParam())
                         .upgrade("/engine.io/?EIO=3&transport=websocket&sid=" + sid, "Origin: http://localhost\r\n");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, "Bad request");
  EXPECT_TRUE(wrong.has_header("Access-Control-Allow-Origin: http://localhost"));
}

INSTANTIATE_TEST_SUITE_P(FromLoop, EngineUpgrade, ::testing::Values(0u, 1u));

// ---- polling from the other loop

TEST_F(EngineTest, PollingRequestsFindTheirSessionFromAnotherLoop) {
  const std::string sid = server_.open_polling(0);
  auto held = server_.connect(1);
  held.send_request("GET", server_.polling(sid), {}, "Origin: http://localhost\r\n");
  EXPECT_EQ(post(sid, "4hello", 1), "ok");
  const auto answer = held.read_answer();
  EXPECT_EQ(answer.body, "4hello");
  EXPECT_TRUE(answer.has_header("Access-Control-Allow-Origin: http://localhost"));
  EXPECT_EQ(post(sid, "4again", 0), "ok");
  EXPECT_EQ(get(sid, 1), "4again");
}

TEST_F(EngineTest, OverlappingGetsOfTwoLoopsCloseTheSession) {
  const std::string sid = server_.open_polling(0);
  auto first = server_.connect(1);
  first.send_request("GET", server_.polling(sid));
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(get_status(sid, 0), 400);
  EXPECT_EQ(first.read_answer().body, "1");
}

TEST_F(EngineTest, AGetAbortedOnAnotherLoopClosesTheSession) {
  const std::string sid = server_.open_polling(0);
  {
    auto client = server_.connect(1);
    client.send_request("GET", server_.polling(sid));
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_TRUE(soon([&] { return server_.ended == 1; }));
  EXPECT_EQ(get(sid, 0), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(get(sid, 1), R"({"code":1,"message":"Session ID unknown"})");
}

}  // namespace
}  // namespace skat::engineio
