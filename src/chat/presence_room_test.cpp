#include "chat/presence_room.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

constexpr model::RoomId kRoom{{1}};
constexpr Incarnation kHere = 1, kThere = 2;

model::UserId user(std::size_t i) {
  return model::UserId{{static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
}
PresentPerson person(std::size_t i, PresenceState state = PresenceState::active, std::string text = {},
                     std::uint64_t text_at = 0) {
  return {user(i), "somebody", {state, std::move(text), text_at}};
}
std::vector<PresentPerson> people(std::size_t from, std::size_t count) {
  std::vector<PresentPerson> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(person(from + i));
  return all;
}
PresenceState state_of(const PresenceRoom& room, std::size_t i) {
  for (const auto& each : room.whole().people) {
    if (each.user == user(i)) return each.presence.state;
  }
  return PresenceState::offline;
}

TEST(PresenceRoom, TheMostAvailableOfSeveralNodesCountsAndWhoWantsNoDisturbanceWins) {
  PresenceRoom room(kRoom);
  room.set(kHere, person(1, PresenceState::away));
  room.set(kThere, person(1, PresenceState::active));
  EXPECT_EQ(state_of(room, 1), PresenceState::active);
  EXPECT_EQ(room.online(), 1u) << "one person";
  room.set(kHere, person(1, PresenceState::dnd));
  EXPECT_EQ(state_of(room, 1), PresenceState::dnd);
  room.drop(kHere);
  EXPECT_EQ(state_of(room, 1), PresenceState::active);
  room.erase(kThere, user(1));
  EXPECT_EQ(state_of(room, 1), PresenceState::offline);
  EXPECT_EQ(room.entries(), 0u);
}

TEST(PresenceRoom, TheNewestTextCountsAlsoAnEmptyOne) {
  PresenceRoom room(kRoom);
  room.set(kHere, person(1, PresenceState::active, "old", 10));
  room.set(kThere, person(1, PresenceState::away, "new", 20));
  EXPECT_EQ(room.whole().people[0].presence, (Presence{PresenceState::active, "new", 20}));
  room.set(kHere, person(1, PresenceState::active, "", 30));
  EXPECT_EQ(room.whole().people[0].presence.text, "");
}

TEST(PresenceRoom, NewsIsWhatDiffersFromWhatWasTold) {
  PresenceRoom room(kRoom);
  room.set(kHere, person(1));
  auto news = room.take_news();
  ASSERT_TRUE(news);
  EXPECT_EQ(news->people, (std::vector{person(1)}));
  EXPECT_EQ(news->online, 1u);
  room.set(kHere, person(1, PresenceState::away));
  room.set(kHere, person(1, PresenceState::active));
  EXPECT_FALSE(room.take_news()) << "as it was";
  room.set(kHere, person(2));
  room.erase(kHere, user(2));
  EXPECT_FALSE(room.take_news()) << "here and gone";
  room.erase(kHere, user(1));
  news = room.take_news();
  ASSERT_TRUE(news);
  ASSERT_EQ(news->people.size(), 1u);
  EXPECT_EQ(news->people[0].presence.state, PresenceState::offline);
  EXPECT_FALSE(room.has_news());
}

TEST(PresenceRoom, WhatDoesNotFitComesTheNextTime) {
  PresenceRoom room(kRoom);
  room.replace(kThere, people(0, PresenceRoom::kMaxChanges + 1));
  EXPECT_EQ(room.take_news()->people.size(), PresenceRoom::kMaxChanges);
  EXPECT_EQ(room.take_news()->people.size(), 1u);
  EXPECT_FALSE(room.take_news());
}

TEST(PresenceRoom, WhomANodeDoesNotNameAgainIsGone) {
  PresenceRoom room(kRoom);
  room.replace(kThere, people(0, 3));
  room.set(kHere, person(1));
  room.replace(kThere, people(2, 1));
  EXPECT_EQ(room.online(), 2u);
  EXPECT_EQ(state_of(room, 0), PresenceState::offline);
  EXPECT_EQ(state_of(room, 1), PresenceState::active) << "he is here, too";
}

TEST(PresenceRoom, MoreThanAListHoldsAreCountedAndListedAgainWhenThereAreFewer) {
  PresenceRoom room(kRoom);
  room.replace(kHere, people(0, PresenceRoom::kMaxListed));
  while (room.take_news()) {
  }
  room.set(kThere, person(1'000));
  auto news = room.take_news();
  ASSERT_TRUE(news);
  EXPECT_FALSE(news->listed);
  EXPECT_EQ(news->online, PresenceRoom::kMaxListed + 1);
  EXPECT_TRUE(news->people.empty());
  EXPECT_TRUE(room.whole().people.empty());
  room.replace(kHere, people(0, PresenceRoom::kListAgain));
  EXPECT_FALSE(room.take_news()->listed) << "not yet: it would flap";
  room.erase(kThere, user(1'000));
  news = room.take_news();
  ASSERT_TRUE(news);
  EXPECT_TRUE(news->listed && news->whole);
  EXPECT_EQ(news->people.size(), PresenceRoom::kListAgain);
  EXPECT_FALSE(room.take_news());
}

TEST(PresenceRoom, ANodeThatOnlyCountsMakesTheRoomCounted) {
  PresenceRoom room(kRoom);
  room.set(kHere, person(1));
  room.replace(kThere, people(10, 2));
  room.count(kThere, 700);
  EXPECT_EQ(room.online(), 701u);
  EXPECT_FALSE(room.whole().listed);
  EXPECT_EQ(room.entries(), 1u);
  room.drop(kThere);
  EXPECT_EQ(room.online(), 1u);
  EXPECT_TRUE(room.whole().listed);
}

}  // namespace
}  // namespace skat::chat
