#include "net/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/testing/test_client.hpp"
#include "net/utf8_stream.hpp"
#include "net/websocket_connection.hpp"
#include "net/websocket_handshake.hpp"

namespace skat::net {
namespace {

using Event = FrameReader::Event;
using testing::client_frame;

struct Seen {
  Event event;
  std::uint16_t code;
  std::string payload;
  bool operator==(const Seen&) const = default;
};
void PrintTo(const Seen& seen, std::ostream* out) {
  *out << static_cast<int>(seen.event) << '/' << seen.code << '/' << seen.payload.substr(0, 40);
}

// All that the reader says, given `bytes` in pieces of `step`.
std::vector<Seen> read(std::string bytes, std::size_t step = std::string::npos,
                       FrameLimits limits = {.max_message_bytes = 1'000, .max_fragments = 4}) {
  FrameReader reader;
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(step, bytes.size() - at)) {
    std::span<char> input(bytes.data() + at, std::min(step, bytes.size() - at));
    for (;;) {
      const auto item = reader.next(input, limits);
      if (item.event == Event::none) break;
      seen.push_back({item.event, item.code, std::string(item.payload)});
      if (item.event == Event::error) return seen;
    }
    EXPECT_TRUE(input.empty());
  }
  return seen;
}

std::vector<Seen> failed(std::uint16_t code) {
  return {{Event::error, code, ""}};
}

TEST(WebSocketFrame, ReadsTheExampleOfTheSpecification) {
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), (std::vector<Seen>{{Event::text, 0, "Hello"}}));
}

TEST(WebSocketFrame, ReadsMessagesHoweverTheyAreCut) {
  const std::string medium(300, 'm');
  const std::string bytes = client_frame(0x81, "first") + client_frame(0x01, "fra") + client_frame(0x89, "ping?") +
                            client_frame(0x00, "gm") + client_frame(0x8a, "") + client_frame(0x80, "ents") +
                            client_frame(0x82, medium) + client_frame(0x81, "") +
                            client_frame(0x88,
                                         "\x03\xe8"
                                         "bye");
  const std::vector<Seen> expected{{Event::text, 0, "first"},     {Event::ping, 0, "ping?"},  {Event::pong, 0, ""},
                                   {Event::text, 0, "fragments"}, {Event::binary, 0, medium}, {Event::text, 0, ""},
                                   {Event::close, 1000, "bye"}};
  for (std::size_t step = 1; step <= bytes.size(); ++step) ASSERT_EQ(read(bytes, step), expected) << step;
}

TEST(WebSocketFrame, OwnsNoMemoryBetweenMessages) {
  FrameReader reader;
  const FrameLimits limits{.max_message_bytes = 1'000, .max_fragments = 4};
  std::string whole = client_frame(0x81, "whole");
  std::span<char> input(whole);
  const auto item = reader.next(input, limits);
  EXPECT_EQ(item.payload.data(), whole.data() + 6);  // where it lies
  EXPECT_TRUE(reader.idle());

  std::string cut = client_frame(0x81, "cut in two");
  input = std::span(cut).first(9);
  EXPECT_EQ(reader.next(input, limits).event, Event::none);
  EXPECT_FALSE(reader.idle());
  input = std::span(cut).subspan(9);
  EXPECT_EQ(reader.next(input, limits).event, Event::text);
  EXPECT_EQ(reader.next(input, limits).event, Event::none);
  EXPECT_TRUE(reader.idle());
}

TEST(WebSocketFrame, RefusesWhatAClientMayNotSend) {
  std::string unmasked = "\x81\x02hi";
  EXPECT_EQ(read(unmasked), failed(1002));
  for (const unsigned first : {0xc1U, 0xa1U, 0x91U}) EXPECT_EQ(read(client_frame(first, "x")), failed(1002));
  for (const unsigned first : {0x83U, 0x87U, 0x8bU, 0x8fU}) EXPECT_EQ(read(client_frame(first, "")), failed(1002));
  EXPECT_EQ(read(client_frame(0x09, "fragmented ping")), failed(1002));
  EXPECT_EQ(read(client_frame(0x89, std::string(126, 'x'))), failed(1002));
  EXPECT_EQ(read(client_frame(0x80, "nothing to continue")), failed(1002));
  EXPECT_EQ(read(client_frame(0x00, "nothing to continue")), failed(1002));
  EXPECT_EQ(read(client_frame(0x01, "a") + client_frame(0x81, "b")), failed(1002));
  EXPECT_EQ(read(client_frame(0x01, "a") + client_frame(0x02, "b"), 1), failed(1002));
}

TEST(WebSocketFrame, RefusesALengthThatIsNotTheShortest) {
  using namespace std::string_literals;
  EXPECT_EQ(read("\x81\xfe\x00\x7d"s), failed(1002));
  EXPECT_EQ(read("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"s), failed(1002));
  EXPECT_EQ(read("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"s), failed(1002));
}

TEST(WebSocketFrame, SaysNothingAfterItsEnd) {
  const std::string more = client_frame(0x81, "more");
  const auto closed = std::vector<Seen>{{Event::close, 1000, ""}};
  const auto bytes = client_frame(0x88, "\x03\xe8") + more;
  for (std::size_t step = 1; step <= bytes.size(); ++step) EXPECT_EQ(read(bytes, step), closed);
  FrameReader reader;
  std::string broken = "\x83" + more, later = more;
  std::span<char> input(broken);
  const FrameLimits limits{.max_message_bytes = 1'000, .max_fragments = 4};
  EXPECT_EQ(reader.next(input, limits).event, Event::error);
  for (std::span<char> rest : {input, std::span<char>(later)}) {
    EXPECT_EQ(reader.next(rest, limits).event, Event::none);
    EXPECT_TRUE(rest.empty());
  }
  EXPECT_TRUE(reader.idle());
}

TEST(WebSocketFrame, RepliesAreWhatThePeerIsOwed) {
  EXPECT_EQ(encode_reply({Event::ping, 0, "p"}), "\x8a\x01p");
  EXPECT_EQ(encode_reply({Event::close, 1001, "why"}), "\x88\x02\x03\xe9");
  EXPECT_EQ(encode_reply({Event::close, kCloseNoCode, ""}), std::string("\x88\x00", 2));
  EXPECT_EQ(encode_reply({Event::error, 1009, ""}), "\x88\x02\x03\xf1");
  for (const auto event : {Event::none, Event::text, Event::binary, Event::pong}) {
    EXPECT_EQ(encode_reply({event, 0, ""}), std::nullopt);
  }
}

TEST(WebSocketFrame, FailsAtTheFirstByteThatShowsIt) {
  EXPECT_EQ(read("\xc1"), failed(1002));
  EXPECT_EQ(read("\x81\x02"), failed(1002));
}

TEST(WebSocketFrame, ChecksTheSizeBeforeThePayloadComes) {
  const std::string head = client_frame(0x82, std::string(1'001, 'x')).substr(0, 8);
  EXPECT_EQ(read(head), failed(1009));
  EXPECT_EQ(read(head, 1), failed(1009));
  EXPECT_EQ(read(client_frame(0x82, std::string(1'000, 'x'))).size(), 1U);
  const auto fragments = client_frame(0x02, std::string(600, 'x')) + client_frame(0x80, std::string(401, 'x'));
  EXPECT_EQ(read(fragments), failed(1009));
  using namespace std::string_literals;
  EXPECT_EQ(read("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"s), failed(1009));
}

TEST(WebSocketFrame, CountsFragments) {
  std::string bytes = client_frame(0x02, "");
  for (int i = 0; i < 3; ++i) bytes += client_frame(0x00, "");
  EXPECT_EQ(read(bytes), std::vector<Seen>{});
  EXPECT_EQ(read(bytes + client_frame(0x80, "")), failed(1008));
}

TEST(WebSocketFrame, TextHasToBeUtf8AndFailsEarly) {
  EXPECT_EQ(read(client_frame(0x81, "\xce\xba\xe1\xbd\xb9")).front().event, Event::text);
  EXPECT_EQ(read(client_frame(0x81, "a\xff")), failed(1007));
  EXPECT_EQ(read(client_frame(0x81, "cut \xe2\x82")), failed(1007));
  EXPECT_EQ(read(client_frame(0x82, "\xff")).front().event, Event::binary);
  // A character over two fragments is fine; a wrong byte fails before the message ends.
  EXPECT_EQ(read(client_frame(0x01, "\xe2\x82") + client_frame(0x80, "\xac")),
            (std::vector<Seen>{{Event::text, 0, "\xe2\x82\xac"}}));
  EXPECT_EQ(read(client_frame(0x01, "\xe2\x82") + client_frame(0x00, "\x28")), failed(1007));
  EXPECT_EQ(read(client_frame(0x01, "\xe2\x82") + client_frame(0x80, "")), failed(1007));
}

TEST(WebSocketFrame, ACloseHasAValidCodeAndReasonOrNothing) {
  EXPECT_EQ(read(client_frame(0x88, "")), (std::vector<Seen>{{Event::close, 1005, ""}}));
  EXPECT_EQ(read(client_frame(0x88, "\x03")), failed(1002));
  EXPECT_EQ(read(client_frame(0x88, "\x03\xe8\xff")), failed(1007));
  for (const unsigned code : {999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(read(client_frame(0x88, payload)), failed(1002)) << code;
  }
  for (const unsigned code : {1000U, 1001U, 1011U, 3000U, 4999U}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(read(client_frame(0x88, payload)).front().code, code);
  }
}

TEST(WebSocketFrame, UnmasksFromAnyPosition) {
  const std::array<char, 4> mask{'\x11', '\x22', '\x33', '\x44'};
  std::string plain;
  for (int i = 0; i < 50; ++i) plain.push_back(static_cast<char>(i * 7));
  std::string masked = plain;
  for (std::size_t i = 0; i < masked.size(); ++i) masked[i] = static_cast<char>(masked[i] ^ mask[i % 4]);
  for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
    std::string copy = masked;
    unmask(std::span(copy).first(cut), mask, 0);
    unmask(std::span(copy).subspan(cut), mask, cut);
    ASSERT_EQ(copy, plain) << cut;
  }
}

TEST(WebSocketFrame, HeadersGrowWithTheLength) {
  using namespace std::string_literals;
  EXPECT_EQ(encode_frame_header(1, 125), "\x81\x7d"s);
  EXPECT_EQ(encode_frame_header(2, 126), "\x82\x7e\x00\x7e"s);
  EXPECT_EQ(encode_frame_header(1, 65'535), "\x81\x7e\xff\xff"s);
  EXPECT_EQ(encode_frame_header(1, 65'536), "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(WebSocketFrame, ALongCloseReasonIsCutBetweenCharacters) {
  using namespace std::string_literals;
  EXPECT_EQ(encode_close(0, "unused"), "\x88\x00"s);
  EXPECT_EQ(encode_close(1000, "ok"), "\x88\x04\x03\xe8ok"s);
  std::string reason(122, 'a');
  EXPECT_EQ(encode_close(1000, reason + "\xc3\xa4").size(), 2U + 2 + 122);
}

TEST(WebSocketHandshake, TheAcceptKeyIsThatOfTheSpecification) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Utf8Stream, AgreesWithTheTableOfTheStandardForEveryCodePoint) {
  for (std::uint32_t c = 0x80; c <= 0x1fffff; c += c < 0x11000 ? 1 : 61) {
    std::string text;
    if (c < 0x800) {
      text = {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
    } else if (c < 0x10000) {
      text = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
              static_cast<char>(0x80 | (c & 0x3f))};
    } else {
      text = {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3f)),
              static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
    }
    Utf8Stream utf8;
    const bool valid = utf8.feed(text) && utf8.complete();
    ASSERT_EQ(valid, c <= 0x10ffff && (c < 0xd800 || c > 0xdfff)) << c;
  }
}

TEST(Utf8Stream, FindsAWrongByteAnywhereInLongText) {
  const std::string good = std::string(40, 'a') + "\xe2\x82\xac" + std::string(70, 'b');
  Utf8Stream clean;
  EXPECT_TRUE(clean.feed(good) && clean.complete());
  for (std::size_t at = 0; at <= good.size(); ++at) {
    std::string bad = good;
    bad.insert(at, 1, '\xff');
    Utf8Stream utf8;
    EXPECT_FALSE(utf8.feed(bad)) << at;
  }
  for (const std::string_view overlong : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\x80"}) {
    Utf8Stream utf8;
    EXPECT_FALSE(utf8.feed(overlong));
  }
}

}  // namespace
}  // namespace skat::net
