#include "model/ids.hpp"

#include <gtest/gtest.h>

namespace skat::model {

TEST(Ids, RoundTripThroughHex) {
  const auto room = RoomId::random();
  EXPECT_EQ(RoomId::parse(room.hex()), room);
  EXPECT_NE(RoomId::random(), room);
}

TEST(Ids, RefuseAnythingButLowerCaseHexOfTheRightLength) {
  EXPECT_FALSE(RoomId::parse(""));
  EXPECT_FALSE(RoomId::parse(std::string(31, 'a')));
  EXPECT_FALSE(RoomId::parse(std::string(33, 'a')));
  EXPECT_FALSE(RoomId::parse(std::string(32, 'A')));
  EXPECT_FALSE(RoomId::parse(std::string(31, 'a') + "g"));
  EXPECT_FALSE(parse_hex64("00000000000000g0"));
  EXPECT_FALSE(parse_hex64("+000000000000001"));
  EXPECT_EQ(parse_hex64("00000000000000ff"), 255U);
  EXPECT_EQ(hex64(255), "00000000000000ff");
}

TEST(Ids, OfDevicesGrowWithTimeOfIssue) {
  auto last = issue_device_id();
  for (int i = 0; i < 10'000; ++i) {
    const auto next = issue_device_id();
    ASSERT_GT(next, last);
    last = next;
  }
}

TEST(Ids, OfTheLobbyAreFixed) {
  EXPECT_EQ(kLobby.hex(), "736b6174206c6f62627920726f6f6d00");
}

}  // namespace skat::model
