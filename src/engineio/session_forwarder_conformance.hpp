// What every sibling of the SessionForwarder must hold, as one suite over two nodes: requests that land on the one that
// does not own their session. Instantiate EngineCluster and EngineClusterHeartbeat with makers of links, each for the
// sessions of loop 0 and of loop 1.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "engineio/sid.hpp"
#include "engineio/testing/cluster_link.hpp"
#include "engineio/testing/echo_server.hpp"

namespace skat::engineio::testing {

using namespace std::chrono_literals;

inline constexpr const char* kUnknown = R"({"code":1,"message":"Session ID unknown"})";

using ClusterParam = std::pair<std::function<std::unique_ptr<ClusterLink>()>, std::size_t>;

class EngineCluster : public ::testing::TestWithParam<ClusterParam> {
 protected:
  explicit EngineCluster(std::chrono::milliseconds ping_interval = 25s) : ping_interval_(ping_interval) {
    link_->connect({&owner_, &other_});
  }
  ~EngineCluster() override {
    owner_.stop();
    other_.stop();
    link_->end();
  }

  Config config(std::size_t node) const {
    Config config;
    config.node = link_->tag(node);
    config.ping_interval = ping_interval_;
    config.ping_timeout = 5s;
    return config;
  }
  template <class Done>
  static bool soon(Done done) {
    for (int i = 0; i < 1'000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }
  std::string get(EchoServer& node, std::string_view sid) {
    return node.connect().request("GET", node.polling(sid)).body;
  }
  std::string post(EchoServer& node, std::string_view sid, std::string_view body) {
    return node.connect().request("POST", node.polling(sid), body).body;
  }
  LoopbackClient hold(EchoServer& node, std::string_view sid) {
    LoopbackClient client = node.connect(1);
    client.send_request("GET", node.polling(sid), {}, "Origin: http://localhost\r\n");
    std::this_thread::sleep_for(20ms);
    return client;
  }
  LoopbackClient begin_post(EchoServer& node, std::string_view sid, std::size_t body_bytes, std::string_view begin) {
    LoopbackClient client = node.connect();
    client.write("POST " + node.polling(sid) + " HTTP/1.1\r\nHost: chat.example\r\nContent-Length: " +
                 std::to_string(body_bytes) + "\r\n\r\n" + std::string(begin));
    std::this_thread::sleep_for(20ms);
    return client;
  }
  // On loop 0 or 1 of the owner; requests of the other node always arrive at loop 0.
  std::string open() { return owner_.open_polling(GetParam().second); }

  const std::chrono::milliseconds ping_interval_;
  const std::unique_ptr<ClusterLink> link_ = GetParam().first();
  EchoServer owner_{config(0), link_->hooks(0)};
  EchoServer other_{config(1), link_->hooks(1)};
};

TEST_P(EngineCluster, RequestsFindTheirSessionFromAnotherNode) {
  const std::string sid = open();
  EXPECT_EQ(post(other_, sid, "4hello"), "ok");
  EXPECT_EQ(get(other_, sid), "4hello");
  auto held = hold(other_, sid);
  EXPECT_EQ(post(owner_, sid, "4again"), "ok");
  const auto answer = held.read_answer();
  EXPECT_EQ(answer.body, "4again");
  EXPECT_TRUE(answer.has_header("cache-control: no-store"));
  EXPECT_TRUE(answer.has_header("Access-Control-Allow-Origin: http://localhost"));
  EXPECT_EQ(held.request("POST", other_.polling(sid), "4and again").body, "ok") << "on the same connection";
  EXPECT_EQ(get(owner_, sid), "4and again");
}

TEST_P(EngineCluster, TheClosePacketReleasesTheHeldGet) {
  const std::string sid = open();
  auto held = hold(other_, sid);
  EXPECT_EQ(post(other_, sid, "1"), "ok");
  EXPECT_EQ(held.read_answer().body, "6");
  EXPECT_EQ(get(owner_, sid), kUnknown);
  EXPECT_EQ(get(other_, sid), kUnknown);
}

TEST_P(EngineCluster, AGetAbortedOnAnotherNodeClosesTheSession) {
  const std::string sid = open();
  hold(other_, sid).hang_up();
  EXPECT_TRUE(soon([&] { return owner_.ended == 1; }));
  EXPECT_EQ(get(other_, sid), kUnknown);
}

TEST_P(EngineCluster, OverlappingGetsOfTwoNodesCloseTheSession) {
  const std::string sid = open();
  auto held = hold(other_, sid);
  EXPECT_EQ(owner_.connect().request("GET", owner_.polling(sid)).status, 400);
  EXPECT_EQ(held.read_answer().body, "1");
}

TEST_P(EngineCluster, ABodyMayFollow) {
  const std::string sid = open();
  auto client = begin_post(other_, sid, 6, "4he");
  client.write("llo");
  EXPECT_EQ(client.read_answer().body, "ok");
  EXPECT_EQ(get(other_, sid), "4hello");
  EXPECT_EQ(begin_post(other_, sid, 1'000'001, "4").read_answer().status, 413);
  EXPECT_EQ(post(other_, sid, "4on"), "ok") << "the session lives on";
}

TEST_P(EngineCluster, OverlappingPostsOfTwoNodesCloseTheSessionAndCutTheFirst) {
  const std::string sid = open();
  auto first = begin_post(other_, sid, 6, "4he");
  EXPECT_EQ(owner_.connect().request("POST", owner_.polling(sid), "4second").status, 400);
  EXPECT_EQ(first.read_answer().status, 0);
  EXPECT_EQ(get(other_, sid), kUnknown);
}

TEST_P(EngineCluster, APostBrokenOffOnAnotherNodeClosesTheSession) {
  const std::string sid = open();
  begin_post(other_, sid, 6, "4he").hang_up();
  EXPECT_TRUE(soon([&] { return owner_.ended == 1; }));
}

TEST_P(EngineCluster, AnUpgradeOnAnotherNodeIsRefusedAndPollingGoesOn) {
  const std::string sid = open();
  const auto refused = other_.connect().upgrade(other_.websocket(sid));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, "Bad request");
  EXPECT_EQ(post(other_, sid, "4hello"), "ok");
  EXPECT_EQ(get(other_, sid), "4hello");
  auto socket = owner_.connect();
  EXPECT_EQ(socket.upgrade(owner_.websocket(sid)).status, 101);
  socket.send_frame("2probe");
  EXPECT_EQ(socket.read_frame(), std::optional<std::string>("13probe"));
  socket.send_frame("5");
  socket.send_frame("4up");
  EXPECT_EQ(socket.read_frame(), std::optional<std::string>("14up"));
  EXPECT_EQ(get(other_, sid), R"({"code":3,"message":"Bad request"})");
}

TEST_P(EngineCluster, SidsOfNobodyAreUnknown) {
  for (const SidOwner& owner : {SidOwner{link_->tag(0), 0}, SidOwner{link_->tag(0), 77},
                                SidOwner{link_->tag(1), GetParam().second}, SidOwner{NodeTag{9}, 0}, SidOwner{}}) {
    const Sid sid = make_sid(owner);
    EXPECT_EQ(get(owner_, sid.text()), kUnknown);
    EXPECT_EQ(get(other_, sid.text()), kUnknown);
  }
}

class EngineClusterHeartbeat : public EngineCluster {
 protected:
  EngineClusterHeartbeat() : EngineCluster(200ms) {}
};

TEST_P(EngineClusterHeartbeat, PingsAndPongsGoOverAnotherNode) {
  const std::string sid = open();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(get(other_, sid), "2");
    EXPECT_EQ(post(other_, sid, "3"), "ok");
  }
}

}  // namespace skat::engineio::testing
