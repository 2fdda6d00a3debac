#include "chat/user_message.hpp"

#include <gtest/gtest.h>

#include "chat/testing/user_messages.hpp"

namespace skat::chat {
namespace {

using testing::user_examples;

TEST(UserMessage, EveryMessageComesBackAsItWas) {
  for (const base::Bytes& bytes : user_examples()) {
    const auto message = decode_user_message(bytes);
    ASSERT_TRUE(message) << bytes.front();
    EXPECT_EQ(encode(*message), bytes) << bytes.front();
  }
}

TEST(UserMessage, WhatIsCutShortOrHasBytesBehindItIsNotAMessage) {
  for (const base::Bytes& bytes : user_examples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_user_message(std::string_view(bytes).substr(0, size))) << bytes.front() << " of " << size;
    }
    EXPECT_FALSE(decode_user_message(bytes + "x")) << bytes.front();
  }
}

TEST(UserMessage, ARoomsAccessIsOneThatIsKnown) {
  UserJoined joined;
  joined.room.access = static_cast<model::Access>(9);
  EXPECT_FALSE(decode_user_message(encode(UserMessage{1, joined})));
}

TEST(UserMessage, AChannelIsOfOneUser) {
  constexpr model::UserId kUser{{3, 4}};
  EXPECT_EQ(parse_user_channel(user_channel(kUser)), kUser);
  EXPECT_FALSE(parse_user_channel("user/"));
  EXPECT_FALSE(parse_user_channel("room/" + kUser.hex()));
  EXPECT_FALSE(parse_user_channel(user_channel(kUser) + "0"));
}

}  // namespace
}  // namespace skat::chat
