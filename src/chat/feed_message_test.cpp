#include "chat/feed_message.hpp"

#include <gtest/gtest.h>

#include "chat/event_json.hpp"

namespace skat::chat {
namespace {

constexpr model::RoomId kRoom{{1, 2, 3}};
constexpr model::UserId kUser{{9, 255, 128}};

base::Bytes two_events() {
  EventsMessage message(model::Epoch{0xf1f2f3f4f5f6f7f8});
  message.add({kRoom, model::Seq{0x0102030405060708}, model::EventKind::member_left, kUser, "{\"a\":1}"});
  message.add({kRoom, model::Seq{0x0102030405060709}, model::EventKind::message, kUser, ""});
  return std::move(message).take();
}

TEST(FeedMessage, EventsComeBackAsTheyWere) {
  const auto decoded = decode_feed_message(kRoom, two_events());
  ASSERT_TRUE(decoded);
  const auto& events = std::get<FeedEvents>(*decoded);
  EXPECT_EQ(events.epoch, model::Epoch{0xf1f2f3f4f5f6f7f8});
  ASSERT_EQ(events.events.size(), 2u);
  EXPECT_EQ(events.events[0]->room, kRoom);
  EXPECT_EQ(events.events[0]->seq, model::Seq{0x0102030405060708});
  EXPECT_EQ(events.events[0]->kind, model::EventKind::member_left);
  EXPECT_EQ(events.events[0]->sender, kUser);
  EXPECT_EQ(events.events[0]->json, "{\"a\":1}");
  EXPECT_EQ(events.events[1]->json, "");
}

TEST(FeedMessage, TypingComesBackAsItWas) {
  const auto decoded = decode_feed_message(kRoom, encode_typing({kUser, "Ada", model::DeviceId{77}}, true));
  ASSERT_TRUE(decoded);
  const auto& typing = std::get<FeedTyping>(*decoded);
  EXPECT_TRUE(typing.on);
  EXPECT_EQ(typing.who.user, kUser);
  EXPECT_EQ(typing.who.name, "Ada");
  EXPECT_EQ(typing.who.device, model::DeviceId{77});
}

TEST(FeedMessage, WhatIsCutShortIsNotAMessage) {
  const auto whole = two_events();
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (decode_feed_message(kRoom, std::string_view(whole).substr(0, size))) ++accepted;
  }
  EXPECT_EQ(accepted, 2u);  // no event at all, and the first one alone
  EXPECT_FALSE(decode_feed_message(kRoom, "T\x01"));
  EXPECT_FALSE(decode_feed_message(kRoom, "?"));
}

TEST(FeedMessage, AnUnknownKindIsNotAMessage) {
  auto bytes = two_events();
  bytes[1 + 8 + 8] = 4;
  EXPECT_FALSE(decode_feed_message(kRoom, bytes));
}

TEST(FeedMessage, AChannelNamesItsRoom) {
  EXPECT_EQ(parse_room_channel(room_channel(kRoom)), kRoom);
  EXPECT_FALSE(parse_room_channel("room/xyz"));
  EXPECT_FALSE(parse_room_channel("user/" + kRoom.hex()));
}

}  // namespace
}  // namespace skat::chat
