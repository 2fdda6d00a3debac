#include "chat/archiver.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "chat/snapshot_taker.hpp"
#include "chat/testing/memory_store.hpp"

namespace skat::chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr model::RoomId kRoom{{1}};
constexpr model::UserId kUser{{2}};
constexpr model::Epoch kEpoch{7};

class ArchiverTest : public ::testing::Test {
 protected:
  ArchiverTest() {
    disk_.progress[0].epoch = kEpoch;
    make(0, 0);
  }

  void make(std::uint64_t next_offset, std::uint64_t as_of) {
    archiver_ = std::make_unique<Archiver>(
        config_, core_, store_, 0, kEpoch, log::Offset{next_offset}, log::Offset{as_of},
        [this](const model::RoomId& room) { return room.hex() + "@" + std::to_string(position_); },
        [this](std::span<const HotEventPtr> events) { archived_ += events.size(); });
    archiver_->set_writing(true);
    position_ = as_of;
  }
  // The fold has taken the record at the next offset.
  void fold_event(model::RoomId room = kRoom) {
    const log::Offset offset{position_};
    model::Event event{room,  kEpoch, model::Seq{++seq_[room]},     {}, model::EventKind::member_joined,
                       kUser, {},     model::N{offset.value() + 1}, {}, R"({"name":"Ada"})"};
    push({offset, room, make_hot_event(std::move(event), offset), std::nullopt});
  }
  void fold_message(model::RoomId room = kRoom) {
    const log::Offset offset{position_};
    const auto seq = ++seq_[room];
    model::Event event{room,
                       kEpoch,
                       model::Seq{seq},
                       model::MSeq{seq},
                       model::EventKind::message,
                       kUser,
                       {},
                       model::N{offset.value() + 1},
                       {},
                       R"({"text":"x"})"};
    push({offset, room, make_hot_event(std::move(event), offset), std::nullopt});
  }
  // One event in each of `count` rooms.
  void fold_rooms(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::array<std::uint8_t, 16> id{};
      id[0] = static_cast<std::uint8_t>(i & 0xff);
      id[1] = static_cast<std::uint8_t>(i >> 8);
      id[2] = 9;
      fold_event(model::RoomId{id});
    }
  }
  void push(Archiver::Item item) {
    position_ = item.offset.value() + 1;
    archiver_->push(std::move(item));
    archiver_->advance(log::Offset{position_});
  }
  // Another node has written the room's first `count` events, at the offsets from 0 on.
  void another_wrote(std::uint64_t count, std::uint64_t snapshots_as_of = 0) {
    disk_.progress[0].next_offset = count;
    disk_.progress[0].snapshots_as_of = snapshots_as_of;
    for (std::uint64_t i = disk_.events[kRoom].size(); i < count; ++i) {
      model::Event event;
      event.room = kRoom;
      event.seq = model::Seq{i + 1};
      disk_.events[kRoom].push_back(event);
    }
  }
  std::uint64_t stored() { return disk_.progress[0].next_offset; }

  Config config_;
  base::testing::ManualExecutor core_;
  testing::Power power_;
  testing::StoreDisk disk_;
  testing::MemoryStore store_{core_, disk_, power_};
  std::map<model::RoomId, std::uint64_t> seq_;
  std::uint64_t position_ = 0;
  std::size_t archived_ = 0;
  std::unique_ptr<Archiver> archiver_;
};

TEST_F(ArchiverTest, ATrickleIsInTheStoreAfterTheInterval) {
  for (std::size_t i = 0; i < config_.archive_trickle_events; ++i) fold_event();
  core_.advance(config_.archive_interval - milliseconds(1));
  EXPECT_EQ(store_.attempts.size(), 0u);
  core_.advance(milliseconds(1));
  ASSERT_EQ(store_.attempts.size(), 1u);
  EXPECT_EQ(store_.attempts[0].events.size(), 3u);
  EXPECT_EQ(store_.attempts[0].events[0].body, R"({"name":"Ada"})");
  EXPECT_EQ(store_.attempts[0].start, 0u);
  EXPECT_EQ(store_.attempts[0].end, 3u);
  EXPECT_EQ(archived_, 3u);
}

TEST_F(ArchiverTest, MoreMessagesThanATrickleWaitForTheLongestWait) {
  for (std::size_t i = 0; i <= config_.archive_trickle_events; ++i) fold_message();
  core_.advance(config_.archive_longest_wait - milliseconds(1));
  EXPECT_EQ(store_.attempts.size(), 0u);
  fold_message();
  core_.advance(milliseconds(1));
  ASSERT_EQ(store_.attempts.size(), 1u);
  EXPECT_EQ(store_.attempts[0].events.size(), 5u);
}

TEST_F(ArchiverTest, WhatListsShowTakesTheMessagesAlong) {
  for (int i = 0; i < 20; ++i) fold_message();
  core_.advance(2 * config_.archive_interval);
  EXPECT_EQ(store_.attempts.size(), 0u);
  fold_event();
  core_.advance(config_.archive_interval);
  ASSERT_EQ(store_.attempts.size(), 1u);
  EXPECT_EQ(store_.attempts[0].events.size(), 21u);
  for (int i = 0; i < 20; ++i) fold_event();
  core_.advance(config_.archive_interval);
  EXPECT_EQ(stored(), 41u);
}

TEST_F(ArchiverTest, AFloodGoesInFullBatchesAndTheirWaitsBeginAnew) {
  for (int i = 0; i < 900; ++i) {  // less long than snapshots wait
    fold_message();
    core_.advance(milliseconds(5));
  }
  ASSERT_EQ(store_.attempts.size(), 3u);
  for (const auto& attempt : store_.attempts) {
    EXPECT_EQ(attempt.events.size(), config_.archive_full_events);
  }
}

TEST_F(ArchiverTest, AFullBatchDoesNotWaitAndHoldsNoMoreThanItsLimit) {
  config_.archive_batch_events = 3;
  for (int i = 0; i < 7; ++i) fold_event();
  core_.run();
  ASSERT_EQ(store_.attempts.size(), 2u);
  EXPECT_EQ(store_.attempts[0].events.size(), 3u);
  EXPECT_EQ(store_.attempts[1].events.size(), 3u);
  core_.advance(config_.archive_interval);
  EXPECT_EQ(stored(), 7u);
}

TEST_F(ArchiverTest, ARetryHasTheSameOutputsAndSkipsNothing) {
  store_.fail_archives = 3;
  fold_event();
  fold_event();
  core_.advance(config_.archive_interval);
  ASSERT_EQ(store_.attempts.size(), 1u);
  fold_event();  // waits its turn
  core_.advance(seconds(2));
  ASSERT_GE(store_.attempts.size(), 5u);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(store_.attempts[i].start, store_.attempts[0].start);
    EXPECT_EQ(store_.attempts[i].end, store_.attempts[0].end);
    EXPECT_EQ(store_.attempts[i].events.size(), 2u);
  }
  EXPECT_EQ(store_.attempts[4].start, 2u);
  EXPECT_EQ(stored(), 3u);
  EXPECT_EQ(disk_.events[kRoom].size(), 3u);
}

TEST_F(ArchiverTest, ItRetriesForAnHourAndThenGoesOn) {
  store_.away = true;
  fold_event();
  core_.advance(std::chrono::hours(1));
  EXPECT_GT(store_.attempts.size(), 600u);  // at most 5 s between two
  EXPECT_EQ(archiver_->waiting(), 1u);
  store_.away = false;
  core_.advance(seconds(5));
  EXPECT_EQ(archiver_->waiting(), 0u);
  EXPECT_EQ(stored(), 1u);
}

TEST_F(ArchiverTest, RecordsWithoutAnEventMoveTheOffsetToo) {
  push({log::Offset{0}, kRoom, nullptr, std::nullopt});
  push({log::Offset{1}, std::nullopt, nullptr, store::DeadLetter{1, "k", "v", "why"}});
  core_.advance(config_.archive_interval);
  EXPECT_EQ(stored(), 2u);
  EXPECT_EQ(disk_.dead_letters.size(), 1u);
  EXPECT_TRUE(disk_.events.empty());
}

TEST_F(ArchiverTest, ChangedRoomsAreSnapshotInTheTransactionThatEndsWhereTheyWereTaken) {
  fold_event();
  core_.advance(config_.snapshot_interval);
  ASSERT_FALSE(store_.attempts.empty());
  const auto& last = store_.attempts.back();
  ASSERT_EQ(last.snapshots.size(), 1u);
  EXPECT_EQ(last.snapshots[0].as_of, 1u);
  EXPECT_EQ(last.snapshots[0].state, kRoom.hex() + "@1");
  EXPECT_EQ(last.snapshots_as_of, 1u);
  EXPECT_EQ(last.end, 1u);
  EXPECT_EQ(archiver_->snapshots_as_of(), log::Offset{1});
  const auto before = store_.attempts.size();
  core_.advance(config_.snapshot_interval * 3);
  EXPECT_EQ(store_.attempts.size(), before) << "nothing changed";
}

TEST_F(ArchiverTest, ABatchNeverReachesOverThePlaceWhereSnapshotsWait) {
  store_.away = true;
  fold_event();
  core_.advance(config_.snapshot_interval);  // taken at 1, while the store is away
  for (int i = 0; i < 4; ++i) fold_event();
  store_.away = false;
  core_.advance(seconds(20));
  std::size_t with = 0;
  for (const auto& batch : store_.attempts) {
    for (const auto& snapshot : batch.snapshots) {
      EXPECT_EQ(snapshot.as_of, batch.end);
      EXPECT_EQ(snapshot.state, kRoom.hex() + "@" + std::to_string(batch.end));
      ++with;
    }
  }
  EXPECT_GE(with, 2u);
  EXPECT_EQ(stored(), 5u);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, 5u);
}

TEST_F(ArchiverTest, NoSnapshotIsTakenWhileTheFoldIsBehindTheStore) {
  make(10, 4);
  disk_.progress[0].next_offset = 10;
  disk_.progress[0].snapshots_as_of = 4;
  seq_[kRoom] = 4;
  fold_event();  // offset 4, archived before
  core_.advance(config_.snapshot_interval * 2);
  EXPECT_EQ(store_.attempts.size(), 0u);
  while (position_ < 10) fold_event();
  core_.advance(config_.snapshot_interval);
  ASSERT_EQ(store_.attempts.size(), 1u);
  EXPECT_EQ(store_.attempts[0].events.size(), 0u);
  EXPECT_EQ(store_.attempts[0].snapshots_as_of, 10u);
}

TEST_F(ArchiverTest, MoreRoomsThanOnePassTakesKeepTheReplayWhereTheOldestIsMissing) {
  const auto count = SnapshotTaker::kMaxRooms + 10;
  fold_rooms(count);
  core_.advance(config_.snapshot_interval + milliseconds(100));
  EXPECT_EQ(disk_.progress[0].snapshots.size(), SnapshotTaker::kMaxRooms);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, SnapshotTaker::kMaxRooms);  // the first record that is in no snapshot
  core_.advance(config_.snapshot_interval + milliseconds(100));
  EXPECT_EQ(disk_.progress[0].snapshots.size(), count);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, count);
}

TEST_F(ArchiverTest, WhatAnotherArchiverHasWrittenIsNotWrittenAgain) {
  another_wrote(2);
  for (int i = 0; i < 5; ++i) fold_event();
  core_.advance(seconds(1));
  EXPECT_FALSE(archiver_->stopped());
  EXPECT_EQ(archived_, 5u);
  ASSERT_EQ(store_.attempts.size(), 2u);
  EXPECT_EQ(store_.attempts[1].start, 2u);
  EXPECT_EQ(store_.attempts[1].events.size(), 3u);
  EXPECT_EQ(stored(), 5u);
}

TEST_F(ArchiverTest, AnotherArchiverMayBeAheadOfThisFold) {
  another_wrote(4);
  fold_event();
  core_.advance(seconds(1));
  EXPECT_EQ(archived_, 1u);
  while (position_ < 6) fold_event();
  core_.advance(seconds(1));
  EXPECT_EQ(stored(), 6u);
  EXPECT_EQ(disk_.events[kRoom].size(), 6u);
  EXPECT_EQ(store_.attempts.back().start, 4u);
}

TEST_F(ArchiverTest, SnapshotsOfATransactionThatCameTooLateAreTakenAgain) {
  fold_event();
  core_.advance(config_.snapshot_interval - milliseconds(10));  // the event is stored, its room's snapshot is not
  fold_event();
  another_wrote(2);
  core_.advance(config_.snapshot_interval * 2);
  EXPECT_FALSE(archiver_->stopped());
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, 2u);
  EXPECT_EQ(disk_.progress[0].snapshots[kRoom].state, kRoom.hex() + "@2");
}

TEST_F(ArchiverTest, WhileAnotherNodeWritesItKeepsEverythingUntilTheStoreHasIt) {
  archiver_->set_writing(false);
  for (int i = 0; i < 5; ++i) fold_event();
  core_.advance(config_.snapshot_interval * 2);
  EXPECT_EQ(store_.attempts.size(), 0u);
  EXPECT_EQ(archiver_->waiting(), 5u);
  archiver_->on_stored({0, 3, 2, kEpoch}, archiver_->next_offset());
  EXPECT_EQ(archiver_->waiting(), 2u);
  EXPECT_EQ(archived_, 3u);
  another_wrote(3, 2);
  archiver_->set_writing(true);  // the other has gone
  core_.advance(config_.snapshot_interval * 2);
  EXPECT_EQ(stored(), 5u);
  EXPECT_EQ(archived_, 5u);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, 5u);
}

TEST_F(ArchiverTest, AfterItsTurnItFinishesWhatIsUnderWayAndNoMore) {
  store_.delay = milliseconds(30);
  fold_event();
  core_.advance(config_.archive_interval);
  fold_event();
  bool flushed = false;
  archiver_->flush([&] { flushed = true; });
  archiver_->set_writing(false);
  core_.advance(seconds(10));
  EXPECT_EQ(stored(), 1u);
  EXPECT_TRUE(flushed);
  EXPECT_EQ(archiver_->waiting(), 1u);
}

TEST_F(ArchiverTest, AnAnswerOlderThanItsOwnCommitSaysNothing) {
  fold_event();
  const log::Offset asked_at = archiver_->next_offset();
  core_.advance(seconds(1));
  archiver_->on_stored({0, 0, 0, kEpoch}, asked_at);
  EXPECT_FALSE(archiver_->stopped());
  EXPECT_EQ(archiver_->next_offset(), log::Offset{1});
}

TEST_F(ArchiverTest, AStoreThatWentBackOrBeganAnotherEpochStopsIt) {
  fold_event();
  core_.advance(seconds(1));
  archiver_->on_stored({0, 0, 0, kEpoch}, archiver_->next_offset());
  EXPECT_TRUE(archiver_->stopped());
  make(1, 1);
  archiver_->on_stored({0, 1, 1, model::Epoch{8}}, archiver_->next_offset());
  EXPECT_TRUE(archiver_->stopped());
}

TEST_F(ArchiverTest, ItsOwnCommitWhoseAnswerWasLostIsNotTakenForAnothers) {
  store_.lose_answers = 1;
  fold_event();
  core_.advance(seconds(5));
  EXPECT_FALSE(archiver_->stopped());
  EXPECT_EQ(archived_, 1u);
  fold_event();
  core_.advance(seconds(1));
  EXPECT_EQ(stored(), 2u);
}

TEST_F(ArchiverTest, AnEventThatTheStoreRefusesStopsIt) {
  store_.fail_archives = 1;
  store_.archive_error = store::errc::data_error;
  fold_event();
  core_.advance(seconds(20));
  EXPECT_TRUE(archiver_->stopped());
  EXPECT_EQ(stored(), 0u);
}

TEST_F(ArchiverTest, AFlushTakesAsManyPassesAsThereAreRooms) {
  const auto count = SnapshotTaker::kMaxRooms * 2 + 10;
  fold_rooms(count);
  bool flushed = false;
  archiver_->flush([&] { flushed = true; });
  core_.run();
  EXPECT_TRUE(flushed);
  EXPECT_EQ(disk_.progress[0].snapshots.size(), count);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, count);
}

TEST_F(ArchiverTest, AFlushBringsEverythingWithSnapshotsIntoTheStore) {
  bool flushed = false;
  store_.delay = milliseconds(30);
  for (int i = 0; i < 3; ++i) fold_event();
  archiver_->flush([&] { flushed = true; });
  EXPECT_FALSE(flushed);
  core_.advance(milliseconds(200));
  EXPECT_TRUE(flushed);
  EXPECT_EQ(stored(), 3u);
  EXPECT_EQ(disk_.progress[0].snapshots_as_of, 3u);
}

TEST(SnapshotTakerTest, ARoomThatCameBackFromTwoPassesStaysDirtyUpToTheNewerOne) {
  SnapshotTaker taker([](const model::RoomId&) { return std::string("state"); });
  taker.touch(kRoom, log::Offset{40});
  const auto older = taker.take(log::Offset{50});
  taker.touch(kRoom, log::Offset{52});
  const auto newer = taker.take(log::Offset{60});
  taker.put_back(older);
  taker.put_back(newer);
  taker.covered(log::Offset{51});
  ASSERT_TRUE(taker.dirty()) << "what is stored lacks the record at 52";
  const auto again = taker.take(log::Offset{61});
  ASSERT_EQ(again.since.size(), 1u);
  EXPECT_EQ(again.since[0].first, log::Offset{51});
}

}  // namespace
}  // namespace skat::chat
