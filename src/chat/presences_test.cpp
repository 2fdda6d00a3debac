// Ada is on node 1, Bob on node 2, each with the same room open; node 0 owns everything and has nobody.
#include "chat/presences.hpp"

#include <gtest/gtest.h>

#include <map>

#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ClusterWorld;
using testing::milliseconds;
using testing::seconds;

constexpr model::RoomId kRoom{{7}};
const Identity kAda{model::UserId{{1}}, "Ada", {}};
const Identity kBob{model::UserId{{2}}, "Bob", {}};

class PresencesTest : public ::testing::Test {
 protected:
  PresencesTest() { world_.start_all(); }

  void say(std::size_t node, const Identity& who, PresenceState state, LoopIndex loop = 0, std::string text = {}) {
    const Presence presence{state, text, text.empty() ? 0u : ++text_at_};
    world_[node].node().people(loop, {{who.user, who.name, presence, {kRoom}}});
  }
  void go(std::size_t node, const Identity& who, LoopIndex loop = 0) {
    world_[node].node().people(loop, {{who.user, who.name, std::nullopt, {}}});
  }
  PresenceNews room(std::size_t node) {
    const auto news = world_[node].ask<PresenceNews>(
        [&](Done<PresenceNews> done) { world_[node].node().presence(kRoom, std::move(done)); });
    EXPECT_TRUE(news);
    return news ? *news : PresenceNews{};
  }
  PresenceState state_of(std::size_t node, const Identity& who) {
    for (const PresentPerson& person : room(node).people) {
      if (person.user == who.user) return person.presence.state;
    }
    return PresenceState::offline;
  }
  std::vector<PresenceNews>& told(std::size_t node) { return world_[node].life->fanout.presence_news; }
  void lose(std::size_t node, bool lost, const std::string& channel = "presence") {
    world_[node].life->bus.losing = channel;
    world_[node].life->bus.loses = [lost] { return lost; };
  }
  // Both are known everywhere, and nothing is under way.
  void meet() {
    say(1, kAda, PresenceState::active);
    say(2, kBob, PresenceState::active);
    world_.advance(seconds(4));
    ASSERT_EQ(state_of(1, kBob), PresenceState::active);
    ASSERT_EQ(state_of(2, kAda), PresenceState::active);
    for (std::size_t node = 0; node < 3; ++node) told(node).clear();
  }

  ClusterWorld world_{3};
  std::uint64_t text_at_ = 0;
};

TEST_F(PresencesTest, PeopleOfOtherNodesAreSeenAndToldOf) {
  say(1, kAda, PresenceState::away, 0, "in a call");
  world_.advance(seconds(2));
  say(2, kBob, PresenceState::active);
  world_.advance(seconds(2));
  EXPECT_EQ(room(2).online, 2u);
  EXPECT_EQ(state_of(2, kAda), PresenceState::away);
  EXPECT_EQ(state_of(1, kBob), PresenceState::active);
  ASSERT_FALSE(told(2).empty());
  std::map<std::string, std::string> texts;
  for (const auto& news : told(2)) {
    for (const auto& person : news.people) texts[person.name] = person.presence.text;
  }
  EXPECT_EQ(texts, (std::map<std::string, std::string>{{"Ada", "in a call"}, {"Bob", ""}}));
  EXPECT_TRUE(told(0).empty()) << "nobody there has the room open";
}

TEST_F(PresencesTest, AChangeIsToldAtOnceAndFlappingOncePerSecond) {
  meet();
  say(1, kAda, PresenceState::dnd);
  world_.advance(milliseconds(50));
  ASSERT_EQ(told(2).size(), 1u);
  EXPECT_EQ(told(2)[0].people[0].presence.state, PresenceState::dnd);
  const std::size_t published = world_[1].life->bus.published;
  for (int i = 0; i < 1'000; ++i) {
    say(1, kAda, i % 2 == 0 ? PresenceState::away : PresenceState::active);
    world_.advance(milliseconds(10));
  }
  EXPECT_LE(told(2).size(), 1u + 11u);
  EXPECT_LE(told(1).size(), 1u + 11u);
  EXPECT_LE(world_[1].life->bus.published - published, 11u + 2u + 45u)
      << "news, leases, heartbeats of its owner's work";
  world_.advance(seconds(3));
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
}

TEST_F(PresencesTest, TheMostAvailableOfTwoNodesCounts) {
  meet();
  say(2, kAda, PresenceState::away, 1);
  world_.advance(seconds(3));
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
  EXPECT_EQ(room(2).online, 2u);
  go(1, kAda);
  world_.advance(seconds(4));
  EXPECT_EQ(state_of(2, kAda), PresenceState::away);
  say(2, kAda, PresenceState::dnd, 1);
  say(1, kAda, PresenceState::active);
  world_.advance(seconds(3));
  EXPECT_EQ(state_of(1, kAda), PresenceState::dnd);
}

TEST_F(PresencesTest, WhoReloadsThePageDoesNotLeave) {
  meet();
  go(1, kAda);
  world_.advance(seconds(1));
  say(1, kAda, PresenceState::active);
  world_.advance(seconds(5));
  EXPECT_TRUE(told(2).empty());
  go(1, kAda);
  world_.advance(Presences::kLeaveAfter + milliseconds(50));
  ASSERT_EQ(told(2).size(), 1u);
  EXPECT_EQ(told(2)[0].people[0].presence.state, PresenceState::offline);
  EXPECT_EQ(told(2)[0].online, 1u);
}

TEST_F(PresencesTest, TheUsersOfAKilledNodeLeaveWhenItsLeaseEnds) {
  meet();
  world_.kill(1);
  world_.advance(seconds(9));
  EXPECT_EQ(state_of(2, kAda), PresenceState::active) << "its lease holds";
  world_.advance(PresenceLeases::kLease + PresenceLeases::kRenewEvery - seconds(9));
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
  ASSERT_EQ(told(2).size(), 1u);
  EXPECT_EQ(told(2)[0].people[0].presence.state, PresenceState::offline);
}

TEST_F(PresencesTest, ANodeThatStopsSaysGoodbyeAtOnce) {
  meet();
  world_[1].node().stop([] {});
  world_.advance(milliseconds(200));
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
  world_.advance(seconds(30));
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
}

TEST_F(PresencesTest, ALostChangeIsMadeGoodByTheNextLease) {
  meet();
  lose(1, true, "presence/");
  say(1, kAda, PresenceState::dnd);
  world_.advance(milliseconds(500));
  lose(1, false);
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
  world_.advance(PresenceLeases::kRenewEvery + seconds(2));
  EXPECT_EQ(state_of(2, kAda), PresenceState::dnd);
}

TEST_F(PresencesTest, AChangeAfterALostOneShowsBoth) {
  meet();
  const Identity eve{model::UserId{{3}}, "Eve", {}};
  say(1, eve, PresenceState::active);
  world_.advance(seconds(3));
  lose(1, true, "presence/");
  say(1, kAda, PresenceState::dnd);
  world_.advance(milliseconds(500));
  lose(1, false);
  world_.advance(milliseconds(600));
  say(1, eve, PresenceState::away);
  world_.advance(seconds(2));
  EXPECT_EQ(state_of(2, kAda), PresenceState::dnd);
  EXPECT_EQ(state_of(2, eve), PresenceState::away);
}

TEST_F(PresencesTest, ALostLeaseAndALostChangeAreMadeGoodByTheLeaseAfter) {
  meet();
  lose(1, true);
  say(1, kAda, PresenceState::dnd);
  world_.advance(PresenceLeases::kRenewEvery + milliseconds(500));
  lose(1, false);
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
  world_.advance(PresenceLeases::kRenewEvery + seconds(2));
  EXPECT_EQ(state_of(2, kAda), PresenceState::dnd);
}

TEST_F(PresencesTest, ALeaveOfTheLastOneThatWasLostEndsWithTheDoubt) {
  meet();
  lose(1, true, "presence/");
  go(1, kAda);
  world_.advance(Presences::kLeaveAfter + world_.config.feed_linger + seconds(1));  // node 1 has forgotten the room
  lose(1, false);
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
  world_.advance(PresenceLeases::kRenewEvery + PresenceLeases::kLease);
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
}

TEST_F(PresencesTest, ARoomOpenedOnANodeIsAskedForAndAnswered) {
  meet();
  EXPECT_EQ(room(0).people.size(), 0u);
  const Identity eve{model::UserId{{3}}, "Eve", {}};
  say(0, eve, PresenceState::active);
  world_.advance(PresenceLink::kAnswerWithin + milliseconds(50));
  EXPECT_EQ(room(0).online, 3u);
}

TEST_F(PresencesTest, ANodeThatWasDeafKnowsEverybodyAgain) {
  meet();
  world_[2].life->bus.disconnect();
  world_.advance(seconds(30));
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
  EXPECT_EQ(state_of(1, kBob), PresenceState::offline);
  say(1, kAda, PresenceState::dnd);
  world_[2].life->bus.reconnect();
  world_.advance(seconds(4));
  EXPECT_EQ(state_of(2, kAda), PresenceState::dnd);
  EXPECT_EQ(state_of(1, kBob), PresenceState::active);
}

TEST_F(PresencesTest, ANodeThatHeldItsBreathIsBelievedAgain) {
  meet();
  lose(1, true, "");
  world_.advance(seconds(25));
  EXPECT_EQ(state_of(2, kAda), PresenceState::offline);
  lose(1, false, "");
  world_.advance(PresenceLeases::kRenewEvery + seconds(2));
  EXPECT_EQ(state_of(2, kAda), PresenceState::active);
}

TEST_F(PresencesTest, ANewLifeOfAKilledNodeBringsItsPeopleAnew) {
  meet();
  world_.kill(1);
  world_.start(1);
  say(1, kAda, PresenceState::away);
  world_.advance(seconds(3));
  EXPECT_EQ(state_of(2, kAda), PresenceState::active) << "the old life's lease holds";
  world_.advance(PresenceLeases::kLease + PresenceLeases::kRenewEvery);
  EXPECT_EQ(state_of(2, kAda), PresenceState::away);
}

TEST_F(PresencesTest, AVeryLargeRoomIsCounted) {
  meet();
  std::vector<PersonHere> crowd;
  for (std::size_t i = 0; i <= PresenceRoom::kMaxListed; ++i) {
    const model::UserId user{{9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
    crowd.push_back({user, "one of many", Presence{}, {kRoom}});
  }
  world_[1].node().people(1, crowd);
  world_.advance(seconds(3));
  for (const std::size_t node : {1, 2}) {
    EXPECT_FALSE(room(node).listed);
    EXPECT_EQ(room(node).online, PresenceRoom::kMaxListed + 3u);
    EXPECT_FALSE(told(node).back().listed);
  }
  for (PersonHere& person : crowd) person.presence.reset();
  world_[1].node().people(1, crowd);
  world_.advance(PresenceRooms::kCountEvery + seconds(5));
  for (const std::size_t node : {1, 2}) {
    EXPECT_TRUE(room(node).listed);
    EXPECT_EQ(room(node).people.size(), 2u);
    EXPECT_TRUE(told(node).back().whole);
  }
}

TEST_F(PresencesTest, ARoomThatNobodyHereHasOpenIsForgotten) {
  const std::size_t before = world_[1].life->bus.channels();
  say(1, kAda, PresenceState::active);
  world_.advance(seconds(1));
  EXPECT_GT(world_[1].life->bus.channels(), before);
  go(1, kAda);
  world_.advance(world_.config.feed_linger * 2);
  EXPECT_EQ(world_[1].life->bus.channels(), before);
  EXPECT_EQ(room(1).online, 0u);
}

TEST_F(PresencesTest, RoomsPastTheLimitHaveNoPresence) {
  std::vector<model::RoomId> rooms;
  for (std::size_t i = 0; i <= PresenceRooms::kMaxRooms; ++i) {
    rooms.push_back(model::RoomId{
        {9, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}});
  }
  world_[1].node().people(0, {{kAda.user, kAda.name, Presence{}, rooms}});
  world_.advance(seconds(1));
  const auto asked = world_[1].ask<PresenceNews>(
      [&](Done<PresenceNews> done) { world_[1].node().presence(rooms.back(), std::move(done)); });
  EXPECT_EQ(asked.error(), errc::busy);
}

TEST(PresencesAlone, OneNodeShowsItsOwnPeopleWithoutABus) {
  testing::ChatWorld world;
  world.start();
  const std::size_t published = world.life->bus.published;
  world.node().people(0, {{kAda.user, kAda.name, Presence{}, {kRoom}}});
  world.node().people(1, {{kBob.user, kBob.name, Presence{PresenceState::away, {}, 0}, {kRoom}}});
  world.advance(seconds(2));
  const auto news =
      world.ask<PresenceNews>([&](Done<PresenceNews> done) { world.node().presence(kRoom, std::move(done)); });
  ASSERT_TRUE(news);
  EXPECT_EQ(news->people.size(), 2u);
  EXPECT_FALSE(world.life->fanout.presence_news.empty());
  EXPECT_EQ(world.life->bus.published, published);
}

}  // namespace
}  // namespace skat::chat
