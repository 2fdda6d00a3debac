#include "chat/streams.hpp"

#include <gtest/gtest.h>

#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;
using testing::seqs;

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() {
    world_.start();
    ada_ = world_.guest("Ada");
    room_ = world_.create(ada_, "Engine room")->id;
  }
  // Messages until the room's head is `seq`.
  void fill(std::uint64_t seq, const std::string& text = "x") {
    for (; head_ < seq; ++head_) ASSERT_TRUE(world_.send(ada_, room_, text));
  }
  Cursor at(std::uint64_t seq) { return {epoch_, model::Seq{seq}}; }
  std::vector<std::uint64_t> live(LoopIndex loop) { return world_.life->fanout.seqs(loop, room_); }

  ChatWorld world_;
  Identity ada_;
  model::RoomId room_;
  model::Epoch epoch_{0x1234};
  std::uint64_t head_ = 1;
};

TEST_F(StreamsTest, WithoutACursorTheStreamBeginsAtTheHead) {
  fill(10);
  const auto start = world_.open(0, room_, ada_);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->epoch, epoch_);
  EXPECT_EQ(start->head, model::Seq{10});
  EXPECT_EQ(start->head_mseq, model::MSeq{9});
  EXPECT_TRUE(start->events.empty());
  EXPECT_FALSE(start->resync);
  fill(13);
  EXPECT_EQ(live(0), numbers(11, 13));
}

TEST_F(StreamsTest, ACursorGetsWhatItLacksAndThenEverythingLive) {
  fill(10);
  const auto start = world_.open(0, room_, ada_, at(4));
  EXPECT_EQ(seqs(start->events), numbers(5, 10));
  fill(12);
  EXPECT_EQ(live(0), numbers(11, 12));
}

TEST_F(StreamsTest, TheMissingRangeComesFromTheStoreAndTheTailTogether) {
  fill(400);
  world_.advance(seconds(1));
  world_.life->store.fail_archives = ~std::size_t{0};
  fill(420);
  const auto start = world_.open(0, room_, ada_, at(3));
  ASSERT_TRUE(start);
  EXPECT_EQ(seqs(start->events), numbers(4, 420));
}

TEST_F(StreamsTest, EventsThatComeWhileTheRangeIsReadAreInTheAnswerOrLiveNeverInBothOrNeither) {
  fill(300);
  world_.advance(seconds(1));
  world_.life->store.delay = milliseconds(30);
  std::optional<result<StreamStart>> start;
  world_.node().open_stream({0, room_, ada_.user, at(3)}, [&](result<StreamStart> got) { start = std::move(got); });
  for (int i = 0; i < 10 && !start; ++i) {
    fill(head_ + 2);
    world_.advance(milliseconds(7));
  }
  ASSERT_TRUE(start && *start);
  fill(head_ + 3);
  auto all = seqs((*start)->events);
  EXPECT_GT(all.back(), 300u);
  const auto later = live(0);
  all.insert(all.end(), later.begin(), later.end());
  EXPECT_EQ(all, numbers(4, head_));
}

TEST_F(StreamsTest, ACursorOfAnotherEpochGetsResync) {
  fill(10);
  const auto start = world_.open(0, room_, ada_, Cursor{model::Epoch{99}, model::Seq{4}});
  EXPECT_TRUE(start->resync);
  EXPECT_TRUE(start->events.empty());
  EXPECT_EQ(start->head, model::Seq{10});
  fill(11);
  EXPECT_EQ(live(0), numbers(11, 11));
}

TEST_F(StreamsTest, ACursorAboveTheHeadGetsResync) {
  fill(10);
  EXPECT_TRUE(world_.open(0, room_, ada_, at(11))->resync);
  EXPECT_FALSE(world_.open(0, room_, ada_, at(10))->resync);
}

TEST_F(StreamsTest, ACursorAtWhatWasJustAckedIsNeverAboveTheHead) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  const auto acked = world_.send(ada_, room_, "x");
  const auto start = world_.open(1, room_, ada_, Cursor{acked->epoch, acked->seq});
  EXPECT_FALSE(start->resync);
  EXPECT_EQ(start->head, acked->seq);
}

TEST_F(StreamsTest, ACursorTooManyEventsBehindGetsResync) {
  fill(1'010);
  EXPECT_TRUE(world_.open(0, room_, ada_, at(9))->resync);
  EXPECT_EQ(world_.open(0, room_, ada_, at(10))->events.size(), model::kMaxResumeEvents);
}

TEST_F(StreamsTest, ACursorTooManyBytesBehindGetsResync) {
  fill(80, std::string(model::kMaxTextBytes, 'x'));
  EXPECT_TRUE(world_.open(0, room_, ada_, at(1))->resync);
  EXPECT_FALSE(world_.open(0, room_, ada_, at(40))->resync);
}

TEST_F(StreamsTest, WhileTheStoreIsAwayARangeThatNeedsItIsUnavailable) {
  fill(300);
  world_.advance(seconds(1));
  world_.life->store.away = true;
  EXPECT_EQ(world_.open(0, room_, ada_, at(3)).error(), errc::unavailable);
  EXPECT_TRUE(world_.open(0, room_, ada_, at(200)));
}

TEST_F(StreamsTest, OnlyMembersStream) {
  const Identity bob = world_.guest("Bob");
  const auto hidden = world_.create(ada_, "Quiet", model::Access::closed)->id;
  EXPECT_EQ(world_.open(0, room_, bob).error(), errc::not_a_member);
  EXPECT_EQ(world_.open(0, hidden, bob).error(), errc::unknown_room);
  EXPECT_EQ(world_.open(0, model::RoomId::random(), bob).error(), errc::unknown_room);
  EXPECT_TRUE(world_.open(0, model::kLobby, bob));
  fill(2);
  EXPECT_TRUE(live(0).empty());
}

TEST_F(StreamsTest, WhoLeavesWhileHisRangeIsReadGetsNoStream) {
  const Identity bob = world_.guest("Bob");
  ASSERT_TRUE(world_.join(bob, room_));
  ++head_;
  fill(300);
  world_.advance(seconds(1));
  world_.life->store.delay = milliseconds(100);
  std::optional<result<StreamStart>> start;
  world_.node().open_stream({0, room_, bob.user, at(3)}, [&](result<StreamStart> got) { start = std::move(got); });
  ASSERT_TRUE(world_.leave(bob, room_));
  world_.advance(seconds(1));
  ASSERT_TRUE(start);
  EXPECT_EQ(start->error(), errc::not_a_member);
  fill(301);
  EXPECT_TRUE(live(0).empty());
}

TEST_F(StreamsTest, ALeaveIsAckedAfterItsEventWentToTheLoops) {
  const Identity bob = world_.guest("Bob");
  ASSERT_TRUE(world_.join(bob, room_));
  ASSERT_TRUE(world_.open(0, room_, bob));
  bool delivered_before = false;
  auto wanted = ChatWorld::submission(bob, room_, {});
  wanted.kind = model::RecordKind::member_leave;
  world_.node().submit(std::move(wanted), [&](const result<Accepted>& left) {
    delivered_before = left && live(0) == std::vector<std::uint64_t>{left->seq.value()};
  });
  world_.advance(seconds(1));
  EXPECT_TRUE(delivered_before);
  ASSERT_EQ(world_.life->fanout.left.size(), 1u);
  EXPECT_EQ(world_.life->fanout.left[0].first, bob.user);
}

TEST_F(StreamsTest, AClosedLoopGetsNothingMoreAndOthersGoOn) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  ASSERT_TRUE(world_.open(1, room_, ada_));
  fill(2);
  world_.node().close_stream(0, room_);
  fill(3);
  EXPECT_EQ(live(0), numbers(2, 2));
  EXPECT_EQ(live(1), numbers(2, 3));
}

// The same where another node owns the room.
class RemoteStreamsTest : public ::testing::Test {
 protected:
  RemoteStreamsTest() : owner_((cluster_.start_all(), *cluster_[0].life)) {
    ada_ = world_.guest("Ada");
    bob_ = world_.guest("Bob");
    room_ = world_.create(ada_, "Engine room")->id;
    EXPECT_TRUE(world_.join(bob_, room_));
    owner_.bus.losing = "room/";
  }
  void fill(std::uint64_t seq) {
    for (; head_ < seq; ++head_) ASSERT_TRUE(world_.send(ada_, room_, "x"));
  }
  Cursor at(std::uint64_t seq) { return {model::Epoch{0x1234}, model::Seq{seq}}; }
  std::vector<std::uint64_t> live(LoopIndex loop) { return world_.life->fanout.seqs(loop, room_); }

  testing::ClusterWorld cluster_;
  testing::ClusterWorld::Place& world_ = cluster_[1];
  testing::Life& owner_;
  Identity ada_, bob_;
  model::RoomId room_;
  std::uint64_t head_ = 2;
};

TEST_F(RemoteStreamsTest, ACursorGetsWhatItLacksAndThenEverythingLive) {
  fill(10);
  const auto start = world_.open(0, room_, ada_, at(4));
  ASSERT_TRUE(start);
  EXPECT_EQ(seqs(start->events), numbers(5, 10));
  EXPECT_EQ(start->head_mseq, model::MSeq{8});
  fill(12);
  EXPECT_EQ(live(0), numbers(11, 12));
  EXPECT_EQ(world_.node().stats().relied_on, 1u);
  EXPECT_EQ(world_.node().stats().rooms, 0u) << "nothing is folded here";
}

TEST_F(RemoteStreamsTest, ACursorOfAnotherEpochOrAboveTheHeadGetsResync) {
  fill(10);
  EXPECT_TRUE(world_.open(0, room_, ada_, Cursor{model::Epoch{99}, model::Seq{4}})->resync);
  EXPECT_TRUE(world_.open(0, room_, ada_, at(11))->resync);
  EXPECT_FALSE(world_.open(0, room_, ada_, at(10))->resync);
}

TEST_F(RemoteStreamsTest, OnlyMembersStream) {
  const Identity eve = world_.guest("Eve");
  EXPECT_EQ(world_.open(0, room_, eve).error(), errc::not_a_member);
  EXPECT_EQ(world_.open(0, model::RoomId::random(), eve).error(), errc::unknown_room);
  EXPECT_TRUE(world_.open(0, model::kLobby, eve));
}

TEST_F(RemoteStreamsTest, EventsThatComeWhileTheOwnerIsAskedAreInTheAnswerOrLiveNeverInBothOrNeither) {
  fill(300);
  world_.advance(seconds(1));
  owner_.store.delay = milliseconds(30);
  std::optional<result<StreamStart>> start;
  world_.node().open_stream({0, room_, ada_.user, at(3)}, [&](result<StreamStart> got) { start = std::move(got); });
  for (int i = 0; i < 10 && !start; ++i) {
    fill(head_ + 2);
    world_.advance(milliseconds(7));
  }
  ASSERT_TRUE(start && *start);
  fill(head_ + 3);
  auto all = seqs((*start)->events);
  const auto later = live(0);
  all.insert(all.end(), later.begin(), later.end());
  EXPECT_EQ(all, numbers(4, head_));
}

TEST_F(RemoteStreamsTest, ALeaveIsAckedOnlyWhenTheHoleBeforeItIsFilled) {
  ASSERT_TRUE(world_.open(0, room_, bob_));
  owner_.bus.loses = [] { return true; };
  fill(400);
  owner_.bus.loses = [] { return false; };
  owner_.store.delay = milliseconds(100);
  auto wanted = ChatWorld::submission(bob_, room_, {});
  wanted.kind = model::RecordKind::member_leave;
  bool acked = false;
  world_.node().submit(std::move(wanted), [&](const result<Accepted>& left) {
    acked = true;
    ASSERT_TRUE(left);
    EXPECT_EQ(live(0), numbers(3, left->seq.value()));
  });
  world_.advance(seconds(2));
  EXPECT_TRUE(acked);
  EXPECT_EQ(live(0), numbers(3, 401));
}

TEST_F(RemoteStreamsTest, AfterTheAnswerALoopGetsNothingUpToItsHead) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  owner_.bus.loses = [] { return true; };
  fill(400);
  std::optional<StreamStart> start;
  world_.node().open_stream({1, room_, ada_.user, std::nullopt}, [&](result<StreamStart> got) { start = *got; });
  fill(403);
  world_.advance(seconds(1));
  ASSERT_TRUE(start);
  owner_.bus.loses = [] { return false; };
  fill(405);
  EXPECT_EQ(live(1), numbers(start->head.value() + 1, 405));
  EXPECT_EQ(live(0), numbers(3, 405));
}

TEST_F(RemoteStreamsTest, AnOpeningThatItsOwnerDoesNotAnswerIsAnsweredByTheNodeItself) {
  fill(10);
  cluster_.kill(0);
  const auto start = world_.open(0, room_, ada_, at(4));
  ASSERT_TRUE(start) << start.error().message();
  EXPECT_EQ(seqs(start->events), numbers(5, 10));
  EXPECT_EQ(world_.node().stats().tail, 1u);
}

}  // namespace
}  // namespace skat::chat
