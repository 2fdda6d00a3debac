// What a handshake passes on its way in, over loopback: the options, AllowRequest, CORS, the cookie.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "engineio/testing/echo_server.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;
using testing::EchoServer;
using testing::HttpAnswer;

template <class Done>
bool soon(Done done) {
  for (int i = 0; i < 1'000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

HttpAnswer poll(const EchoServer& server, std::string_view headers = {}) {
  return server.connect().request("GET", server.polling(), {}, headers);
}

// ---- options

TEST(EngineOptions, TransportsMayBeTurnedOff) {
  Config config;
  config.allow_polling = false;
  EchoServer websocket_only(config);
  EXPECT_EQ(poll(websocket_only).body, R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(websocket_only.connect().upgrade(websocket_only.websocket()).status, 101);
  config = {};
  config.allow_websocket = false;
  EchoServer polling_only(config);
  const auto opened = poll(polling_only);
  EXPECT_NE(opened.body.find(R"("upgrades":[])"), std::string::npos);
  EXPECT_EQ(polling_only.connect().upgrade(polling_only.websocket()).body, "Transport unknown");
}

TEST(EngineOptions, UpgradesMayBeTurnedOff) {
  Config config;
  config.allow_upgrades = false;
  EchoServer server(config);
  const auto opened = poll(server);
  EXPECT_NE(opened.body.find(R"("upgrades":[])"), std::string::npos);
  const auto refused = server.connect().upgrade(server.websocket(EchoServer::sid_of(opened.body)));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, "Bad request");
  EXPECT_EQ(server.connect().upgrade(server.websocket()).status, 101) << "a session may still begin there";
}

TEST(EngineOptions, ThePathIsAPrefixAndNeedsItsSlash) {
  Config config;
  config.path = "/engine.io";
  EchoServer server(config);
  const std::string query = "?EIO=4&transport=polling";
  EXPECT_EQ(server.connect().request("GET", "/engine.io/" + query).status, 200);
  EXPECT_EQ(server.connect().request("GET", "/engine.io/anything/else" + query).status, 200);
  EXPECT_EQ(server.connect().request("GET", "/engine.io" + query).status, 404);
  config.add_trailing_slash = false;
  EchoServer bare(config);
  EXPECT_EQ(bare.connect().request("GET", "/engine.io" + query).status, 200);
}

TEST(EngineOptions, SessionsPastTheLimitAre503) {
  Config config;
  config.max_sessions = 2;
  EchoServer server(config);
  EXPECT_EQ(poll(server).status, 200);
  const std::string second = server.open_polling();
  for (int i = 0; i < 2; ++i) {
    const auto refused = poll(server, "Origin: http://localhost\r\n");
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has_header("Access-Control-Allow-Origin: http://localhost"));
    EXPECT_EQ(server.connect().upgrade(server.websocket()).status, 503);
  }
  EXPECT_EQ(server.connect().request("POST", server.polling(second), "1").body, "ok");
  EXPECT_EQ(poll(server).status, 200) << "a place is free again";
}

TEST(EngineOptions, PacketsOfABodyPastTheLimitCloseTheSession) {
  EchoServer server{Config{}};
  const auto packets = [](std::size_t count) {
    std::string body = "3";
    for (std::size_t i = 1; i < count; ++i)
      body +=
          "\x1e"
          "3";
    return body;
  };
  const std::string sid = server.open_polling();
  EXPECT_EQ(server.connect().request("POST", server.polling(sid), packets(8'192)).status, 200);
  EXPECT_EQ(server.connect().request("POST", server.polling(sid), packets(8'193)).status, 400);
  EXPECT_EQ(server.connect().request("GET", server.polling(sid)).status, 400);
}

// ---- cookie

TEST(EngineCookie, OnlyAPollingHandshakeSetsIt) {
  Config config;
  config.cookie.emplace();
  EchoServer server(config);
  auto client = server.connect();
  const auto opened = client.request("GET", server.polling());
  const std::string sid = EchoServer::sid_of(opened.body);
  EXPECT_TRUE(opened.has_header("Set-Cookie: io=" + sid + "; Path=/; HttpOnly; SameSite=Lax"));
  const auto others = {client.request("POST", server.polling(sid), "4a"), client.request("GET", server.polling(sid)),
                       client.request("GET", server.polling("unknown")), server.connect().upgrade(server.websocket())};
  for (const auto& answer : others) EXPECT_EQ(answer.head.find("et-Cookie"), std::string::npos) << answer.head;
  EXPECT_EQ(poll(EchoServer{Config{}}).head.find("et-Cookie"), std::string::npos) << "off by default";
}

// ---- CORS

TEST(EngineCors, EveryAnswerCarriesTheConfiguredHeaders) {
  Config config;
  config.origin.allow_any = true;
  config.cors = {.allow = CorsConfig::Allow::any, .credentials = false, .exposed_headers = {"X-A"}};
  EchoServer server(config);
  const std::string origin = "Origin: https://far.example\r\n";
  const std::string sid = server.open_polling();
  const auto answers = {poll(server, origin),
                        server.connect().request("GET", "/socket.io/?EIO=3&transport=polling", {}, origin),
                        server.connect().request("POST", server.polling(sid), "4a", origin),
                        server.connect().request("PUT", server.polling(sid), "4a", origin),
                        server.connect().request("GET", server.polling("unknown"), {}, origin),
                        server.connect().upgrade(server.websocket(), origin),
                        server.connect().upgrade(server.websocket("unknown"), origin)};
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.has_header("Access-Control-Allow-Origin: *")) << answer.head;
    EXPECT_TRUE(answer.has_header("Access-Control-Expose-Headers: X-A")) << answer.head;
    EXPECT_EQ(answer.head.find("Vary"), std::string::npos) << answer.head;
  }
}

TEST(EngineCors, WithoutItOptionsIsAMethodLikeAnyOther) {
  Config config;
  config.cors.allow = CorsConfig::Allow::off;
  EchoServer server(config);
  const std::string sid = server.open_polling();
  EXPECT_EQ(server.connect().request("OPTIONS", server.polling()).body,
            R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(server.connect().request("OPTIONS", server.polling(sid)).status, 400);
  EXPECT_EQ(poll(server, "Origin: http://localhost\r\n").head.find("Access-Control"), std::string::npos);
}

// ---- AllowRequest

// Decides as the target's "ask" parameter says.
class EngineAllowRequest : public ::testing::Test {
 protected:
  ~EngineAllowRequest() override {
    server_.stop();
    waiting_.clear();
  }

  EngineHooks hooks() {
    EngineHooks hooks;
    hooks.allow_request = [this](std::size_t) {
      return AllowRequest([this](const net::HttpRequest& request, HandshakeDecision decision) {
        ++asked_;
        const auto wants = [&](std::string_view word) { return request.query.find(word) != std::string::npos; };
        if (wants("ask=refuse")) return decision.refuse(R"(not "you")");
        if (wants("ask=forbid")) return decision.refuse();
        if (wants("ask=drop")) return;
        if (wants("ask=twice")) {
          decision.allow();
          return decision.refuse();
        }
        if (wants("ask=header") && request.header("X-Key") != "secret") return decision.refuse("no key");
        if (wants("ask=facts")) {
          const bool right = request.method == "GET" && request.remote_address == "127.0.0.1" &&
                             request.target.find("/socket.io/?EIO=4") == 0;
          return right ? decision.allow() : decision.refuse("wrong facts");
        }
        if (wants("ask=later")) {
          waiting_.push_back(std::move(decision));
          ++kept_;
          return;
        }
        decision.allow();
      });
    };
    return hooks;
  }
  static Config config() {
    Config config;
    config.max_undecided_handshakes = 2;
    return config;
  }
  HttpAnswer poll(std::string_view ask) {
    return server_.connect().request("GET", server_.polling() + "&ask=" + std::string(ask));
  }
  HttpAnswer upgrade(std::string_view ask) {
    return server_.connect().upgrade(server_.websocket() + "&ask=" + std::string(ask));
  }
  testing::LoopbackClient begin(std::string_view ask) {
    auto client = server_.connect();
    client.send_request("GET", server_.polling() + "&ask=" + std::string(ask));
    return client;
  }
  void decide(bool allow) {
    server_.on_loop(0, [this, allow] {
      auto decision = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
      if (allow) {
        decision.allow();
      } else {
        decision.refuse("too late");
      }
    });
  }
  std::size_t sessions() {
    std::size_t count = 0;
    server_.on_loop(0, [&] { count = server_.engine(0).stats().sessions; });
    return count;
  }

  std::atomic<int> asked_ = 0, kept_ = 0;
  std::vector<HandshakeDecision> waiting_;  // loop 0 only
  EchoServer server_{config(), hooks()};
};

TEST_F(EngineAllowRequest, ARefusalIsError4WithItsText) {
  const auto polling = poll("refuse");
  EXPECT_EQ(polling.status, 403);
  EXPECT_EQ(polling.body, R"({"code":4,"message":"not \"you\""})");
  EXPECT_TRUE(polling.has_header("Content-Type: application/json"));
  const auto websocket = upgrade("refuse");
  EXPECT_EQ(websocket.status, 400);
  EXPECT_EQ(websocket.body, R"(not "you")");
  EXPECT_TRUE(websocket.has_header("Content-Type: text/html"));
  EXPECT_TRUE(websocket.has_header("Connection: close"));
  for (const char* ask : {"forbid", "drop"}) {
    EXPECT_EQ(poll(ask).body, R"({"code":4,"message":"Forbidden"})") << ask;
    EXPECT_EQ(upgrade(ask).body, "Forbidden") << ask;
  }
  EXPECT_EQ(sessions(), 0u);
}

TEST_F(EngineAllowRequest, SeesTheRequest) {
  EXPECT_EQ(poll("facts").status, 200);
  EXPECT_EQ(upgrade("facts").status, 101);
  EXPECT_EQ(poll("header").body, R"({"code":4,"message":"no key"})");
  auto client = server_.connect();
  EXPECT_EQ(client.request("GET", server_.polling() + "&ask=header", {}, "X-Key: secret\r\n").status, 200);
  EXPECT_EQ(poll("twice").status, 200) << "the first word counts";
}

TEST_F(EngineAllowRequest, IsAskedBetweenTheOriginAndTheRevisionAndOnlyForHandshakes) {
  const auto query = [&](const char* text) { return "/socket.io/?ask=refuse&" + std::string(text); };
  EXPECT_EQ(server_.connect().request("GET", query("transport=polling")).status, 403) << "before the revision";
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(server_.connect().request("GET", query("EIO=4")).body, R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(server_.connect().request("POST", query("EIO=4&transport=polling")).body,
            R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(
      server_.connect().request("GET", query("EIO=4&transport=polling"), {}, "Origin: https://evil.example\r\n").body,
      R"({"code":4,"message":"Forbidden"})");
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(server_.connect().request("GET", "/socket.io/?EIO=3&transport=polling").body,
            R"({"code":5,"message":"Unsupported protocol version"})");
  EXPECT_EQ(asked_, 2);
  const std::string sid = server_.open_polling();
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(server_.connect().request("POST", server_.polling(sid), "4a").body, "ok");
  EXPECT_EQ(server_.connect().upgrade(server_.websocket(sid)).status, 101);
  EXPECT_EQ(asked_, 3);
}

TEST_F(EngineAllowRequest, MayDecideLater) {
  auto polling = begin("later");
  ASSERT_TRUE(soon([&] { return kept_ == 1; }));
  EXPECT_EQ(sessions(), 0u);
  decide(true);
  const auto opened = polling.read_answer();
  EXPECT_EQ(opened.status, 200);
  EXPECT_EQ(polling.request("POST", server_.polling(EchoServer::sid_of(opened.body)), "4a").body, "ok");

  auto websocket = server_.connect();
  websocket.send_upgrade(server_.websocket() + "&ask=later");
  ASSERT_TRUE(soon([&] { return kept_ == 2; }));
  decide(true);
  EXPECT_EQ(websocket.read_head().status, 101);
  EXPECT_EQ(EchoServer::sid_of(websocket.read_frame().value_or("")).size(), 20u);

  auto refused = begin("later");
  ASSERT_TRUE(soon([&] { return kept_ == 3; }));
  decide(false);
  EXPECT_EQ(refused.read_answer().body, R"({"code":4,"message":"too late"})");
}

TEST_F(EngineAllowRequest, TheWordAboutAPeerThatHasGoneChangesNothing) {
  begin("later").hang_up();
  ASSERT_TRUE(soon([&] { return kept_ == 1; }));
  // Once the loop has seen the end of the first, there is room for two again.
  EXPECT_TRUE(soon([&] {
    auto first = begin("later"), second = begin("later");
    return soon([&] { return kept_ >= 3; });
  }));
  decide(true);
  EXPECT_TRUE(soon([&] { return sessions() == 0; }));
}

TEST_F(EngineAllowRequest, HandshakesThatWaitPastTheLimitAre503) {
  auto first = begin("later"), second = begin("later");
  ASSERT_TRUE(soon([&] { return kept_ == 2; }));
  EXPECT_EQ(poll("allow").status, 503);
  EXPECT_EQ(upgrade("allow").status, 503);
  decide(true);
  EXPECT_EQ(first.read_answer().status, 200);
  EXPECT_EQ(poll("allow").status, 200);
}

TEST_F(EngineAllowRequest, AHandshakeAllowedWhileTheServerShutsDownIs503) {
  auto client = begin("later");
  ASSERT_TRUE(soon([&] { return kept_ == 1; }));
  server_.on_loop(0, [&] { server_.engine(0).shut_down(); });
  decide(true);
  EXPECT_EQ(client.read_answer().status, 503);
}

TEST(AllowRequest, ADecisionMayOutliveItsEngine) {
  std::vector<HandshakeDecision> kept;
  std::atomic<int> count = 0;
  {
    EngineHooks hooks;
    hooks.allow_request = [&](std::size_t) {
      return AllowRequest([&](const net::HttpRequest&, HandshakeDecision decision) {
        kept.push_back(std::move(decision));
        ++count;
      });
    };
    EchoServer server(Config{}, std::move(hooks));
    auto client = server.connect();
    client.send_request("GET", server.polling());
    ASSERT_TRUE(soon([&] { return count == 1; }));
  }
  kept.front().allow();
  kept.clear();
}

}  // namespace
}  // namespace skat::engineio
