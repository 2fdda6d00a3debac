#include "chat/local_people.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

constexpr model::UserId kAda{{1}};
constexpr model::RoomId kLobby{{1}}, kAttic{{2}};
using Rooms = std::vector<model::RoomId>;

PersonHere here(PresenceState state, Rooms rooms) {
  return {kAda, "Ada", Presence{state, {}, 0}, std::move(rooms)};
}
PersonHere gone() {
  return {kAda, {}, std::nullopt, {}};
}

TEST(LocalPeople, OneUserOnTwoLoopsIsOnePersonInTheRoomsOfBoth) {
  LocalPeople people;
  std::ignore = people.report(0, here(PresenceState::away, {kLobby}));
  const auto change = people.report(1, here(PresenceState::active, {kAttic}));
  EXPECT_EQ(change.person.presence.state, PresenceState::active);
  EXPECT_EQ(change.here, (Rooms{kLobby, kAttic}));
  EXPECT_FALSE(change.leaving);
  EXPECT_EQ(people.size(), 1u);
}

TEST(LocalPeople, WhoIsGoneIsKeptUntilHeIsLetGo) {
  LocalPeople people;
  std::ignore = people.report(0, here(PresenceState::active, {kLobby}));
  const auto leaving = people.report(0, gone());
  EXPECT_TRUE(leaving.leaving);
  EXPECT_EQ(leaving.here, (Rooms{kLobby}));
  EXPECT_TRUE(leaving.left.empty());
  const auto left = people.let_go(0, kAda, people.stamp());
  EXPECT_EQ(left.left, (Rooms{kLobby}));
  EXPECT_EQ(left.person.presence.state, PresenceState::offline);
  EXPECT_EQ(people.size(), 0u);
  EXPECT_TRUE(people.let_go(0, kAda, people.stamp()).left.empty());
}

TEST(LocalPeople, WhoIsBackInTimeStays) {
  LocalPeople people;
  std::ignore = people.report(0, here(PresenceState::active, {kLobby}));
  std::ignore = people.report(0, gone());
  const auto stamp = people.stamp();
  std::ignore = people.report(0, here(PresenceState::away, {kLobby}));
  const auto change = people.let_go(0, kAda, stamp);
  EXPECT_TRUE(change.left.empty());
  EXPECT_EQ(change.here, (Rooms{kLobby}));
  EXPECT_EQ(change.person.presence.state, PresenceState::away);
}

TEST(LocalPeople, ALaterAbsenceIsNotEndedByAnEarlierTimer) {
  LocalPeople people;
  std::ignore = people.report(0, here(PresenceState::active, {kLobby}));
  std::ignore = people.report(0, gone());
  const auto first = people.stamp();
  std::ignore = people.report(0, here(PresenceState::active, {kLobby}));
  std::ignore = people.report(0, gone());
  EXPECT_TRUE(people.let_go(0, kAda, first).left.empty());
  EXPECT_EQ(people.let_go(0, kAda, people.stamp()).left, (Rooms{kLobby}));
}

TEST(LocalPeople, ARoomIsLeftAloneLikeAUser) {
  LocalPeople people;
  std::ignore = people.report(0, here(PresenceState::active, {kLobby, kAttic}));
  const auto leaving = people.report(0, here(PresenceState::active, {kLobby}));
  EXPECT_TRUE(leaving.leaving);
  const auto left = people.let_go(0, kAda, people.stamp());
  EXPECT_EQ(left.left, (Rooms{kAttic}));
  EXPECT_EQ(left.here, (Rooms{kLobby}));
}

TEST(LocalPeople, WhoWasNotHereIsNothing) {
  LocalPeople people;
  const auto change = people.report(0, gone());
  EXPECT_TRUE(change.here.empty() && change.left.empty() && !change.leaving);
  EXPECT_EQ(people.size(), 0u);
}

}  // namespace
}  // namespace skat::chat
