// The bus on a real Redis Cluster: each channel belongs to the master of its slot.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "bus/redis/testing/redis_cluster.hpp"
#include "bus/redis/testing/redis_harness.hpp"

namespace skat::bus::redis {
namespace {

using namespace std::chrono_literals;
using testing::Node;
using testing::RedisCluster;
using testing::unique_name;

class RedisClusterTest : public ::testing::Test {
 protected:
  // Begins with that master.
  Node& node(std::size_t seed, bool sharded = true) {
    Config config;
    config.port = cluster_.master(seed).port();
    config.sharded = sharded;
    nodes_.push_back(std::make_unique<Node>(executor_, config));
    Node& made = *nodes_.back();
    EXPECT_TRUE(run_until([&] { return made.bus->up(); }));
    return made;
  }
  template <class Done>
  bool run_until(Done done, std::chrono::milliseconds limit = 30s) {
    return executor_.run_until(done, limit);
  }
  void subscribe(Node& node, const std::string& channel) {
    bool confirmed = false;
    node.bus->subscribe(channel, [&] { confirmed = true; });
    EXPECT_TRUE(run_until([&] { return confirmed; }));
  }
  void expect_delivery(Node& from, Node& to, const std::string& channel) {
    to.messages.clear();
    const auto payload = unique_name("payload");
    from.bus->publish(channel, base::share(payload));
    EXPECT_TRUE(run_until([&] { return !to.messages.empty(); })) << channel;
    EXPECT_EQ(to.messages, (std::vector{std::pair(channel, payload)}));
  }
  static std::size_t master_of(const std::string& channel) {
    return RedisCluster::master_of(slot_of("skat:" + channel));
  }

  RedisCluster cluster_;
  base::testing::ManualExecutor executor_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

TEST_F(RedisClusterTest, EveryChannelGoesByTheMasterOfItsSlotAlone) {
  Node &a = node(0), &b = node(1);
  constexpr int kChannels = 300;
  int confirmed = 0;
  std::array<std::size_t, RedisCluster::kMasters> expected{};
  for (int i = 0; i < kChannels; ++i) {
    const auto channel = fmt::format("room/{}", i);
    b.bus->subscribe(channel, [&] { ++confirmed; });
    ++expected[master_of(channel)];
  }
  ASSERT_TRUE(run_until([&] { return confirmed == kChannels; }));
  for (std::size_t i = 0; i < RedisCluster::kMasters; ++i) {
    EXPECT_TRUE(
        cluster_.master(i).tell("PUBSUB SHARDCHANNELS skat:room/*").starts_with(fmt::format("*{}\r\n", expected[i])));
    EXPECT_TRUE(cluster_.master(i).tell("PUBSUB CHANNELS").starts_with("*0\r\n"));
  }
  for (int i = 0; i < kChannels; ++i) a.bus->publish(fmt::format("room/{}", i), base::share(std::to_string(i)));
  ASSERT_TRUE(run_until([&] { return b.messages.size() >= kChannels; }));
  EXPECT_EQ(b.messages.size(), static_cast<std::size_t>(kChannels));
  for (const auto& [channel, payload] : b.messages) EXPECT_EQ(channel, "room/" + payload);
}

TEST_F(RedisClusterTest, ASlotThatMovesIsFollowed) {
  Node &a = node(0), &b = node(1);
  const std::string channel = "room/moving", other = "room/staying";
  subscribe(b, channel);
  subscribe(b, other);
  expect_delivery(a, b, channel);
  const auto slot = slot_of("skat:" + channel);
  const auto from = RedisCluster::master_of(slot), to = (from + 1) % RedisCluster::kMasters;
  const int ups = b.ups;
  cluster_.move_slot(slot, from, to);
  // The subscriber hears of it by itself, the publisher when he is refused.
  ASSERT_TRUE(run_until([&] { return b.downs > 0; }));
  ASSERT_TRUE(run_until([&] {
    if (a.bus->up()) a.bus->publish(channel, base::share("probe"));
    return b.bus->up() && b.ups > ups && a.bus->up() && !b.messages.empty() && b.messages.back().second == "probe";
  }));
  EXPECT_TRUE(cluster_.master(to).tell("PUBSUB SHARDCHANNELS skat:room/moving").starts_with("*1\r\n"));
  a.bus->publish(other, base::share("to the end"));
  // Among the probes: between shards there is no order.
  EXPECT_TRUE(
      run_until([&] { return std::ranges::count(b.messages, std::pair(other, std::string("to the end"))) == 1; }));
}

TEST_F(RedisClusterTest, WithoutOneOfItsMastersThereIsNoBusUntilItIsBack) {
  Node &a = node(0), &b = node(1);
  const std::string channel = "room/1";
  subscribe(b, channel);
  auto& lost = cluster_.master(0);
  lost.kill();
  ASSERT_TRUE(run_until([&] { return a.downs > 0 && b.downs > 0; }, 5s));
  (void)run_until([] { return false; }, 300ms);
  EXPECT_FALSE(a.bus->up() || b.bus->up());
  lost.start();
  ASSERT_TRUE(run_until([&] { return a.bus->up() && b.bus->up(); }));
  expect_delivery(a, b, channel);
}

TEST_F(RedisClusterTest, UnshardedEveryNodeHearsEveryOther) {
  Node &a = node(0, false), &b = node(2, false);
  subscribe(b, "room/1");
  expect_delivery(a, b, "room/1");
  EXPECT_TRUE(cluster_.master(2).tell("PUBSUB CHANNELS skat:room/*").starts_with("*1\r\n"));
}

}  // namespace
}  // namespace skat::bus::redis
