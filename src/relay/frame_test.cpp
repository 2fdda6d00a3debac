#include "relay/frame.hpp"

#include <gtest/gtest.h>

namespace skat::relay {
namespace {

constexpr auto kNode = Incarnation{0x0123456789ABCDEF};

TEST(RelayFrame, ASmallMessageIsOneFrameOfTheDrawnLayout) {
  const auto frames = make_frames(Kind::answer, kNode, RequestId{258}, "hello", 1'024);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(*frames[0],
            std::string("\x01\x05\0\0\xEF\xCD\xAB\x89\x67\x45\x23\x01\x02\x01\0\0\0\0\0\0\0\0\0\0hello", 29));
  const auto frame = decode_frame(*frames[0]);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, Kind::answer);
  EXPECT_FALSE(frame->more);
  EXPECT_EQ(frame->from, kNode);
  EXPECT_EQ(frame->id, RequestId{258});
  EXPECT_EQ(frame->piece, 0U);
  EXPECT_EQ(frame->payload, "hello");
}

TEST(RelayFrame, AMessageWithoutBytesIsOneFrame) {
  const auto frames = make_frames(Kind::lost, kNode, RequestId{1}, {}, 1'024);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(decode_frame(*frames[0])->payload, "");
}

TEST(RelayFrame, ALongMessageIsCutIntoNumberedPieces) {
  const auto frames = make_frames(Kind::request, kNode, RequestId{1}, "abcdefgh", 3);
  ASSERT_EQ(frames.size(), 3U);
  std::string joined;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto frame = decode_frame(*frames[i]);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->piece, i);
    EXPECT_EQ(frame->more, i < 2);
    joined += frame->payload;
  }
  EXPECT_EQ(joined, "abcdefgh");
  EXPECT_EQ(make_frames(Kind::request, kNode, RequestId{1}, "abcdef", 3).size(), 2U) << "no empty piece at the end";
}

TEST(RelayFrame, WhatIsNoFrameOfThisVersionIsRefused) {
  const std::string good = *make_frames(Kind::lost, kNode, RequestId{1}, {}, 1'024)[0];
  const auto with = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return bytes;
  };
  ASSERT_TRUE(decode_frame(good));
  EXPECT_FALSE(decode_frame(""));
  EXPECT_FALSE(decode_frame(std::string_view(good).substr(0, 23)));
  EXPECT_FALSE(decode_frame(with(0, 2))) << "version";
  EXPECT_FALSE(decode_frame(with(1, 0))) << "kind";
  EXPECT_FALSE(decode_frame(with(1, 9))) << "kind";
  EXPECT_FALSE(decode_frame(with(2, 2))) << "more";
  EXPECT_FALSE(decode_frame(with(3, 1))) << "reserved";
}

TEST(RelayFrame, AChannelNamesOneNode) {
  EXPECT_EQ(channel_of(kNode), "relay/0123456789abcdef");
}

}  // namespace
}  // namespace skat::relay
