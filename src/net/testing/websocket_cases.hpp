// Tables of WebSocket cases: what a client sends, in the pieces in which it arrives, and all that an echoing server
// says to it. Every case names the sentence that it tests, runs as a test of its own, and is also run with its bytes in
// one piece and one by one. The server is FrameReader, encode_reply and FrameDeflater, without a socket.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/websocket_frame.hpp"

namespace skat::net::testing {

enum class Packed : std::uint8_t { no, yes };

// A frame of the server, inflated.
struct Answer {
  unsigned first_byte = 0;  // FIN and opcode, RSV1 is in `packed`
  std::string payload;
  Packed packed = Packed::no;
  bool operator==(const Answer&) const = default;
};
void PrintTo(const Answer& answer, std::ostream* out);

inline constexpr std::size_t kNever = static_cast<std::size_t>(-1);
inline constexpr std::size_t kKiB = 1'024, kMiB = 1'024 * kKiB;

struct Script {
  std::vector<std::string> writes;  // each arrives by itself
  std::vector<Answer> answers;
  std::size_t closes_at = kNever;  // the write that makes the server say Close: not the one before, not the one after
  bool unfinished = false;         // the client's last message is
  // What the product sets lower (WebSocketConfig); raised, so that the rules alone decide.
  FrameLimits limits{.max_message_bytes = 16 * kMiB, .max_fragments = kMiB};
  std::string offer;                    // Sec-WebSocket-Extensions, "" for none
  std::size_t min_deflate_bytes = 128;  // of what the server compresses
};

struct Case {
  std::string name;
  std::string rule;  // "RFC 6455, 5.2: what it says there"
  std::function<Script()> script;
};
void PrintTo(const Case& one, std::ostream* out);
[[nodiscard]] std::string case_name(const ::testing::TestParamInfo<Case>& info);

class WebSocketCases : public ::testing::TestWithParam<Case> {
 protected:
  static void check(const Case& one);
};
// At least `count` cases, each with a rule, no two of which send the same.
void check_group(const std::vector<Case>& cases, std::size_t count);

// ---- what a client sends; client_frame (test_client.hpp) makes any frame

[[nodiscard]] std::string text(std::string_view payload);
[[nodiscard]] std::string binary(std::string_view payload);
[[nodiscard]] std::string ping(std::string_view payload);
[[nodiscard]] std::string pong(std::string_view payload);
[[nodiscard]] std::string close(std::uint16_t code, std::string_view reason = {});
// A message in frames that carry `bytes` each; `first_byte` as in client_frame, FIN is set here.
[[nodiscard]] std::vector<std::string> fragments(unsigned first_byte, std::string_view message, std::size_t bytes);
[[nodiscard]] std::vector<std::string> chopped(std::string_view stream, std::size_t bytes);
[[nodiscard]] std::string joined(const std::vector<std::string>& pieces);

// A compressed message's payload, made by zlib directly and not by what is tested.
struct Packing {
  int window_bits = 15;
  int level = 6;
};
[[nodiscard]] std::string packed(std::string_view message, Packing packing = {});

// ---- what the server says

[[nodiscard]] Answer text_answer(std::string_view payload, Packed how = Packed::no);
[[nodiscard]] Answer binary_answer(std::string_view payload, Packed how = Packed::no);
[[nodiscard]] Answer pong_answer(std::string_view payload);
[[nodiscard]] Answer close_answer(std::uint16_t code);  // kCloseNoCode: without one

// ---- whole scripts

// Everything is answered, nothing ends.
[[nodiscard]] Script says(std::vector<std::string> writes, std::vector<Answer> answers);
// The last write makes the server close with `code`, after `answers`.
[[nodiscard]] Script fails(std::vector<std::string> writes, std::uint16_t code, std::vector<Answer> answers = {});

}  // namespace skat::net::testing

// A group of the tables: NAME.KeepsItsRule, once for every case, and NAME.HasItsCases.
#define SKAT_WEBSOCKET_GROUP(NAME, CASES, COUNT)                                                          \
  class NAME : public ::skat::net::testing::WebSocketCases {};                                            \
  TEST_P(NAME, KeepsItsRule) {                                                                            \
    check(GetParam());                                                                                    \
  }                                                                                                       \
  INSTANTIATE_TEST_SUITE_P(WebSocket, NAME, ::testing::ValuesIn(CASES), ::skat::net::testing::case_name); \
  TEST(NAME##Group, HasItsCases) {                                                                        \
    ::skat::net::testing::check_group(CASES, COUNT);                                                      \
  }
