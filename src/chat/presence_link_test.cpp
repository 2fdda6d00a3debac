// One node's link alone; the test speaks for the others.
#include "chat/presence_link.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "chat/testing/lossy_bus.hpp"

namespace skat::chat {
namespace {

constexpr Incarnation kSelf = 1, kOther = 2;

model::RoomId room(std::size_t i) {
  return model::RoomId{{9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
}
std::vector<PresentPerson> people(std::size_t count) {
  std::vector<PresentPerson> all;
  for (std::size_t i = 0; i < count; ++i) {
    const model::UserId user{{static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
    all.push_back({user, "somebody", {}});
  }
  return all;
}

class PresenceLinkTest : public ::testing::Test, private bus::BusListener {
 protected:
  PresenceLinkTest() {
    config_.live = true;
    bus_.start(*this);
  }
  void on_message(std::string_view, const base::SharedBytes&) override {}
  void on_bus_down() override {}
  void on_bus_up() override {}
  void open(const model::RoomId& id) {
    rooms_.open(id);
    link_.open(id);
  }

  Config config_;
  base::testing::ManualExecutor core_;
  testing::BusHub hub_;
  testing::LossyBus bus_{core_, hub_};
  PresenceRooms rooms_{core_, [](const PresenceNews&) {}};
  PresenceLink link_{config_, core_, bus_, kSelf, rooms_};
};

TEST_F(PresenceLinkTest, PeopleOfOthersBeyondTheLimitAreCountedOnly) {
  const auto crowd = people(PresenceRoom::kMaxListed);
  const base::Bytes whole = encode(PresencePeople{kOther, 1, 0, true, crowd});
  const std::size_t full = PresenceLink::kMaxEntries / crowd.size();
  for (std::size_t i = 0; i <= full; ++i) {
    open(room(i));
    link_.on_room_message(room(i), whole);
  }
  EXPECT_EQ(rooms_.entries(), PresenceLink::kMaxEntries);
  EXPECT_FALSE(rooms_.find(room(0))->counts(kOther));
  EXPECT_TRUE(rooms_.find(room(full))->counts(kOther));
  EXPECT_EQ(rooms_.find(room(full))->online(), crowd.size());
}

TEST_F(PresenceLinkTest, AListThatIsTooLongIsCounted) {
  open(room(1));
  link_.on_room_message(room(1), encode(PresencePeople{kOther, 1, 0, true, people(PresenceRoom::kMaxListed + 1)}));
  EXPECT_TRUE(rooms_.find(room(1))->counts(kOther));
}

TEST_F(PresenceLinkTest, WhatItSaidItselfAndWhatIsNoMessageIsPassedOver) {
  open(room(1));
  link_.on_room_message(room(1), encode(PresencePeople{kSelf, 1, 0, true, people(1)}));
  link_.on_room_message(room(1), "N");
  link_.on_room_message(room(2), encode(PresencePeople{kOther, 1, 0, true, people(1)}));
  link_.on_message("L");
  EXPECT_EQ(rooms_.entries(), 0u);
}

TEST_F(PresenceLinkTest, ManyRoomsToAskForAreAskedForInPortions) {
  for (std::size_t i = 0; i < PresenceLink::kQuestions * 3; ++i) open(room(i));
  core_.advance({});  // every channel is subscribed
  EXPECT_LE(bus_.published, PresenceLink::kQuestions);
  core_.advance(PresenceLink::kAskEvery);
  EXPECT_LE(bus_.published, PresenceLink::kQuestions * 2);
  core_.advance(PresenceLink::kAskEvery * 10);
  EXPECT_EQ(bus_.published, PresenceLink::kQuestions * 3);
}

}  // namespace
}  // namespace skat::chat
