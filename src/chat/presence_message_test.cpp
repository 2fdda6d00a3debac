#include "chat/presence_message.hpp"

#include <gtest/gtest.h>

#include "chat/testing/presence_messages.hpp"

namespace skat::chat {
namespace {

using testing::presence_examples;

TEST(PresenceMessage, EveryMessageComesBackAsItWas) {
  for (const base::Bytes& bytes : presence_examples()) {
    const auto message = decode_presence_message(bytes);
    ASSERT_TRUE(message) << bytes.front();
    EXPECT_EQ(std::visit([](const auto& whole) { return encode(whole); }, *message), bytes) << bytes.front();
  }
}

TEST(PresenceMessage, WhatIsCutShortOrHasBytesBehindItIsNotAMessage) {
  for (const base::Bytes& bytes : presence_examples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_presence_message(std::string_view(bytes).substr(0, size))) << bytes.front() << " " << size;
    }
    EXPECT_FALSE(decode_presence_message(bytes + "x")) << bytes.front();
  }
}

TEST(PresenceMessage, AStateIsOneThatIsKnownAndALengthOneThatFits) {
  PresentPerson person{model::UserId{{1}}, "Ada", {static_cast<PresenceState>(4), {}, 0}};
  EXPECT_FALSE(decode_presence_message(encode(PresencePeople{1, 2, 0, true, {person}})));
  base::Bytes lease = encode(PresenceLease{1, 2, false, {}});
  lease.replace(lease.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_FALSE(decode_presence_message(lease));
}

TEST(PresenceMessage, AChannelIsOfOneRoom) {
  constexpr model::RoomId kRoom{{1, 2}};
  EXPECT_EQ(parse_presence_channel(presence_channel(kRoom)), kRoom);
  EXPECT_FALSE(parse_presence_channel(kPresenceChannel));
  EXPECT_FALSE(parse_presence_channel("room/" + kRoom.hex()));
}

}  // namespace
}  // namespace skat::chat
