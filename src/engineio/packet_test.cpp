#include "engineio/packet.hpp"

#include <gtest/gtest.h>

namespace skat::engineio {
namespace {

TEST(Packet, ReadsEveryTypeByItsCharacter) {
  std::string scratch;
  const PacketType types[] = {PacketType::open,    PacketType::close,   PacketType::ping, PacketType::pong,
                              PacketType::message, PacketType::upgrade, PacketType::noop};
  for (int i = 0; i <= 6; ++i) {
    const std::string text = std::to_string(i) + "data";
    const auto packet = decode_packet(text, scratch);
    ASSERT_TRUE(packet) << text;
    EXPECT_EQ(packet->type, types[i]);
    EXPECT_EQ(packet->data, "data");
    EXPECT_FALSE(packet->binary);
  }
}

TEST(Packet, MayHaveNoData) {
  std::string scratch;
  const auto packet = decode_packet("4", scratch);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::message);
  EXPECT_EQ(packet->data, "");
}

TEST(Packet, ReadsBase64AsABinaryMessage) {
  std::string scratch;
  const auto packet = decode_packet("bAQIDBA==", scratch);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::message);
  EXPECT_TRUE(packet->binary);
  EXPECT_EQ(packet->data, std::string_view("\x01\x02\x03\x04", 4));
  const auto empty = decode_packet("b", scratch);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->data, "");
}

TEST(Packet, RefusesWhatIsNoPacket) {
  std::string scratch;
  for (const std::string_view text : {"", "7", "a", "abc", " 4", "\xc3", "bAQIDBA", "b-_8=", "b$$$$", "b="}) {
    EXPECT_FALSE(decode_packet(text, scratch)) << text;
  }
}

TEST(Packet, RefusesTextThatIsNotUtf8) {
  std::string scratch;
  EXPECT_FALSE(decode_packet("4\xff", scratch));
  EXPECT_FALSE(decode_packet("4\xed\xa0\x80", scratch));  // a lone surrogate
  EXPECT_TRUE(decode_packet("4\xe2\x82\xac", scratch));
}

}  // namespace
}  // namespace skat::engineio
