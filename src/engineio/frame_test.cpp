#include "engineio/frame.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace skat::engineio {
namespace {

std::uint8_t byte(const Frame& frame, std::size_t at) {
  return static_cast<std::uint8_t>(frame->bytes.at(at));
}

TEST(Frame, OfTextIsAWebSocketTextFrameOfAMessagePacket) {
  const Frame frame = make_text_frame("hello");
  EXPECT_EQ(frame->bytes,
            "\x81\x06"
            "4hello");
  EXPECT_EQ(frame->payload(), "4hello");
  EXPECT_FALSE(frame->binary);
}

TEST(Frame, OfBytesHasNoTypeCharacter) {
  const Frame frame = make_binary_frame(std::string_view("\x00\x01", 2));
  EXPECT_EQ(frame->bytes, std::string_view("\x82\x02\x00\x01", 4));
  EXPECT_TRUE(frame->binary);
}

TEST(Frame, HeaderGrowsWithThePayload) {
  struct Case {
    std::size_t payload_bytes, header_bytes;
  };
  for (const Case c : {Case{0, 2}, Case{125, 2}, Case{126, 4}, Case{65'535, 4}, Case{65'536, 10}, Case{70'000, 10}}) {
    const Frame frame = make_binary_frame(std::string(c.payload_bytes, 'x'));
    EXPECT_EQ(frame->header_bytes, c.header_bytes);
    EXPECT_EQ(frame->bytes.size(), c.header_bytes + c.payload_bytes);
    EXPECT_EQ(frame->payload().size(), c.payload_bytes);
  }
  EXPECT_EQ(make_text_frame(std::string(124, 'x'))->header_bytes, 2u);
  EXPECT_EQ(make_text_frame(std::string(125, 'x'))->header_bytes, 4u);
}

TEST(Frame, LongLengthsAreInNetworkOrder) {
  const Frame medium = make_binary_frame(std::string(0x1234, 'x'));
  EXPECT_EQ(byte(medium, 1), 126);
  EXPECT_EQ(byte(medium, 2), 0x12);
  EXPECT_EQ(byte(medium, 3), 0x34);
  const Frame large = make_binary_frame(std::string(0x12345, 'x'));
  EXPECT_EQ(byte(large, 1), 127);
  EXPECT_EQ(byte(large, 7), 0x01);
  EXPECT_EQ(byte(large, 8), 0x23);
  EXPECT_EQ(byte(large, 9), 0x45);
}

TEST(Frame, PingIsOneStaticFrameWithoutAReferenceCount) {
  const Frame first = ping_frame();
  const Frame second = ping_frame();
  EXPECT_EQ(first.get(), second.get());
  EXPECT_EQ(first.use_count(), 0);
  EXPECT_EQ(first->bytes,
            "\x81\x01"
            "2");
}

TEST(Frame, OfBytesBecomesBase64TextForWhoCannotTakeBinary) {
  const Frame frame = make_base64_frame(*make_binary_frame(std::string_view("\x01\x02\x03\x04", 4)));
  EXPECT_EQ(frame->payload(), "bAQIDBA==");
  EXPECT_EQ(byte(frame, 0), 0x81);
  EXPECT_FALSE(frame->binary);
}

}  // namespace
}  // namespace skat::engineio
