// What a Redis does to the bus when it dies, hangs, refuses or turns round. Each test has a real server of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "bus/redis/testing/redis_harness.hpp"
#include "bus/redis/testing/redis_server.hpp"

namespace skat::bus::redis {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::RedisServer;
using testing::unique_name;

class RedisFaults : public ::testing::Test {
 protected:
  using Clock = std::chrono::steady_clock;

  RedisServer& begin(std::vector<std::string> args = {}) {
    server_ = std::make_unique<RedisServer>(std::move(args));
    config_.port = server_->port();
    return *server_;
  }
  Node& node() {
    nodes_.push_back(std::make_unique<Node>(executor_, config_));
    return *nodes_.back();
  }
  Node& up_node() {
    Node& made = node();
    EXPECT_TRUE(run_until([&] { return made.bus->up(); }));
    return made;
  }
  template <class Done>
  bool run_until(Done done, std::chrono::milliseconds limit = 20s) {
    return executor_.run_until(done, limit);
  }
  void run_for(std::chrono::milliseconds time) {
    (void)run_until([] { return false; }, time);
  }
  void subscribe(Node& node, const std::string& channel) {
    bool confirmed = false;
    node.bus->subscribe(channel, [&] { confirmed = true; });
    EXPECT_TRUE(run_until([&] { return confirmed; }));
  }
  // A message goes from one node to the other; what either heard before is forgotten.
  void expect_delivery(Node& from, Node& to, const std::string& channel) {
    to.messages.clear();
    const auto payload = unique_name("payload");
    from.bus->publish(channel, base::share(payload));
    EXPECT_TRUE(run_until([&] { return !to.messages.empty(); }));
    EXPECT_EQ(to.messages, (std::vector{std::pair(channel, payload)}));
  }
  // The ids of the connections of that name.
  std::vector<std::string> connections(const std::string& name) {
    std::vector<std::string> ids;
    const auto list = server_->tell("CLIENT LIST");
    for (std::size_t at = 0; (at = list.find("id=", at)) != std::string::npos;) {
      const auto end = list.find('\n', at);
      const auto line = list.substr(at, end - at);
      if (line.find(" name=" + name + " ") != std::string::npos) ids.push_back(line.substr(3, line.find(' ') - 3));
      at = end;
    }
    return ids;
  }

  base::testing::ManualExecutor executor_;
  Config config_;
  std::unique_ptr<RedisServer> server_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

TEST_F(RedisFaults, AServerThatDiesIsNoticedAtOnceAndItsSuccessorHasEveryChannelAgain) {
  auto& server = begin();
  Node &a = up_node(), &b = up_node();
  subscribe(b, "before");
  const auto killed = Clock::now();
  server.kill();
  ASSERT_TRUE(run_until([&] { return a.downs == 1 && b.downs == 1; }));
  EXPECT_LT(Clock::now() - killed, 500ms);
  EXPECT_FALSE(a.bus->up());
  a.bus->publish("before", base::share("lost"));
  bool confirmed = false, again = false, left = false;
  b.bus->subscribe("meanwhile", [&] { confirmed = b.bus->up(); });
  b.bus->subscribe("before", [&] { again = b.bus->up(); });
  b.bus->subscribe("left", [&] { left = true; });
  b.bus->unsubscribe("left");
  run_for(300ms);
  EXPECT_FALSE(confirmed || again);
  server.start();
  ASSERT_TRUE(run_until([&] { return a.ups == 2 && b.ups == 2 && confirmed && again; }));
  EXPECT_TRUE(b.messages.empty());
  expect_delivery(a, b, "before");
  expect_delivery(a, b, "meanwhile");
  EXPECT_FALSE(left);
  EXPECT_EQ(a.downs, 1);
}

TEST_F(RedisFaults, AServerThatIsNotThereYetIsWaitedFor) {
  auto& server = begin();
  server.kill();
  Node& a = node();
  bool confirmed = false;
  a.bus->subscribe("a", [&] { confirmed = true; });
  a.bus->publish("a", base::share("lost"));
  run_for(200ms);
  EXPECT_FALSE(a.bus->up());
  EXPECT_EQ(a.downs, 0);
  server.start();
  ASSERT_TRUE(run_until([&] { return confirmed; }));
  EXPECT_EQ(a.ups, 1);
  expect_delivery(a, a, "a");
}

TEST_F(RedisFaults, FlushallChangesNothing) {
  auto& server = begin();
  Node &a = up_node(), &b = up_node();
  subscribe(b, "a");
  EXPECT_EQ(server.tell("FLUSHALL").substr(0, 5), "+OK\r\n");
  expect_delivery(a, b, "a");
  EXPECT_EQ(a.downs + b.downs, 0);
}

TEST_F(RedisFaults, AServerThatHangsIsNoticedWithinASecond) {
  auto& server = begin();
  Node &a = up_node(), &b = up_node();
  subscribe(b, "a");
  const auto stopped = Clock::now();
  server.signal(SIGSTOP);
  ASSERT_TRUE(run_until([&] { return a.downs == 1 && b.downs == 1; }));
  EXPECT_LT(Clock::now() - stopped, 1s);
  run_for(std::chrono::duration_cast<std::chrono::milliseconds>(stopped + 3s - Clock::now()));
  EXPECT_EQ(a.ups, 1);
  server.signal(SIGCONT);
  ASSERT_TRUE(run_until([&] { return a.ups == 2 && b.ups == 2; }));
  expect_delivery(a, b, "a");
}

TEST_F(RedisFaults, AMasterThatBecomesAReplicaIsNoBusUntilItIsAMasterAgain) {
  auto& server = begin();
  Node& a = up_node();
  subscribe(a, "a");
  RedisServer master;
  EXPECT_EQ(server.tell(fmt::format("REPLICAOF 127.0.0.1 {}", master.port())).substr(0, 5), "+OK\r\n");
  ASSERT_TRUE(run_until([&] { return a.downs == 1; }, 2s));
  run_for(500ms);
  EXPECT_FALSE(a.bus->up());
  EXPECT_EQ(server.tell("REPLICAOF NO ONE").substr(0, 5), "+OK\r\n");
  ASSERT_TRUE(run_until([&] { return a.ups == 2; }));
  expect_delivery(a, a, "a");
}

TEST_F(RedisFaults, EitherConnectionEndedByAnOperatorTakesTheBusDownAndItComesBack) {
  auto& server = begin();
  Node& a = up_node();
  subscribe(a, "a");
  for (const std::string name : {"skat:publish", "skat:subscribe"}) {
    const int downs = a.downs, ups = a.ups;
    const auto ids = connections(name);
    ASSERT_EQ(ids.size(), 1U) << name;
    (void)server.tell("CLIENT KILL ID " + ids.front());
    ASSERT_TRUE(run_until([&] { return a.downs == downs + 1; }, 500ms)) << name;
    ASSERT_TRUE(run_until([&] { return a.ups == ups + 1; })) << name;
    expect_delivery(a, a, "a");
    EXPECT_EQ(connections("skat:publish").size(), 1U);
    EXPECT_EQ(connections("skat:subscribe").size(), 1U);
  }
}

TEST_F(RedisFaults, AUserWithoutTheRightToPublishHasNoBusAndTheReasonIsToldOnce) {
  auto& server = begin();
  (void)server.tell("ACL SETUSER skat on >secret-word resetchannels &skat:* +@connection +@pubsub -publish");
  config_.user = "skat";
  config_.password = "secret-word";
  const testing::CapturedLog captured;
  Node& a = node();
  run_for(1s);
  EXPECT_FALSE(a.bus->up());
  (void)server.tell("ACL SETUSER skat +publish");
  ASSERT_TRUE(run_until([&] { return a.bus->up(); }));
  subscribe(a, "a");
  expect_delivery(a, a, "a");
  (void)server.tell("ACL SETUSER skat -publish");
  a.bus->publish("a", base::share("refused"));
  ASSERT_TRUE(run_until([&] { return a.downs == 1; }, 500ms));
  run_for(500ms);
  nodes_.clear();
  const auto log = captured.text();
  const std::string sentence = "PUBLISH was refused: NOPERM";
  const auto first = log.find(sentence);
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find(sentence, first + 1), std::string::npos) << log;
  EXPECT_EQ(log.find("secret-word"), std::string::npos) << log;
}

TEST_F(RedisFaults, AUserWithoutTheRightToTheChannelsHasNoBus) {
  auto& server = begin();
  (void)server.tell("ACL SETUSER skat on >secret resetchannels &elsewhere:* +@connection +@pubsub");
  config_.user = "skat";
  config_.password = "secret";
  Node& a = node();
  run_for(300ms);
  EXPECT_FALSE(a.bus->up());
  (void)server.tell("ACL SETUSER skat &skat:*");
  ASSERT_TRUE(run_until([&] { return a.bus->up(); }));
}

TEST_F(RedisFaults, AWrongPasswordIsTriedAgainUntilItIsRight) {
  auto& server = begin();
  (void)server.tell("ACL SETUSER skat on >right resetchannels &skat:* +@connection +@pubsub");
  config_.user = "skat";
  config_.password = "wrong";
  Node& a = node();
  run_for(300ms);
  EXPECT_FALSE(a.bus->up());
  (void)server.tell("ACL SETUSER skat >wrong");
  ASSERT_TRUE(run_until([&] { return a.bus->up(); }));
}

TEST_F(RedisFaults, TenThousandChannelsAtOnceAndAgainAfterARestart) {
  auto& server = begin();
  Node &a = up_node(), &b = up_node();
  constexpr int kChannels = 10'000;
  int confirmed = 0;
  for (int i = 0; i < kChannels; ++i) b.bus->subscribe(fmt::format("room/{:032x}", i), [&] { ++confirmed; });
  ASSERT_TRUE(run_until([&] { return confirmed == kChannels; }));
  const auto publish_to_all = [&] {
    b.messages.clear();
    for (int i = 0; i < kChannels; ++i) a.bus->publish(fmt::format("room/{:032x}", i), base::share("x"));
    ASSERT_TRUE(run_until([&] { return b.messages.size() >= kChannels; }));
    std::set<std::string> heard;
    for (const auto& [channel, payload] : b.messages) heard.insert(channel);
    EXPECT_EQ(heard.size(), b.messages.size());
  };
  publish_to_all();
  server.kill();
  ASSERT_TRUE(run_until([&] { return a.downs == 1 && b.downs == 1; }));
  server.start();
  ASSERT_TRUE(run_until([&] { return a.ups == 2 && b.ups == 2; }));
  publish_to_all();
  EXPECT_EQ(confirmed, kChannels);
  for (int i = 0; i < kChannels; ++i) b.bus->unsubscribe(fmt::format("room/{:032x}", i));
  subscribe(b, "last");
  const auto channels = server.tell("PUBSUB CHANNELS skat:room/*");
  EXPECT_TRUE(channels.starts_with("*0\r\n")) << channels.substr(0, 100);
}

TEST_F(RedisFaults, WhatOneTurnPublishesLeavesInOneWrite) {
  auto& server = begin();
  Node& a = up_node();
  subscribe(a, "a");
  const auto reads = [&] {
    const auto info = server.tell("INFO stats");
    const auto at = info.find("total_reads_processed:");
    return std::stoi(info.substr(at + 22));
  };
  const int before = reads();
  for (int i = 0; i < 200; ++i) a.bus->publish("a", base::share("hello"));  // less than one read of Redis's takes
  ASSERT_TRUE(run_until([&] { return a.messages.size() == 200; }));
  EXPECT_LE(reads() - before, 8);  // one, our two questions, and what was sent to keep the connections alive
}

TEST_F(RedisFaults, WhileTheOwnerIsBusyRedisKeepsWhatHeHasNotHeardAndNothingIsLost) {
  begin({"--client-output-buffer-limit", "pubsub 0 0 0"});
  config_.max_undelivered_bytes = 256 * 1024;
  base::testing::ManualExecutor busy;
  Node& from = up_node();
  Node to(busy, config_);
  bool confirmed = false;
  to.bus->subscribe("a", [&] { confirmed = true; });
  ASSERT_TRUE(busy.run_until([&] { return confirmed; }));
  constexpr int kMessages = 40'000;
  for (int i = 0; i < kMessages; ++i) {
    from.bus->publish("a", base::share(fmt::format("{:01000}", i)));
    if (i % 100 == 0) run_for(1ms);
  }
  run_for(2s);  // longer than a server may be silent
  ASSERT_TRUE(busy.run_until([&] { return to.messages.size() >= kMessages; }, 20s)) << to.messages.size();
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_EQ(to.messages[static_cast<std::size_t>(i)].second, fmt::format("{:01000}", i));
  }
  EXPECT_EQ(to.downs, 0);
}

TEST_F(RedisFaults, AReaderThatRedisGivesUpHearsThatTheBusWasDown) {
  begin({"--client-output-buffer-limit", "pubsub 1mb 0 0"});
  config_.max_undelivered_bytes = 256 * 1024;
  base::testing::ManualExecutor busy;
  Node& from = up_node();
  Node to(busy, config_);
  bool confirmed = false;
  to.bus->subscribe("a", [&] { confirmed = true; });
  ASSERT_TRUE(busy.run_until([&] { return confirmed; }));
  for (int i = 0; i < 60'000; ++i) {
    from.bus->publish("a", base::share(fmt::format("{:01000}", i)));
    if (i % 100 == 0) run_for(1ms);
  }
  run_for(200ms);
  EXPECT_EQ(to.ups, 1);
  ASSERT_TRUE(busy.run_until([&] { return to.downs == 1 && to.ups == 2; }));
  EXPECT_LT(to.messages.size(), 60'000U);
  // In order until it ended, and alive afterwards.
  EXPECT_TRUE(std::ranges::is_sorted(to.messages));
  to.messages.clear();
  from.bus->publish("a", base::share("alive"));
  ASSERT_TRUE(run_until([&] {
    busy.run();
    return !to.messages.empty();
  }));
  EXPECT_EQ(to.messages.back().second, "alive");
  EXPECT_EQ(from.downs, 0);
}

TEST_F(RedisFaults, AFullSendQueueDropsAndTheRestArrives) {
  auto& server = begin({"--client-output-buffer-limit", "pubsub 0 0 0"});
  config_.max_queued_bytes = 8 * 1024 * 1024;
  config_.ping_timeout = 30s;
  Node& a = up_node();
  subscribe(a, "a");
  server.signal(SIGSTOP);
  constexpr std::size_t kMessages = 2'000;
  const std::string payload(16 * 1024, 'x');
  for (std::size_t i = 0; i < kMessages; ++i) a.bus->publish("a", base::share(fmt::format("{:04}{}", i, payload)));
  run_for(100ms);
  server.signal(SIGCONT);
  run_for(500ms);
  const auto heard = a.messages.size();
  EXPECT_GT(heard, 8U * 1024 / 17);
  EXPECT_LT(heard, kMessages / 2);
  for (std::size_t i = 0; i < heard; ++i) ASSERT_EQ(a.messages[i].second.substr(0, 4), fmt::format("{:04}", i));
  EXPECT_EQ(a.downs, 0);
  expect_delivery(a, a, "a");
}

}  // namespace
}  // namespace skat::bus::redis
