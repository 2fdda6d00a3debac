#include "net/websocket_deflate.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace skat::net {
namespace {

using Content = MessageInflater::Content;
using Status = MessageInflater::Status;
using namespace std::string_literals;

std::string noise(std::size_t bytes) {
  std::mt19937 random(7);
  std::string out;
  while (out.size() < bytes) out.push_back(static_cast<char>(random()));
  return out;
}

class WebSocketDeflate : public ::testing::Test {
 protected:
  Status status(std::string_view payload, Content content = Content::binary, std::size_t max_bytes = 1'000) {
    return inflater_.inflate(payload, content, max_bytes).status;
  }
  // "" when it failed.
  std::string message(std::string_view payload) {
    const auto result = inflater_.inflate(payload, Content::binary, 100'000);
    return result.status == Status::whole ? std::string(result.message) : "";
  }
  std::string deflated(std::string_view text, std::uint8_t window_bits = 15) {
    return deflater_.deflate(text, window_bits).value();
  }

  MessageDeflater deflater_;
  MessageInflater inflater_;
};

TEST_F(WebSocketDeflate, ReadsTheExamplesOfTheSpecification) {
  EXPECT_EQ(message("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(message("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello") << "a block that is not compressed";
  EXPECT_EQ(message("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello") << "a block that says it is the last";
  EXPECT_EQ(message("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s), "Hello") << "two blocks";
  EXPECT_EQ(status("\x00"s), Status::whole) << "an empty message";
}

TEST_F(WebSocketDeflate, WhatItWritesIsReadAgainWithEveryWindow) {
  for (std::uint8_t bits = MessageDeflater::kMinWindowBits; bits <= MessageDeflater::kMaxWindowBits; ++bits) {
    std::string text;
    for (int i = 0; i < 3'000; ++i) text += "line " + std::to_string(i % 997) + "\n";
    const std::string packed = deflated(text, bits);
    EXPECT_LT(packed.size(), text.size());
    EXPECT_EQ(message(packed), text);
  }
}

TEST_F(WebSocketDeflate, WhatDoesNotGetSmallerIsNotCompressed) {
  EXPECT_FALSE(deflater_.deflate("", 15));
  EXPECT_FALSE(deflater_.deflate("a", 15));
  EXPECT_FALSE(deflater_.deflate(noise(100'000), 15));
  EXPECT_TRUE(deflater_.deflate(std::string(100, 'a'), 15));
}

TEST_F(WebSocketDeflate, NoMessageNeedsOrSeesTheOneBefore) {
  const std::string text = "a sentence that is there twice, a sentence that is there twice";
  EXPECT_EQ(deflated(text), deflated(text));
  ASSERT_EQ(message(deflated("0123456789abcdef0123456789abcdef")), "0123456789abcdef0123456789abcdef");
  // "Hello" after a message "Hello", by reference to it (RFC 7692, section 7.2.3.2).
  ASSERT_EQ(message("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(status("\xf2\x00\x11\x00\x00"s), Status::corrupt);
}

TEST_F(WebSocketDeflate, TheLimitIsThatOfTheMessageAndNotOfItsPayload) {
  const std::string payload = deflated(std::string(1'000, 'x'));
  EXPECT_EQ(status(payload, Content::binary, 1'000), Status::whole);
  EXPECT_EQ(status(payload, Content::binary, 999), Status::too_big);
  EXPECT_EQ(status(deflated(std::string(20'000, 'x')), Content::binary, 20'000), Status::whole);
  EXPECT_EQ(status(deflated(std::string(20'001, 'x')), Content::binary, 20'000), Status::too_big);
  EXPECT_EQ(status("\x00"s, Content::binary, 0), Status::whole);
}

TEST_F(WebSocketDeflate, ABombStopsAtTheLimit) {
  const std::string bomb = deflated(std::string(50'000'000, 'x'));
  EXPECT_LT(bomb.size(), 250'000U);
  EXPECT_EQ(status(bomb + "not even DEFLATE", Content::binary, 100'000), Status::too_big)
      << "the rest is not looked at";
}

TEST_F(WebSocketDeflate, TextFailsAtItsFirstWrongByte) {
  const auto wrong_early = deflated("\xff" + std::string(5'000, 'x'));
  EXPECT_EQ(status(wrong_early, Content::text, 10'000), Status::not_utf8);
  EXPECT_EQ(status(wrong_early, Content::binary, 10'000), Status::whole);
  EXPECT_EQ(status(wrong_early, Content::text, 100), Status::not_utf8) << "what is wrong first";
  const auto cut_character = deflated(std::string(5'000, 'x') + "\xe2\x82");
  EXPECT_EQ(status(cut_character, Content::text, 10'000), Status::not_utf8);
  // A character that lies over two pieces of output.
  EXPECT_EQ(status(deflated(std::string(16 * 1024 - 1, 'x') + "\xe2\x82\xac"), Content::text, 100'000), Status::whole);
}

TEST_F(WebSocketDeflate, WhatIsNoDeflateIsCorrupt) {
  EXPECT_EQ(status(""), Status::corrupt);
  EXPECT_EQ(status("\x07"), Status::corrupt) << "a block of the reserved type";
  EXPECT_EQ(status("\x00\x05\x00\xfa\xfe\x48"s), Status::corrupt) << "lengths that do not agree";
  EXPECT_EQ(status("\xf3\x48\xcd\xc9\xc9\x07\x00"s), Status::corrupt) << "nothing behind the last block";
  const std::string whole = deflated("a sentence that is there twice, a sentence that is there twice");
  for (std::size_t cut = 1; cut + 1 < whole.size(); ++cut) {
    EXPECT_EQ(status(whole.substr(0, cut)), Status::corrupt) << cut;
  }
  EXPECT_EQ(status(whole), Status::whole) << "a failure leaves nothing behind";
}

}  // namespace
}  // namespace skat::net
