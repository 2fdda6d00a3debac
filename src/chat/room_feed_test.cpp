#include "chat/room_feed.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "chat/feed_message.hpp"
#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::milliseconds;
using testing::numbers;
using testing::seconds;

// A node that hears of the room by the bus; another one owns it.
class RoomFeedTest : public ::testing::Test {
 protected:
  static Config in_part() {
    Config config = testing::ClusterWorld::live();
    config.tail_whole_rooms = 0;
    return config;
  }
  RoomFeedTest() : owner_((cluster_.start_all(), *cluster_[0].life)) {
    ada_ = world_.guest("Ada");
    room_ = world_.create(ada_, "Engine room")->id;
    owner_.bus.losing = "room/";
  }
  void send(std::uint64_t count) {
    for (; count > 0; --count) ASSERT_TRUE(world_.send(ada_, room_, "x"));
  }
  void send_at_owner(std::uint64_t count) {
    for (; count > 0; --count) ASSERT_TRUE(cluster_[0].send(ada_, room_, "x"));
  }
  std::vector<std::uint64_t> live(LoopIndex loop = 0) { return world_.life->fanout.seqs(loop, room_); }
  void lose(bool all) {
    owner_.bus.loses = [all] { return all; };
  }
  testing::ClusterWorld cluster_{2, in_part()};
  testing::ClusterWorld::Place& world_ = cluster_[1];
  testing::Life& owner_;
  Identity ada_;
  model::RoomId room_;
};

TEST_F(RoomFeedTest, EachLoopGetsEachNumberOnceInOrder) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  send(3);
  ASSERT_TRUE(world_.open(2, room_, ada_));
  send(3);
  EXPECT_EQ(live(0), numbers(2, 7));
  EXPECT_EQ(live(2), numbers(5, 7));
}

TEST_F(RoomFeedTest, WhoWaitsForTheFeedIsOneOfALimitedNumber) {
  std::vector<error_code> refused;
  for (std::size_t i = 0; i <= RoomFeed::kMaxWaiting; ++i) {
    world_.node().open_stream({0, room_, ada_.user, std::nullopt}, [&](const result<StreamStart>& start) {
      if (!start) refused.push_back(start.error());
    });
  }
  world_.run();
  EXPECT_EQ(refused, std::vector{make_error_code(errc::busy)});
}

TEST_F(RoomFeedTest, AHoleIsFilledBeforeAnythingBehindIt) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  int message = 0;
  owner_.bus.loses = [&] { return ++message % 3 != 0; };
  send(30);
  lose(false);
  send(1);
  EXPECT_EQ(live(), numbers(2, 32));
}

TEST_F(RoomFeedTest, AHoleThatLeftTheHotTailIsFilledFromTheStore) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  lose(true);
  send(700);
  world_.advance(seconds(1));
  EXPECT_TRUE(live().empty());
  lose(false);
  owner_.store.delay = milliseconds(20);
  send(1);
  world_.advance(milliseconds(5));
  send(2);  // behind the hole, while it is being filled
  world_.advance(seconds(1));
  EXPECT_EQ(live(), numbers(2, 704));
}

TEST_F(RoomFeedTest, AHoleIsFilledAfterTheStoreComesBack) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  lose(true);
  send(400);
  world_.advance(seconds(1));
  owner_.store.away = true;
  lose(false);
  send(1);
  world_.advance(milliseconds(200));
  EXPECT_TRUE(live().empty());
  owner_.store.away = false;
  world_.advance(seconds(2));
  EXPECT_EQ(live(), numbers(2, 402));
  EXPECT_TRUE(world_.life->fanout.resyncs.empty());
}

TEST_F(RoomFeedTest, AHoleThatCannotBeFilledEndsTheStreamsWithResync) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  lose(true);
  send(400);
  world_.advance(seconds(1));
  owner_.store.away = true;
  lose(false);
  send(1);
  world_.advance(seconds(10));
  EXPECT_EQ((world_.life->fanout.resyncs[{0, room_}]), 1u);
  EXPECT_TRUE(live().empty()) << "nothing behind a hole";
  EXPECT_EQ(world_.node().stats().resyncs, 1u);
  send(1);
  EXPECT_TRUE(live().empty()) << "the stream is over";
  ASSERT_TRUE(world_.open(0, room_, ada_));
  send(1);
  EXPECT_EQ(live(), numbers(404, 404));
}

TEST_F(RoomFeedTest, WhatWasPublishedWhileTheSubscriptionWasUnderWayIsNotLost) {
  world_.life->bus.confirm_after = milliseconds(50);
  std::optional<result<StreamStart>> start;
  world_.node().open_stream({0, room_, ada_.user, Cursor{model::Epoch{0x1234}, model::Seq{1}}},
                            [&](result<StreamStart> got) { start = std::move(got); });
  send(3);
  EXPECT_FALSE(start);
  world_.advance(milliseconds(50));
  ASSERT_TRUE(start && *start);
  EXPECT_EQ(testing::seqs((*start)->events), numbers(2, 4));
  send(1);
  EXPECT_EQ(live(), numbers(5, 5));
}

TEST_F(RoomFeedTest, ALostLastMessageShowsByTheHeadEcho) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  lose(true);
  send(2);
  EXPECT_TRUE(live().empty());
  lose(false);
  world_.advance(cluster_.config.beat_interval * 2);
  EXPECT_EQ(live(), numbers(2, 3));
}

TEST_F(RoomFeedTest, ALostLastMessageAndItsEchoShowWhenTheNodeMissesABeat) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  world_.life->bus.deaf = [] { return true; };
  send_at_owner(2);
  world_.advance(milliseconds(600));
  EXPECT_TRUE(live().empty());
  world_.life->bus.deaf = [] { return false; };
  world_.advance(milliseconds(300));
  EXPECT_EQ(live(), numbers(2, 3));
}

TEST_F(RoomFeedTest, WithoutTheBusTheNodeFollowsTheLogItself) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  world_.life->bus.disconnect();
  world_.advance(milliseconds(200));
  EXPECT_EQ(world_.node().stats().tail, 1u);
  send(3);
  EXPECT_EQ(live(), numbers(2, 4));
  ASSERT_TRUE(world_.open(1, room_, ada_));
  send(1);
  EXPECT_EQ(live(1), numbers(5, 5));
  world_.life->bus.reconnect();
  send(1);
  world_.advance(seconds(2));
  EXPECT_EQ(world_.node().stats().relied_on, 1u);
  send(1);
  world_.advance(cluster_.config.tail_linger + seconds(1));
  EXPECT_EQ(world_.node().stats().rooms, 0u) << "it folds no longer";
  send(1);
  EXPECT_EQ(live(), numbers(2, 8));
  EXPECT_EQ(live(1), numbers(5, 8));
}

TEST_F(RoomFeedTest, InTailModeOnlyRoomsThatSomebodyHereHasToDoWithAreFolded) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(cluster_[0].create(ada_, "room " + std::to_string(i)));
  world_.advance(cluster_.config.snapshot_interval * 2);
  ASSERT_TRUE(world_.open(0, room_, ada_));
  world_.life->bus.disconnect();
  send_at_owner(1);
  world_.advance(milliseconds(300));
  EXPECT_EQ(live(), numbers(2, 2));
  EXPECT_EQ(world_.node().stats().rooms, 1u);
  ASSERT_TRUE(world_.send(ada_, model::kLobby, "another room"));
  EXPECT_EQ(world_.node().stats().rooms, 2u);
  send_at_owner(3);
  world_.advance(milliseconds(300));
  EXPECT_EQ(live(), numbers(2, 5)) << "each once, though the follower went back for the lobby";
}

TEST_F(RoomFeedTest, ANodeThatComesToOwnWhatItFollowedInPartFoldsItWhole) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(cluster_[0].create(ada_, "room " + std::to_string(i)));
  world_.advance(cluster_.config.snapshot_interval * 2);
  ASSERT_TRUE(world_.open(0, room_, ada_));
  cluster_.kill(0);
  world_.advance(seconds(2));
  EXPECT_LT(world_.node().stats().rooms, 5u);
  cluster_.own(1);
  world_.advance(seconds(1));
  EXPECT_EQ(world_.node().stats().rooms, 52u);
  send(2);
  EXPECT_EQ(live(), numbers(2, 3));
}

TEST_F(RoomFeedTest, AfterTheOwnersDeathTheNodeFollowsTheLogWithinASecondAndAHalf) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  send(1);
  cluster_.kill(0);
  std::optional<result<Accepted>> answer;
  world_.node().submit(testing::ChatWorld::submission(ada_, room_, "x", 7),
                       [&](result<Accepted> got) { answer = std::move(got); });
  world_.advance(milliseconds(1'500));
  EXPECT_EQ(live(), numbers(2, 3));
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ((*answer)->seq, model::Seq{3});
}

TEST_F(RoomFeedTest, AnOwnerThatIsCutFromTheLogIsLeftWithinTwoSeconds) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  owner_.log.readers_stuck = true;
  std::optional<result<Accepted>> answer;
  world_.node().submit(testing::ChatWorld::submission(ada_, room_, "x", 7),
                       [&](result<Accepted> got) { answer = std::move(got); });
  world_.advance(milliseconds(2'000));
  EXPECT_EQ(live(), numbers(2, 2));
  EXPECT_TRUE(answer && *answer);
}

TEST_F(RoomFeedTest, AFeedWithoutStreamsLingersAndThenLeavesItsChannel) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  world_.advance(cluster_.config.feed_linger * 3);
  EXPECT_EQ(world_.node().stats().feeds, 1u);
  world_.node().close_stream(0, room_);
  world_.advance(cluster_.config.feed_linger - milliseconds(1));
  EXPECT_EQ(world_.node().stats().feeds, 1u);
  world_.advance(milliseconds(1));
  EXPECT_EQ(world_.node().stats().feeds, 0u);
  EXPECT_EQ(world_.life->bus.channels(), 3u) << "the node's own, the heartbeats and the leases of presence";
}

TEST_F(RoomFeedTest, ALingeringFeedIsTakenUpAgainWithoutAHole) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  world_.node().close_stream(0, room_);
  send(3);
  const auto start = world_.open(0, room_, ada_, Cursor{model::Epoch{0x1234}, model::Seq{2}});
  EXPECT_EQ(testing::seqs(start->events), numbers(3, 4));
  send(1);
  EXPECT_EQ(live(), numbers(5, 5));
}

TEST_F(RoomFeedTest, NumbersOfAnotherEpochAreNotDelivered) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  EventsMessage message(model::Epoch{77});
  message.add({room_, model::Seq{2}, model::EventKind::message, ada_.user, "{}"});
  world_.life->bus.publish(room_channel(room_), base::share(std::move(message).take()));
  world_.run();
  EXPECT_TRUE(live().empty());
}

TEST_F(RoomFeedTest, BytesThatAreNoMessageChangeNothing) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  for (const char* bytes : {"", "E", "Exxxx", "T", "\xff\xff"}) {
    world_.life->bus.publish("room/" + room_.hex(), base::share(bytes));
  }
  world_.life->bus.publish("elsewhere", base::share("E"));
  world_.run();
  send(1);
  EXPECT_EQ(live(), numbers(2, 2));
}

}  // namespace
}  // namespace skat::chat
