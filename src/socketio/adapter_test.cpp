#include "socketio/adapter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

namespace skat::socketio {
namespace {

struct Person final : Recipient {
  using Recipient::Recipient;
  void deliver(const engineio::Frame&) override {
    ++delivered;
    if (then) then();
  }
  void deliver_volatile(const engineio::Frame&) override { ++delivered_volatile; }
  int delivered = 0, delivered_volatile = 0;
  std::function<void()> then;
};

class AdapterTest : public ::testing::Test {
 protected:
  AdapterTest() {
    for (auto* person : {&ann_, &bob_, &cem_, &dan_}) adapter_.add(*person);
  }

  // Who has received since the last call, as the initials.
  std::string received() {
    std::string out;
    for (auto* person : {&ann_, &bob_, &cem_, &dan_}) {
      out += std::string(static_cast<std::size_t>(std::exchange(person->delivered, 0)), person->recipient_id()[0]);
    }
    return out;
  }
  void join(Person& person, std::string_view room) { EXPECT_TRUE(adapter_.join(person, room)); }

  Adapter adapter_{3};
  Person ann_{"ann"}, bob_{"bob"}, cem_{"cem"}, dan_{"dan"};
  const engineio::Frame frame_ = engineio::make_text_frame("2[\"x\"]");
};

TEST_F(AdapterTest, ReachesTheRoomAndNobodyElse) {
  join(ann_, "r");
  join(bob_, "r");
  join(cem_, "other");
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "ab");
  EXPECT_EQ(adapter_.room_size("r"), 2U);
}

TEST_F(AdapterTest, EverybodyIsInTheRoomNamedByItsId) {
  adapter_.broadcast("bob", frame_);
  EXPECT_EQ(received(), "b");
  EXPECT_EQ(adapter_.room_size("bob"), 1U);
  EXPECT_EQ(adapter_.rooms(bob_), std::vector<RoomName>{"bob"});
}

TEST_F(AdapterTest, OthersMayJoinTheRoomNamedByAnId) {
  join(ann_, "bob");
  adapter_.broadcast("bob", frame_);
  EXPECT_EQ(received(), "ab");
  adapter_.leave(bob_, "bob");
  adapter_.broadcast("bob", frame_);
  EXPECT_EQ(received(), "a");
  join(bob_, "bob");
  EXPECT_EQ(adapter_.room_size("bob"), 2U);
}

TEST_F(AdapterTest, AnUnknownRoomMatchesNobody) {
  adapter_.broadcast("nowhere", frame_);
  adapter_.broadcast(Selection{.rooms = {"nowhere"}, .except = {"nobody"}}, frame_);
  EXPECT_EQ(received(), "");
  EXPECT_EQ(adapter_.room_size("nowhere"), 0U);
}

TEST_F(AdapterTest, NoRoomMeansEverybody) {
  adapter_.broadcast(Selection{}, frame_);
  EXPECT_EQ(received(), "abcd");
}

TEST_F(AdapterTest, AUnionReachesEachOnce) {
  join(ann_, "r");
  join(bob_, "r");
  join(bob_, "s");
  join(cem_, "s");
  adapter_.broadcast(Selection{.rooms = {"r", "s", "r", "cem"}, .except = {}}, frame_);
  EXPECT_EQ(received(), "abc");
}

TEST_F(AdapterTest, ExceptTakesPeopleAndRoomsOut) {
  join(ann_, "r");
  join(bob_, "r");
  join(cem_, "r");
  join(cem_, "s");
  adapter_.broadcast(Selection{.rooms = {"r"}, .except = {"ann"}}, frame_);
  EXPECT_EQ(received(), "bc");
  adapter_.broadcast(Selection{.rooms = {"r"}, .except = {"s", "bob"}}, frame_);
  EXPECT_EQ(received(), "a");
  adapter_.broadcast(Selection{.rooms = {}, .except = {"r"}}, frame_);
  EXPECT_EQ(received(), "d");
}

TEST_F(AdapterTest, VolatileBroadcastsUseTheVolatileDelivery) {
  join(ann_, "r");
  adapter_.broadcast_volatile(Selection{.rooms = {"r"}, .except = {}}, frame_);
  adapter_.broadcast_volatile(Selection{.rooms = {"r", "bob"}, .except = {}}, frame_);
  EXPECT_EQ(ann_.delivered_volatile, 2);
  EXPECT_EQ(bob_.delivered_volatile, 1);
  EXPECT_EQ(received(), "");
}

TEST_F(AdapterTest, JoiningTwiceAndLeavingTwiceDoNothing) {
  join(ann_, "r");
  join(ann_, "r");
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "a");
  adapter_.leave(ann_, "r");
  adapter_.leave(ann_, "r");
  adapter_.leave(bob_, "r");
  EXPECT_EQ(adapter_.room_count(), 0U);
}

TEST_F(AdapterTest, ARoomGoesWithItsLastMember) {
  join(ann_, "r");
  join(bob_, "r");
  EXPECT_EQ(adapter_.room_count(), 1U);
  adapter_.leave(ann_, "r");
  EXPECT_EQ(adapter_.room_count(), 1U);
  adapter_.remove(bob_);
  EXPECT_EQ(adapter_.room_count(), 0U);
  EXPECT_EQ(adapter_.find("bob"), nullptr);
  EXPECT_EQ(adapter_.size(), 3U);
}

TEST_F(AdapterTest, OneJoinPastTheLimitIsRefused) {
  join(ann_, "1");
  join(ann_, "2");
  join(ann_, "3");
  EXPECT_FALSE(adapter_.join(ann_, "4"));
  EXPECT_TRUE(adapter_.join(ann_, "3"));
  EXPECT_EQ(adapter_.room_count(), 3U);
  adapter_.leave(ann_, "1");
  EXPECT_TRUE(adapter_.join(ann_, "4"));
}

TEST_F(AdapterTest, MembershipsStayRightThroughAnyOrderOfLeaving) {
  Adapter adapter(100);
  std::vector<std::unique_ptr<Person>> people;
  for (int i = 0; i < 20; ++i) {
    people.push_back(std::make_unique<Person>("p" + std::to_string(i)));
    adapter.add(*people.back());
    for (int room = 0; room < 20; ++room) {
      if ((i * 7 + room * 3) % 4 == 0) continue;
      EXPECT_TRUE(adapter.join(*people.back(), std::to_string(room)));
    }
  }
  const auto in_room = [&](int i, int room) { return (i * 7 + room * 3) % 4 != 0 && (i + room) % 3 != 0; };
  for (int i = 0; i < 20; ++i) {
    for (int room = 0; room < 20; ++room) {
      if ((i + room) % 3 == 0) adapter.leave(*people[static_cast<std::size_t>(i)], std::to_string(room));
    }
  }
  for (int room = 0; room < 20; ++room) {
    adapter.broadcast(std::to_string(room), frame_);
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(std::exchange(people[static_cast<std::size_t>(i)]->delivered, 0), in_room(i, room) ? 1 : 0);
    }
  }
}

TEST_F(AdapterTest, WhoLeavesDuringABroadcastGetsNothingAndNobodyIsSkipped) {
  for (auto* person : {&ann_, &bob_, &cem_, &dan_}) join(*person, "r");
  ann_.then = [this] {
    adapter_.leave(ann_, "r");
    adapter_.leave(bob_, "r");
  };
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "acd");
  EXPECT_EQ(adapter_.room_size("r"), 2U);
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "cd");
}

class AdapterEndTest : public AdapterTest, public ::testing::WithParamInterface<Selection> {};

TEST_P(AdapterEndTest, WhoEndsDuringABroadcastGetsNothing) {
  for (auto* person : {&ann_, &bob_, &cem_, &dan_}) join(*person, "r");
  bob_.then = [this] {
    adapter_.remove(bob_);
    adapter_.remove(cem_);
  };
  adapter_.broadcast(GetParam(), frame_);
  EXPECT_EQ(received(), "abd");
  EXPECT_EQ(adapter_.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(EverySelection, AdapterEndTest,
                         ::testing::Values(Selection{}, Selection{.rooms = {"r"}, .except = {}},
                                           Selection{.rooms = {"r", "dan"}, .except = {}},
                                           Selection{.rooms = {}, .except = {"nobody"}}));

TEST_F(AdapterTest, WhoJoinsDuringABroadcastWaitsForTheNext) {
  join(ann_, "r");
  ann_.then = [this] {
    join(bob_, "r");
    join(cem_, "r");
    join(dan_, "r");
  };
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "a");
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "abcd");
}

TEST_F(AdapterTest, TheLastMemberMayLeaveAndJoinAgainDuringABroadcast) {
  join(ann_, "r");
  ann_.then = [this] { adapter_.leave(ann_, "r"); };
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(adapter_.room_count(), 0U);
  join(ann_, "r");
  ann_.then = [this] {
    adapter_.leave(ann_, "r");
    join(ann_, "r");
  };
  adapter_.broadcast("r", frame_);
  EXPECT_EQ(received(), "aa");
  EXPECT_EQ(adapter_.room_size("r"), 1U);
}

TEST_F(AdapterTest, ABroadcastInsideABroadcastReachesEverybodyOnceMore) {
  for (auto* person : {&ann_, &bob_, &cem_}) join(*person, "r");
  const Selection both{.rooms = {"r", "dan"}, .except = {}};
  ann_.then = [this, &both] {
    ann_.then = nullptr;
    adapter_.broadcast("r", frame_);
    adapter_.broadcast(both, frame_);
    adapter_.remove(cem_);
  };
  adapter_.broadcast(both, frame_);
  EXPECT_EQ(received(), "aaabbbccdd");
}

TEST_F(AdapterTest, SelectsWithoutDelivering) {
  join(ann_, "r");
  join(bob_, "r");
  EXPECT_EQ(adapter_.select({.rooms = {"r"}, .except = {"ann"}}), std::vector<Recipient*>{&bob_});
  EXPECT_EQ(adapter_.select({}).size(), 4U);
  EXPECT_EQ(received(), "");
}

}  // namespace
}  // namespace skat::socketio
