#include "chat/hot_tail.hpp"

#include <gtest/gtest.h>

#include "model/limits.hpp"

namespace skat::chat {
namespace {

constexpr model::RoomId kRoom{{1}}, kOther{{2}};
constexpr std::size_t kPlenty = 1u << 30;

HotEventPtr event(model::RoomId room, std::uint64_t seq) {
  model::Event made{room,
                    model::Epoch{7},
                    model::Seq{seq},
                    {},
                    model::EventKind::message,
                    {},
                    {},
                    model::N{seq},
                    {},
                    R"({"name":"Ada","text":"x"})"};
  return make_hot_event(std::move(made), log::Offset{seq});
}

TEST(HotTail, AWholeEventComesBackAsItWas) {
  const auto hot = event(kRoom, 3);
  EXPECT_EQ(hot->whole().body, R"({"name":"Ada","text":"x"})");
  EXPECT_EQ(hot->whole().seq, model::Seq{3});
}

TEST(HotTail, WhatIsNotArchivedNeverGoes) {
  HotTail tail(1);
  for (std::uint64_t seq = 1; seq <= 1'000; ++seq) tail.add(event(kRoom, seq), HotTail::State::unarchived);
  EXPECT_EQ(tail.first(kRoom), model::Seq{1});
  EXPECT_EQ(tail.range(kRoom, model::Seq{0}, model::Seq{1'000})->size(), 1'000u);
}

TEST(HotTail, OfArchivedEventsTheNewestOfARoomStay) {
  HotTail tail(kPlenty);
  std::vector<HotEventPtr> events;
  for (std::uint64_t seq = 1; seq <= 300; ++seq) events.push_back(event(kRoom, seq));
  for (const auto& one : events) tail.add(one, HotTail::State::unarchived);
  tail.mark_archived(events);
  EXPECT_EQ(tail.first(kRoom), model::Seq{300 - model::kHotTailEvents + 1});
  EXPECT_EQ(tail.find(key_of(events[0]->event)), nullptr);
  EXPECT_EQ(tail.find(key_of(events[299]->event)), events[299]);
  EXPECT_FALSE(tail.range(kRoom, model::Seq{99}, model::Seq{300}));
  EXPECT_EQ(tail.range(kRoom, model::Seq{100}, model::Seq{300})->size(), 200u);
}

TEST(HotTail, AtTheByteLimitTheOldestArchivedGoFirstOverAllRooms) {
  const auto one = event(kRoom, 1)->cost_bytes();
  HotTail tail(one * 4);
  tail.add(event(kRoom, 1), HotTail::State::archived);
  tail.add(event(kOther, 1), HotTail::State::archived);
  tail.add(event(kOther, 2), HotTail::State::archived);
  tail.add(event(kRoom, 2), HotTail::State::archived);
  tail.add(event(kRoom, 3), HotTail::State::archived);
  tail.add(event(kRoom, 4), HotTail::State::archived);
  EXPECT_EQ(tail.first(kRoom), model::Seq{2});
  EXPECT_EQ(tail.first(kOther), model::Seq{2});
  EXPECT_LE(tail.bytes(), one * 4);
  for (std::uint64_t seq = 5; seq <= 9; ++seq) tail.add(event(kRoom, seq), HotTail::State::unarchived);
  EXPECT_EQ(tail.first(kOther), std::nullopt);
  EXPECT_EQ(tail.first(kRoom), model::Seq{5});
}

TEST(HotTail, ARangeIsThereWholeOrNotAtAll) {
  HotTail tail(kPlenty);
  for (std::uint64_t seq = 5; seq <= 9; ++seq) tail.add(event(kRoom, seq), HotTail::State::unarchived);
  EXPECT_TRUE(tail.range(kRoom, model::Seq{9}, model::Seq{9})->empty());
  EXPECT_EQ(tail.range(kRoom, model::Seq{4}, model::Seq{6})->size(), 2u);
  EXPECT_FALSE(tail.range(kRoom, model::Seq{3}, model::Seq{6}));
  EXPECT_FALSE(tail.range(kRoom, model::Seq{4}, model::Seq{10}));
  EXPECT_FALSE(tail.range(kOther, model::Seq{0}, model::Seq{1}));
}

TEST(HotTail, EventsFromTheStoreLieBeforeTheFirstOneAndGoFirst) {
  const auto one = event(kRoom, 1)->cost_bytes();
  HotTail tail(one * 5);
  tail.add(event(kRoom, 4), HotTail::State::archived);
  tail.put_before(kRoom, {event(kRoom, 1), event(kRoom, 2), event(kRoom, 3)});
  EXPECT_EQ(tail.first(kRoom), model::Seq{1});
  EXPECT_EQ(tail.range(kRoom, model::Seq{0}, model::Seq{4})->size(), 4u);
  tail.put_before(kOther, {event(kOther, 8), event(kOther, 9)});
  EXPECT_EQ(tail.first(kOther), model::Seq{9}) << "as much as fits";
  tail.add(event(kRoom, 5), HotTail::State::archived);
  EXPECT_EQ(tail.first(kOther), std::nullopt);
  EXPECT_EQ(tail.first(kRoom), model::Seq{1});
  EXPECT_LE(tail.bytes(), one * 5);
}

TEST(HotTail, EventsThatDoNotEndBeforeTheFirstOneAreDropped) {
  HotTail tail(kPlenty);
  tail.add(event(kRoom, 5), HotTail::State::unarchived);
  tail.put_before(kRoom, {event(kRoom, 2), event(kRoom, 3)});
  EXPECT_EQ(tail.first(kRoom), model::Seq{5});
}

TEST(HotTail, AForgottenRoomLeavesNothingBehind) {
  HotTail tail(kPlenty);
  tail.add(event(kRoom, 1), HotTail::State::archived);
  tail.add(event(kRoom, 2), HotTail::State::unarchived);
  tail.add(event(kOther, 1), HotTail::State::archived);
  const auto gone = tail.at(kRoom, model::Seq{2})->event;
  tail.forget([](const model::RoomId& room) { return room == kRoom; });
  EXPECT_EQ(tail.first(kRoom), std::nullopt);
  EXPECT_EQ(tail.find(key_of(gone)), nullptr);
  EXPECT_EQ(tail.first(kOther), model::Seq{1});
  EXPECT_EQ(tail.rooms(), 1u);
}

}  // namespace
}  // namespace skat::chat
