// Ada has sockets on nodes 1 and 2; node 0 owns everything.
#include "chat/user_channels.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ClusterWorld;
using testing::milliseconds;
using testing::seconds;

class UserChannelsTest : public ::testing::Test {
 protected:
  UserChannelsTest() {
    world_.start_all();
    ada_ = world_[1].guest("Ada");
    bob_ = world_[2].guest("Bob");
    here(1, true);
    here(2, true);
    world_.advance(world_.config.feed_linger * 2);  // who was only expected is forgotten
  }
  static PersonHere person(const Identity& who, bool here) {
    return {who.user, who.name, here ? std::optional(Presence{}) : std::nullopt, {}};
  }
  void here(std::size_t node, bool here) { world_[node].node().people(0, {person(ada_, here)}); }
  testing::RecordingFanout& fanout(std::size_t node) { return world_[node].life->fanout; }
  result<store::ReadMarker> mark(std::size_t node, const model::RoomId& room, model::Seq seq) {
    auto marked = world_[node].ask<store::ReadMarker>(
        [&](Done<store::ReadMarker> done) { world_[node].node().mark_read(ada_, room, seq, std::move(done)); });
    world_.advance(milliseconds(10));
    return marked;
  }

  ClusterWorld world_{3};
  Identity ada_, bob_;
};

TEST_F(UserChannelsTest, ARoomJoinedOnOneNodeIsToldToTheUsersSocketsOnAnotherOnce) {
  const auto room = world_[2].create(bob_, "Engine room")->id;
  ASSERT_TRUE(world_[1].join(ada_, room));
  world_.advance(milliseconds(10));
  for (const std::size_t node : {1, 2}) {
    const auto& joined = fanout(node).joined;
    const auto mine = std::ranges::count(joined, ada_.user, [](const auto& told) { return told.first; });
    EXPECT_EQ(mine, 1) << "node " << node;
    EXPECT_EQ(joined.back().second.name, "Engine room");
    EXPECT_EQ(joined.back().second.members, 2u);
    EXPECT_EQ(joined.back().second.read_seq, model::Seq{2}) << "what was there counts as read";
  }
}

TEST_F(UserChannelsTest, WithoutAnOwnerWhoeverFoldsTheLogTellsTheOtherNodes) {
  const auto room = world_[2].create(bob_, "Engine room")->id;
  world_.kill(0);
  world_[2].life->log.readers_stuck = true;
  ASSERT_TRUE(world_[1].send(ada_, model::kLobby, "node 1 follows the log from here on"));
  ASSERT_TRUE(world_[1].join(ada_, room));
  world_.advance(milliseconds(10));
  const auto mine = std::ranges::count(fanout(2).joined, ada_.user, [](const auto& told) { return told.first; });
  EXPECT_GE(mine, 1);
}

TEST_F(UserChannelsTest, AReadMarkerMovedOnOneNodeIsToldOnAnother) {
  ASSERT_TRUE(world_[2].send(bob_, model::kLobby, "one"));
  const auto sent = world_[2].send(bob_, model::kLobby, "two");
  ASSERT_TRUE(mark(1, model::kLobby, sent->seq));
  for (const std::size_t node : {1, 2}) {
    ASSERT_EQ(fanout(node).read.size(), 1u) << "node " << node;
    EXPECT_EQ(fanout(node).read[0], (std::pair{ada_.user, sent->seq}));
  }
}

TEST_F(UserChannelsTest, ALeaveIsToldOnAnotherNodeAfterItsStreamsHadTheEvent) {
  const auto room = world_[2].create(bob_, "Engine room")->id;
  ASSERT_TRUE(world_[1].join(ada_, room));
  ASSERT_TRUE(world_[2].open(0, room, ada_));
  world_.advance(milliseconds(10));
  world_[2].life->bus.losing = "room/";
  world_[0].life->bus.losing = "room/";
  world_[0].life->bus.loses = [] { return true; };  // the leave itself comes late
  ASSERT_TRUE(world_[1].leave(ada_, room));
  world_.advance(milliseconds(1));
  const bool told = !fanout(2).left.empty();
  const bool delivered = !fanout(2).seqs(0, room).empty();
  EXPECT_TRUE(!told || delivered);
  world_[0].life->bus.loses = [] { return false; };
  world_.advance(seconds(1));
  EXPECT_EQ(fanout(2).seqs(0, room), testing::numbers(3, 3));
  ASSERT_EQ(fanout(2).left.size(), 1u);
  EXPECT_EQ(fanout(2).left[0], (std::pair{ada_.user, room}));
}

TEST_F(UserChannelsTest, ANodeHearsAUserFromHisComingUntilAWhileAfterHisLastSocketHasGone) {
  const std::size_t before = world_[2].life->bus.channels();
  const Identity eve = world_[2].guest("Eve");
  world_.advance(milliseconds(1));
  EXPECT_EQ(world_[2].life->bus.channels(), before + 1) << "before there is a socket";
  world_[2].node().people(0, {person(eve, true)});
  world_[2].node().people(1, {person(eve, true)});
  world_[2].node().people(0, {person(eve, false)});
  world_.advance(world_.config.feed_linger * 2);
  EXPECT_EQ(world_[2].life->bus.channels(), before + 1) << "the other loop has a socket";
  world_[2].node().people(1, {person(eve, false)});
  world_.advance(world_.config.feed_linger / 2);
  EXPECT_EQ(world_[2].life->bus.channels(), before + 1);
  world_.advance(world_.config.feed_linger);
  EXPECT_EQ(world_[2].life->bus.channels(), before);
}

TEST_F(UserChannelsTest, WhoNeverComesIsForgotten) {
  const std::size_t before = world_[2].life->bus.channels();
  std::ignore = world_[2].guest("Eve");
  world_.advance(world_.config.feed_linger * 2);
  EXPECT_EQ(world_[2].life->bus.channels(), before);
}

TEST_F(UserChannelsTest, WhatTheBusLosesIsLostAndNothingElse) {
  for (std::size_t node = 0; node < 3; ++node) {
    world_[node].life->bus.losing = "user/";
    world_[node].life->bus.loses = [] { return true; };
  }
  const auto room = world_[2].create(bob_, "Engine room")->id;
  ASSERT_TRUE(world_[1].join(ada_, room));
  const auto sent = world_[1].send(ada_, room, "all the same");
  ASSERT_TRUE(sent);
  EXPECT_TRUE(mark(1, room, sent->seq));
  EXPECT_TRUE(fanout(2).read.empty());
}

TEST(UserChannelsWithoutABus, NothingIsSubscribedOrPublished) {
  Config config;
  config.cluster = true;
  ClusterWorld world(2, config);
  world.start_all();
  const Identity ada = world[1].guest("Ada");
  world[1].node().people(0, {{ada.user, ada.name, Presence{}, {}}});
  ASSERT_TRUE(world[1].send(ada, model::kLobby, "one"));
  const std::size_t before = world[1].life->bus.channels();
  const auto marked = world[1].ask<store::ReadMarker>([&](Done<store::ReadMarker> done) {
    world[1].node().mark_read(ada, model::kLobby, model::Seq{100}, std::move(done));
  });
  ASSERT_TRUE(marked);
  EXPECT_EQ(world[1].life->fanout.read.size(), 1u) << "inside the node it is told";
  EXPECT_EQ(world[1].life->bus.channels(), before);
  EXPECT_TRUE(world[0].life->fanout.read.empty());
}

}  // namespace
}  // namespace skat::chat
