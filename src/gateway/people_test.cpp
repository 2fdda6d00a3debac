#include "gateway/people.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/manual_executor.hpp"

namespace skat::gateway {
namespace {

using chat::Presence;
using chat::PresenceState;

const chat::Identity kAda{model::UserId{{1}}, "Ada", {}}, kBob{model::UserId{{2}}, "Bob", {}};
constexpr model::RoomId kLobby{{1}}, kAttic{{2}};
constexpr int kOne = 1, kTwo = 2, kThree = 3;  // their addresses are sockets

class PeopleTest : public ::testing::Test {
 protected:
  void pass() { loop_.advance(People::kReportAfter); }

  base::testing::ManualExecutor loop_;
  bool full_ = false;
  std::vector<std::vector<chat::PersonHere>> reports_;
  People people_{loop_, [this](std::vector<chat::PersonHere> people) {
                   if (full_) return false;
                   reports_.push_back(std::move(people));
                   return true;
                 }};
};

TEST_F(PeopleTest, AUserIsHereFromTheFirstSocketToTheLastTheMostAvailableOfThem) {
  people_.enter(&kOne, kAda);
  people_.set(&kOne, {PresenceState::away, "out", 1});
  pass();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0][0].name, "Ada");
  EXPECT_EQ(reports_[0][0].presence, (Presence{PresenceState::away, "out", 1}));
  people_.enter(&kTwo, kAda);
  pass();
  EXPECT_EQ(reports_[1][0].presence, (Presence{PresenceState::active, "out", 1}));
  people_.leave(&kTwo);
  people_.leave(&kOne);
  pass();
  ASSERT_EQ(reports_.size(), 3u);
  EXPECT_FALSE(reports_[2][0].presence);
}

TEST_F(PeopleTest, TheRoomsAreThoseOfAllSockets) {
  people_.enter(&kOne, kAda);
  people_.enter(&kTwo, kAda);
  people_.open(&kOne, kLobby);
  people_.open(&kTwo, kLobby);
  people_.open(&kTwo, kAttic);
  people_.close(&kOne, kLobby);
  pass();
  auto rooms = reports_.at(0)[0].rooms;
  std::ranges::sort(rooms);
  EXPECT_EQ(rooms, (std::vector{kLobby, kAttic}));
}

TEST_F(PeopleTest, WhatChangesWithinAMomentIsOneReportOfHowItIsNow) {
  for (int i = 0; i < 100; ++i) {
    people_.enter(&kOne, kAda);
    people_.enter(&kTwo, kBob);
    people_.leave(&kOne);
    if (i < 99) people_.leave(&kTwo);
  }
  pass();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].size(), 2u);
  for (const auto& person : reports_[0]) EXPECT_EQ(person.presence.has_value(), person.user == kBob.user);
}

TEST_F(PeopleTest, WhatIsAsItWasIsNotReported) {
  people_.enter(&kOne, kAda);
  people_.open(&kOne, kLobby);
  pass();
  people_.set(&kOne, {});
  people_.open(&kOne, kLobby);
  people_.close(&kOne, kAttic);
  pass();
  EXPECT_EQ(reports_.size(), 1u);
}

TEST_F(PeopleTest, AReportThatIsNotTakenIsMadeAgain) {
  full_ = true;
  people_.enter(&kOne, kAda);
  pass();
  people_.leave(&kOne);
  people_.enter(&kTwo, kBob);
  pass();
  full_ = false;
  pass();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].size(), 2u);
  pass();
  EXPECT_EQ(reports_.size(), 1u);
}

TEST_F(PeopleTest, ASocketThatIsNotHereIsNothing) {
  people_.leave(&kThree);
  people_.set(&kThree, {PresenceState::dnd, {}, 0});
  people_.open(&kThree, kLobby);
  pass();
  EXPECT_TRUE(reports_.empty());
  EXPECT_EQ(people_.presence(&kThree), Presence{});
}

}  // namespace
}  // namespace skat::gateway
