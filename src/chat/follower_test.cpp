#include "chat/follower.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "chat/testing/memory_log.hpp"
#include "log/record_format.hpp"

namespace skat::chat {
namespace {

constexpr log::Partition kPartition{0};
constexpr model::RoomId kRoom{{1}}, kOther{{2}};

class FollowerTest : public ::testing::Test, public Follower::Listener {
 protected:
  void on_folded(std::span<Folded> batch, log::Offset position) override {
    for (const Folded& folded : batch) {
      offsets_.push_back(folded.entry.offset.value());
      verdicts_.push_back(folded.outcome.verdict);
    }
    ++batches_;
    EXPECT_EQ(position, follower_->position());
  }
  void append(const model::RoomId& room, std::uint64_t n) {
    model::Record record;
    record.room = room;
    record.kind = n == 1 ? model::RecordKind::room_create : model::RecordKind::message_send;
    record.sender = model::UserId{{9}};
    record.device = model::DeviceId{5};
    record.n = model::N{n};
    record.name = "Ada";
    record.text = n == 1 ? "" : "x";
    record.room_name = n == 1 ? "Engine room" : "";
    log_.write(kPartition, room.hex(), log::encode_record(record));
  }
  void follow(log::Offset from, Follower::AsOf as_of = {}, fold::Fold fold = fold::Fold(model::Epoch{7})) {
    follower_ = std::make_unique<Follower>(core_, log_, kPartition, std::move(fold), std::move(as_of), from, *this);
    follower_->start();
    core_.run();
  }

  base::testing::ManualExecutor core_;
  testing::Power power_;
  testing::LogDisk disk_;
  testing::MemoryLog log_{core_, disk_, power_};
  std::vector<std::uint64_t> offsets_;
  std::vector<fold::Verdict> verdicts_;
  std::size_t batches_ = 0;
  std::unique_ptr<Follower> follower_;
};

TEST_F(FollowerTest, EachRecordComesOnceInOrderHoweverLongTheLogIs) {
  for (std::uint64_t n = 1; n <= 5'000; ++n) append(kRoom, n);
  follow(log::Offset{1});
  append(kRoom, 5'001);
  core_.run();
  ASSERT_EQ(offsets_.size(), 5'001u);
  for (std::size_t i = 0; i < offsets_.size(); ++i) ASSERT_EQ(offsets_[i], i + 1);
  EXPECT_EQ(follower_->position(), log::Offset{5'002});
  EXPECT_EQ(follower_->fold().room(kRoom)->seq, model::Seq{5'001});
}

TEST_F(FollowerTest, WhatARoomsSnapshotHoldsIsNotFoldedAgain) {
  for (std::uint64_t n = 1; n <= 4; ++n) append(kRoom, n);   // offsets 1–4
  for (std::uint64_t n = 1; n <= 2; ++n) append(kOther, n);  // 5, 6
  follow(log::Offset{1});
  fold::Fold loaded(model::Epoch{7});
  ASSERT_TRUE(loaded.load(kRoom, follower_->fold().snapshot(kRoom)));
  append(kRoom, 5);  // 7
  offsets_.clear();
  verdicts_.clear();
  follow(log::Offset{1}, {{kRoom, 7}}, std::move(loaded));
  EXPECT_EQ(offsets_, (std::vector<std::uint64_t>{5, 6, 7}));
  EXPECT_EQ(verdicts_, std::vector(3, fold::Verdict::accepted));
  EXPECT_EQ(follower_->fold().room(kRoom)->seq, model::Seq{5});
  EXPECT_EQ(follower_->fold().room(kOther)->seq, model::Seq{2});
}

TEST_F(FollowerTest, ALogThatCannotBeReadIsReadAgainFromWhereItStopped) {
  append(kRoom, 1);
  follow(log::Offset{1});
  log_.read_error = log::errc::unavailable;
  append(kRoom, 2);
  core_.run();
  append(kRoom, 3);
  core_.run();
  EXPECT_EQ(offsets_.size(), 1u);
  core_.advance(std::chrono::seconds(1));
  EXPECT_EQ(offsets_, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_FALSE(follower_->failed());
}

TEST_F(FollowerTest, ALostOffsetEndsIt) {
  append(kRoom, 1);
  log_.read_error = log::errc::offset_lost;
  follow(log::Offset{1});
  core_.advance(std::chrono::seconds(60));
  EXPECT_TRUE(follower_->failed());
  EXPECT_TRUE(offsets_.empty());
}

TEST_F(FollowerTest, PausedItFoldsNothingMoreUntilItIsResumed) {
  append(kRoom, 1);
  follow(log::Offset{1});
  follower_->pause();
  append(kRoom, 2);  // asked for before the pause
  core_.run();
  append(kRoom, 3);
  core_.run();
  EXPECT_EQ(offsets_.size(), 2u);
  follower_->resume();
  core_.run();
  EXPECT_EQ(offsets_.size(), 3u);
}

}  // namespace
}  // namespace skat::chat
