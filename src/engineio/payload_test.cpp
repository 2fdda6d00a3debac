#include "engineio/payload.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace skat::engineio {
namespace {

struct Read {
  std::vector<std::string> packets;  // type digit, then data; binary as "b" and the bytes
  bool failed = false;
};

Read read(std::string_view body, std::size_t max_packets = 100) {
  Read out;
  PayloadReader reader(body, max_packets);
  while (const auto packet = reader.next()) {
    const char type = packet->binary ? 'b' : static_cast<char>('0' + static_cast<int>(packet->type));
    out.packets.push_back(type + std::string(packet->data));
  }
  out.failed = reader.failed();
  return out;
}

using Packets = std::vector<std::string>;

TEST(Payload, SplitsOnTheRecordSeparator) {
  const Read body = read(
      "4hello\x1e"
      "2\x1e"
      "4world");
  EXPECT_EQ(body.packets, (Packets{"4hello", "2", "4world"}));
  EXPECT_FALSE(body.failed);
}

TEST(Payload, DecodesBinaryAmongText) {
  const Read body = read(
      "4hello\x1e"
      "bAQID");
  EXPECT_EQ(body.packets, (Packets{"4hello", "b\x01\x02\x03"}));
  EXPECT_FALSE(body.failed);
}

TEST(Payload, StopsAtTheFirstBadPacketAfterDeliveringTheOnesBefore) {
  const Read body = read(
      "4a\x1e"
      "x\x1e"
      "4b");
  EXPECT_EQ(body.packets, (Packets{"4a"}));
  EXPECT_TRUE(body.failed);
}

TEST(Payload, RefusesAnEmptyBodyAndATrailingSeparator) {
  EXPECT_TRUE(read("").failed);
  const Read trailing = read("4a\x1e");
  EXPECT_EQ(trailing.packets, (Packets{"4a"}));
  EXPECT_TRUE(trailing.failed);
}

TEST(Payload, FailsAtTheFirstPacketPastTheCap) {
  const Read within = read(
      "4\x1e"
      "4\x1e"
      "4",
      3);
  EXPECT_EQ(within.packets.size(), 3u);
  EXPECT_FALSE(within.failed);
  const Read past = read(
      "4\x1e"
      "4\x1e"
      "4\x1e"
      "4",
      3);
  EXPECT_EQ(past.packets.size(), 3u);
  EXPECT_TRUE(past.failed);
}

TEST(Payload, JoinsFramesWithBinaryAsBase64) {
  const std::vector<Frame> frames{make_text_frame("hello"), make_binary_frame(std::string_view("\x01\x02\x03\x04", 4)),
                                  ping_frame(), make_binary_frame("")};
  EXPECT_EQ(join_payload(frames),
            "4hello\x1e"
            "bAQIDBA==\x1e"
            "2\x1e"
            "b");
}

TEST(Payload, KnowsWhatAFrameTakesOnPolling) {
  for (std::size_t bytes = 0; bytes < 10; ++bytes) {
    const std::vector<Frame> frames{make_binary_frame(std::string(bytes, 'x'))};
    EXPECT_EQ(polling_bytes(*frames.front()), join_payload(frames).size());
  }
  EXPECT_EQ(polling_bytes(*make_text_frame("abc")), 4u);
}

}  // namespace
}  // namespace skat::engineio
