// Situations of several nodes, each by itself. Node 0 owns everything, unless it says otherwise.
#include <gtest/gtest.h>

#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::ClusterWorld;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;
using testing::seqs;

class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() {
    world_.start_all();
    ada_ = world_[1].guest("Ada");
    bob_ = world_[2].guest("Bob");
    room_ = world_[1].create(ada_, "Engine room")->id;
    EXPECT_TRUE(world_[2].join(bob_, room_));
  }

  ClusterWorld world_{3};
  Identity ada_, bob_;
  model::RoomId room_;
};

TEST_F(ClusterTest, ARepeatOnAnotherNodeHasTheFirstNumberThoughItsSenderHasLeftSince) {
  const auto first = world_[1].send(bob_, room_, "once", 9);
  ASSERT_TRUE(first);
  ASSERT_TRUE(world_[1].leave(bob_, room_));
  const auto again = world_[2].send(bob_, room_, "once", 9);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(world_[2].send(bob_, room_, "more", 10).error(), errc::not_a_member);
  EXPECT_EQ(world_[1].send(bob_, room_, "more", 10).error(), errc::refused_before) << "on any node, for ever";
}

TEST_F(ClusterTest, WhatWasAckedIsInAPageReadOnAnyNodeWhileNothingIsArchived) {
  world_[0].life->store.fail_archives = ~std::size_t{0};
  const auto acked = world_[1].send(ada_, room_, "news");
  ASSERT_TRUE(acked);
  for (std::size_t node = 0; node < 3; ++node) {
    const auto page = world_[node].history({room_, bob_.user, std::nullopt, std::nullopt, 10});
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->complete);
    EXPECT_EQ(page->events.back()->seq, acked->seq) << "node " << node;
  }
}

TEST_F(ClusterTest, WithTheBusFlushedAndNothingArchivedANodeWithoutMembersStillReadsEverything) {
  world_[0].life->store.fail_archives = ~std::size_t{0};
  const auto acked = world_[1].send(ada_, room_, "news");
  world_[2].life->bus.disconnect();
  world_[2].life->bus.reconnect();
  const auto page = world_[2].history({room_, bob_.user, std::nullopt, std::nullopt, 10});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->complete);
  EXPECT_EQ(page->events.back()->seq, acked->seq);
}

TEST_F(ClusterTest, TwoNodesThatCreateOneNameMakeOneRoom) {
  std::optional<result<RoomInfo>> one, other;
  world_[1].node().create_room(ada_, "The same", model::Access::open, [&](result<RoomInfo> made) { one = made; });
  world_[2].node().create_room(bob_, "The same", model::Access::open, [&](result<RoomInfo> made) { other = made; });
  world_.advance(seconds(5));
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->has_value(), other->has_value());
  EXPECT_EQ((*one ? *other : *one).error(), errc::name_taken);
}

TEST_F(ClusterTest, AnOutcomeThatTheBusLostIsAskedFor) {
  world_[1].life->bus.deaf = [] { return true; };
  std::optional<result<Accepted>> answer;
  world_[1].node().submit(ChatWorld::submission(ada_, room_, "x", 9), [&](result<Accepted> got) { answer = got; });
  world_.advance(milliseconds(100));
  EXPECT_FALSE(answer);
  world_[1].life->bus.deaf = [] { return false; };
  world_.advance(milliseconds(1'000));
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ((*answer)->seq, model::Seq{3});
  EXPECT_EQ(world_[1].node().stats().relied_on, 1u) << "without following the log";
}

TEST_F(ClusterTest, ARefusalThatTheBusLostIsFinalAllTheSame) {
  const Identity eve = world_[1].guest("Eve");
  world_[1].life->bus.deaf = [] { return true; };
  std::optional<result<Accepted>> answer;
  world_[1].node().submit(ChatWorld::submission(eve, room_, "x", 9), [&](result<Accepted> got) { answer = got; });
  world_.advance(milliseconds(100));
  world_[1].life->bus.deaf = [] { return false; };
  world_.advance(milliseconds(1'000));
  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error(), condition::refused);
}

TEST_F(ClusterTest, TypingReachesStreamsOnOtherNodesAndOnlyFromWhoMayReadTheRoom) {
  ASSERT_TRUE(world_[2].open(0, room_, bob_));
  world_.advance(milliseconds(10));
  world_[1].node().typing(ada_, room_, true);
  world_[1].node().typing(world_[1].guest("Eve"), room_, true);
  world_.advance(milliseconds(100));
  EXPECT_EQ(world_[2].life->fanout.typed, (std::vector<std::pair<std::string, bool>>{{"Ada", true}}));
}

TEST_F(ClusterTest, AMarkerSetOnOneNodeIsKnownOnTheOthersAtOnce) {
  ASSERT_TRUE(world_[1].send(ada_, room_, "one"));
  ASSERT_TRUE(world_[1].send(ada_, room_, "two"));
  const auto marked = world_[2].ask<store::ReadMarker>(
      [&](Done<store::ReadMarker> done) { world_[2].node().mark_read(bob_, room_, model::Seq{3}, std::move(done)); });
  ASSERT_TRUE(marked);
  const auto info = world_[1].ask<RoomInfo>(
      [&](Done<RoomInfo> done) { world_[1].node().room_info(room_, bob_.user, std::move(done)); });
  ASSERT_TRUE(info);
  EXPECT_EQ(info->read_seq, model::Seq{3});
  EXPECT_EQ(info->seq, model::Seq{4});
}

TEST_F(ClusterTest, WhoJoinedAMomentAgoFindsTheRoomInHisListOnAnotherNodeWhileTheStoreLagsBehind) {
  world_[0].life->store.fail_archives = ~std::size_t{0};
  const Identity eve = world_[1].guest("Eve");
  ASSERT_TRUE(world_[1].join(eve, room_));
  const auto welcome = world_[2].ask<Welcome>(
      [&](Done<Welcome> done) { world_[1].node().authenticate({"Eve again", std::nullopt, false}, std::move(done)); });
  ASSERT_TRUE(welcome);
  const auto rooms = world_[2].ask<RoomInfo>(
      [&](Done<RoomInfo> done) { world_[2].node().room_info(room_, eve.user, std::move(done)); });
  ASSERT_TRUE(rooms);
  EXPECT_EQ(rooms->members, 3u);
}

TEST_F(ClusterTest, AnOrderlyStopHandsItsPartitionsOverWithoutAnUnknown) {
  ASSERT_TRUE(world_[1].open(0, room_, ada_));
  world_[0].life->node->stop([] {});
  world_.own(1);
  world_.advance(milliseconds(200));
  const auto acked = world_[2].send(bob_, room_, "on we go");
  ASSERT_TRUE(acked) << acked.error().message();
  world_.advance(seconds(2));
  EXPECT_EQ(world_[1].life->fanout.seqs(0, room_), numbers(3, 3));
  EXPECT_EQ(world_.store_disk.events[room_].size(), 3u);
}

// The fold of some rooms that a node has from before is still there when the owner is lost again.
TEST(TailMode, ARoomThatWasOpenedWhileTheOwnerWasHeardIsFollowedWhenHeIsLost) {
  Config config = ClusterWorld::live();
  config.tail_whole_rooms = 0;
  ClusterWorld world(3, config);
  world.start_all();
  const Identity ada = world[1].guest("Ada");
  const auto room = world[1].create(ada, "Engine room")->id;
  auto& bus = world[2].life->bus;
  bus.disconnect();
  world.advance(seconds(2));
  bus.reconnect();
  world.advance(seconds(2));
  ASSERT_EQ(world[2].node().stats().relied_on, 1u);
  ASSERT_TRUE(world[2].open(0, room, ada));
  bus.disconnect();
  ASSERT_TRUE(world[1].send(ada, room, "news"));
  world.advance(seconds(2));
  EXPECT_EQ(world[2].life->fanout.seqs(0, room), numbers(2, 2));
}

}  // namespace
}  // namespace skat::chat
