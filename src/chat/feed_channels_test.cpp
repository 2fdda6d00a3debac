// Rooms heard through their own channels or their partition's, on three nodes. Node 0 owns everything, node 1 sends,
// and node 2 has more rooms than the limit.
#include <gtest/gtest.h>

#include "chat/channel_leases.hpp"
#include "chat/feed_channels.hpp"
#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ClusterWorld;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;

class FeedChannelsTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kRooms = 5, kLimit = 4;

  FeedChannelsTest() {
    world_.start_all();
    ada_ = world_[1].guest("Ada");
    for (std::size_t i = 0; i < kRooms; ++i) rooms_.push_back(world_[1].create(ada_, "room " + std::to_string(i))->id);
  }
  static Config config() {
    Config config = ClusterWorld::live();
    config.room_channels = kLimit;
    config.feed_linger = seconds(1);
    return config;
  }

  testing::LossyBus& bus(std::size_t node) { return world_[node].life->bus; }
  void open(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(world_[2].open(0, rooms_[i], ada_));
  }
  void close(std::size_t from) {
    for (std::size_t i = from; i < kRooms; ++i) world_[2].node().close_stream(0, rooms_[i]);
  }
  void open_all() {
    open(kRooms);
    world_.advance(seconds(3));
    ASSERT_TRUE(switched());
  }
  // Node 2 hears all its rooms through their partition's channel, and through no other.
  bool switched() { return bus(2).subscribed("room/") == 0 && bus(2).subscribed("partition/") == 1; }
  bool switched_back() { return bus(2).subscribed("partition/") == 0; }
  // Not waiting for the answer.
  void say() {
    for (const model::RoomId& room : rooms_) {
      world_[1].node().submit(testing::ChatWorld::submission(ada_, room, "x"), [](const result<Accepted>&) {});
    }
  }
  // A while of traffic.
  void talk(int times, base::Duration pause = milliseconds(70)) {
    for (int i = 0; i < times; ++i) {
      say();
      world_.advance(pause);
    }
  }
  // Node 2's streams of the first `count` rooms have each number once, in order, up to the head.
  void expect_whole(std::size_t count) {
    world_.advance(config().archive_longest_wait + seconds(1));
    for (std::size_t i = 0; i < count; ++i) {
      const auto stored = world_.store_disk.events[rooms_[i]].size();
      EXPECT_EQ(world_[2].life->fanout.seqs(0, rooms_[i]), numbers(2, stored)) << "room " << i;
    }
  }

  ClusterWorld world_{3, config()};
  Identity ada_;
  std::vector<model::RoomId> rooms_;
};

TEST_F(FeedChannelsTest, UpToTheLimitEachRoomIsHeardThroughItsOwnChannel) {
  open(kLimit);
  talk(5);
  EXPECT_EQ(bus(2).subscribed("room/"), kLimit);
  EXPECT_EQ(bus(2).subscribed("partition/"), 0u);
  EXPECT_EQ(bus(0).sent("partition/"), 0u) << "nobody listens";
}

TEST_F(FeedChannelsTest, BeyondTheLimitAllAreHeardThroughTheirPartitions) {
  open_all();
  talk(10);
  world_.advance(seconds(1));
  expect_whole(kRooms);
  EXPECT_GT(bus(0).sent("partition/"), 0u);
}

TEST_F(FeedChannelsTest, ARoomThatComesLaterNeedsNoChannelOfItsOwn) {
  open_all();
  const auto late = world_[1].create(ada_, "late")->id;
  ASSERT_TRUE(world_[2].open(0, late, ada_));
  EXPECT_TRUE(switched());
  ASSERT_TRUE(world_[1].send(ada_, late, "x"));
  world_.advance(milliseconds(100));
  EXPECT_EQ(world_[2].life->fanout.seqs(0, late), numbers(2, 2));
}

TEST_F(FeedChannelsTest, TypingComesAlong) {
  open_all();
  world_[1].node().typing(ada_, rooms_[0], true);
  world_.advance(milliseconds(100));
  EXPECT_EQ(world_[2].life->fanout.typed.size(), 1u);
  world_[2].node().typing(ada_, rooms_[1], true);
  world_.advance(milliseconds(100));
  EXPECT_EQ(world_[2].life->fanout.typed.size(), 2u) << "its own too";
}

TEST_F(FeedChannelsTest, AtHalfTheLimitEachHasItsOwnAgain) {
  open_all();
  close(kLimit / 2 + 1);
  world_.advance(seconds(4));
  EXPECT_TRUE(switched()) << "not sooner";
  close(kLimit / 2);
  talk(60);
  EXPECT_TRUE(switched_back());
  EXPECT_EQ(bus(2).subscribed("room/"), kLimit / 2);
  const auto sent = bus(0).sent("partition/");
  talk(5);
  world_.advance(seconds(1));
  EXPECT_EQ(bus(0).sent("partition/"), sent) << "nobody listens any more";
  expect_whole(kLimit / 2);
}

TEST_F(FeedChannelsTest, ThereAndBackUnderTrafficWithLossNothingIsMissed) {
  bus(2).deaf = [n = 0]() mutable { return ++n % 3 == 0; };
  open(kLimit / 2);
  for (int round = 0; round < 3; ++round) {
    talk(10);
    for (std::size_t i = kLimit / 2; i < kRooms; ++i) {
      world_[2].node().open_stream({0, rooms_[i], ada_.user, std::nullopt}, [](const result<StreamStart>&) {});
    }
    talk(60);
    EXPECT_EQ(bus(2).subscribed("partition/"), 1u);
    close(kLimit / 2);
    talk(80);
    EXPECT_EQ(bus(2).subscribed("partition/"), 0u);
  }
  bus(2).deaf = [] { return false; };
  world_.advance(seconds(5));
  expect_whole(kLimit / 2);
}

TEST_F(FeedChannelsTest, WithoutItsHeartbeatsTheOwnerStopsAndTheHeadsAreAskedFor) {
  open_all();
  bus(2).losing = "beats";
  bus(2).loses = [] { return true; };
  world_.advance(ChannelLeases::kLease + seconds(1));
  const auto sent = bus(0).sent("partition/");
  say();
  world_.advance(FeedChannels::kUnserved + milliseconds(300));
  EXPECT_EQ(bus(0).sent("partition/"), sent) << "the lease is over";
  expect_whole(kRooms);
  bus(2).loses = [] { return false; };
  talk(10);
  world_.advance(seconds(1));
  EXPECT_GT(bus(0).sent("partition/"), sent);
  expect_whole(kRooms);
}

TEST_F(FeedChannelsTest, ANodeThatHasGoneIsServedForALeaseAndNoLonger) {
  open_all();
  world_.kill(2);
  world_.advance(ChannelLeases::kLease);
  const auto sent = bus(0).sent("partition/");
  talk(5);
  EXPECT_EQ(bus(0).sent("partition/"), sent);
}

TEST_F(FeedChannelsTest, AnotherOwnerServesTheChannelFromItsFirstEvent) {
  open_all();
  const auto sent = bus(1).sent("partition/");
  world_.own(1);
  talk(10);
  EXPECT_TRUE(switched());
  EXPECT_GT(bus(1).sent("partition/"), sent);
  world_.advance(seconds(2));
  expect_whole(kRooms);
}

TEST_F(FeedChannelsTest, TheBusLostAndMadeAgainTheChannelGoesOn) {
  open_all();
  bus(2).disconnect();
  talk(30);
  bus(2).reconnect();
  talk(60);
  world_.advance(seconds(8));
  EXPECT_TRUE(switched());
  expect_whole(kRooms);
}

class OwnerDiesTest : public FeedChannelsTest, public ::testing::WithParamInterface<int> {};

TEST_P(OwnerDiesTest, InTheMiddleOfTheSwitchNothingIsMissed) {
  open(kRooms);
  world_.advance(milliseconds(GetParam()));
  say();
  world_.kill(0);
  talk(20);
  world_.own(1);
  talk(40);
  world_.advance(seconds(5));
  EXPECT_TRUE(switched());
  expect_whole(kRooms);
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, OwnerDiesTest, ::testing::Values(0, 1, 100, 250, 251, 400, 500, 600));

}  // namespace
}  // namespace skat::chat
