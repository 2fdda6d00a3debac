#include "chat/warmer.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "chat/testing/memory_store.hpp"

namespace skat::chat {
namespace {

constexpr model::RoomId kRoom{{1}}, kQuiet{{2}};
constexpr model::Epoch kEpoch{7};

class WarmerTest : public ::testing::Test {
 protected:
  WarmerTest() {
    stored(kRoom, 3);
    stored(kQuiet, 2);
  }

  void stored(const model::RoomId& room, std::uint64_t count) {
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      model::Event event;
      event.room = room;
      event.seq = model::Seq{seq};
      event.n = model::N{seq};
      event.kind = model::EventKind::message;
      event.body = R"({"name":"Ada","text":"x"})";
      disk_.events[room].push_back(std::move(event));
    }
    fold::RoomView view;
    view.seq = model::Seq{count};
    view.newest = base::from_millis(static_cast<std::int64_t>(count));
    views_[room] = view;
  }
  void start() {
    warmer_ = std::make_unique<Warmer>(config_, core_, store_, hot_tail_, kEpoch, [this](const model::RoomId& room) {
      const auto found = views_.find(room);
      return found == views_.end() ? std::nullopt : std::optional(found->second);
    });
    for (const auto& [room, view] : views_) warmer_->add(room);
    warmer_->start();
    core_.run();
  }
  // The fold has taken the room's next event.
  void news(const model::RoomId& room) {
    model::Event event;
    event.room = room;
    event.seq = views_[room].seq = views_[room].seq.next();
    event.n = model::N{event.seq.value()};
    hot_tail_.add(make_hot_event(std::move(event), log::Offset{9}), HotTail::State::unarchived);
  }

  Config config_;
  base::testing::ManualExecutor core_;
  testing::Power power_;
  testing::StoreDisk disk_;
  testing::MemoryStore store_{core_, disk_, power_};
  HotTail hot_tail_{1u << 30};
  std::map<model::RoomId, fold::RoomView> views_;
  std::unique_ptr<Warmer> warmer_;
};

TEST_F(WarmerTest, TheNewestEventsOfTheRoomsLieInTheHotTail) {
  start();
  EXPECT_EQ(hot_tail_.first(kRoom), model::Seq{1});
  EXPECT_EQ(hot_tail_.first(kQuiet), model::Seq{1});
}

TEST_F(WarmerTest, WithRoomForOneTheRoomThatWasActiveLastIsTaken) {
  config_.warm_rooms = 1;
  start();
  EXPECT_EQ(hot_tail_.first(kRoom), model::Seq{1});
  EXPECT_EQ(hot_tail_.first(kQuiet), std::nullopt);
}

TEST_F(WarmerTest, WhileTheStoreIsAwayItTriesAgainUntilAllIsRead) {
  store_.away = true;
  start();
  core_.advance(3 * Warmer::kRetryAfter);
  EXPECT_EQ(hot_tail_.rooms(), 0u);
  store_.away = false;
  core_.advance(Warmer::kRetryAfter - std::chrono::milliseconds(1));
  EXPECT_EQ(hot_tail_.rooms(), 0u) << "not before its time";
  core_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(hot_tail_.first(kRoom), model::Seq{1});
  EXPECT_EQ(hot_tail_.first(kQuiet), model::Seq{1});
  EXPECT_EQ(core_.timer_count(), 0u) << "its work is done";
}

TEST_F(WarmerTest, WhatCameWhileItWaitedHasItsPlaceBehindWhatIsRead) {
  store_.away = true;
  start();
  news(kRoom);
  store_.away = false;
  core_.advance(Warmer::kRetryAfter);
  EXPECT_EQ(hot_tail_.first(kRoom), model::Seq{1});
  EXPECT_EQ(hot_tail_.range(kRoom, model::Seq{0}, model::Seq{4})->size(), 4u);
}

TEST_F(WarmerTest, DestroyedWhileItWaitsItLeavesNoTimerBehind) {
  store_.away = true;
  start();
  ASSERT_EQ(core_.timer_count(), 1u);
  warmer_.reset();
  EXPECT_EQ(core_.timer_count(), 0u);
  store_.away = false;
  core_.advance(2 * Warmer::kRetryAfter);
  EXPECT_EQ(hot_tail_.rooms(), 0u);
}

}  // namespace
}  // namespace skat::chat
