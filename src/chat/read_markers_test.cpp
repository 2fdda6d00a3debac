#include "chat/read_markers.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::seconds;

class ReadMarkersTest : public ::testing::Test {
 protected:
  ReadMarkersTest() {
    world_.start();
    ada_ = world_.guest("Ada");
    bob_ = world_.guest("Bob");
    room_ = world_.create(ada_, "Engine room")->id;
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(world_.send(ada_, room_, "x"));  // head: seq 10, mseq 9
  }
  result<store::ReadMarker> mark(const Identity& who, std::uint64_t seq) {
    return world_.ask<store::ReadMarker>(
        [&](Done<store::ReadMarker> done) { world_.node().mark_read(who, room_, model::Seq{seq}, std::move(done)); });
  }
  RoomInfo info(const Identity& who) {
    return world_.ask<RoomInfo>([&](Done<RoomInfo> done) { world_.node().room_info(room_, who.user, std::move(done)); })
        .value();
  }

  ChatWorld world_;
  Identity ada_, bob_;
  model::RoomId room_;
};

TEST_F(ReadMarkersTest, AMarkerMovesForwardOnly) {
  EXPECT_EQ(mark(ada_, 5)->seq, model::Seq{5});
  EXPECT_EQ(mark(ada_, 3)->seq, model::Seq{5});
  EXPECT_EQ(mark(ada_, 7)->seq, model::Seq{7});
  EXPECT_EQ(world_.life->fanout.read.size(), 2u);
}

TEST_F(ReadMarkersTest, AMarkerIsClampedToTheHead) {
  const auto held = mark(ada_, 1'000'000);
  EXPECT_EQ(held->seq, model::Seq{10});
  EXPECT_EQ(held->mseq, model::MSeq{9});
}

TEST_F(ReadMarkersTest, MseqCountsTheMessagesUpToTheMarker) {
  EXPECT_EQ(mark(ada_, 1)->mseq, model::MSeq{0});
  EXPECT_EQ(mark(ada_, 4)->mseq, model::MSeq{3});
  ASSERT_TRUE(world_.join(bob_, room_));             // seq 11, no message
  ASSERT_TRUE(world_.send(ada_, room_, "another"));  // seq 12
  EXPECT_EQ(mark(ada_, 11)->mseq, model::MSeq{9});
  EXPECT_EQ(mark(ada_, 12)->mseq, model::MSeq{10});
}

TEST_F(ReadMarkersTest, MseqOfAnOldEventComesFromTheStore) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(world_.send(ada_, room_, "x"));
  world_.advance(seconds(1));
  EXPECT_EQ(mark(ada_, 6)->mseq, model::MSeq{5});
  world_.life->store.away = true;
  EXPECT_EQ(mark(ada_, 7).error(), errc::unavailable);
}

TEST_F(ReadMarkersTest, MarkersReachTheStoreTogetherAndOutliveTheProcess) {
  for (std::uint64_t seq = 2; seq <= 6; ++seq) ASSERT_TRUE(mark(ada_, seq));
  EXPECT_TRUE((world_.store_disk.markers[{ada_.user, room_}].seq) < model::Seq{6});
  world_.advance(world_.config.read_marker_interval);
  EXPECT_EQ((world_.store_disk.markers[{ada_.user, room_}].seq), model::Seq{6});
  ASSERT_TRUE(mark(ada_, 8));
  world_.stop();
  EXPECT_EQ((world_.store_disk.markers[{ada_.user, room_}].seq), model::Seq{8});
  world_.start();
  EXPECT_EQ(info(ada_).read_seq, model::Seq{8});
  EXPECT_EQ(info(ada_).read_mseq, model::MSeq{7});
  EXPECT_EQ(mark(ada_, 4)->seq, model::Seq{8});
}

TEST_F(ReadMarkersTest, MarkersWaitForAStoreThatIsAway) {
  ASSERT_TRUE(mark(ada_, 4));
  world_.life->store.away = true;
  world_.advance(seconds(10));
  world_.life->store.away = false;
  world_.advance(seconds(2));
  EXPECT_EQ((world_.store_disk.markers[{ada_.user, room_}].seq), model::Seq{4});
}

TEST_F(ReadMarkersTest, OnlyMembersMark) {
  EXPECT_EQ(mark(bob_, 4).error(), errc::not_a_member);
}

TEST_F(ReadMarkersTest, WhoComesToARoomHasReadWhatWasThere) {
  ASSERT_TRUE(world_.join(bob_, room_));
  EXPECT_EQ(info(bob_).read_seq, model::Seq{11});
  EXPECT_EQ(info(bob_).read_mseq, model::MSeq{9});
  ASSERT_TRUE(world_.send(ada_, model::kLobby, "x"));
  const auto welcome = world_.authenticate({"Carol", std::nullopt, false});
  EXPECT_EQ(welcome->rooms[0].mseq, model::MSeq{1});
  EXPECT_EQ(welcome->rooms[0].read_mseq, model::MSeq{1});
}

TEST_F(ReadMarkersTest, MarkersThatWaitForTheStoreAreLimited) {
  ASSERT_TRUE(world_.send(ada_, model::kLobby, "x"));
  std::vector<error_code> refused;
  for (std::size_t i = 0; i <= ReadMarkers::kMaxKnown; ++i) {
    const Identity somebody{model::UserId::random(), "Somebody", ada_.device};
    world_.node().mark_read(somebody, model::kLobby, model::Seq{2}, [&](const result<store::ReadMarker>& marker) {
      if (!marker) refused.push_back(marker.error());
    });
  }
  world_.run();
  // Two places are Ada's: of her room, and of the lobby.
  EXPECT_EQ(refused, std::vector(3, make_error_code(errc::busy)));
}

}  // namespace
}  // namespace skat::chat
