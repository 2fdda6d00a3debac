// The frame itself: lengths, masks, and that a message keeps its type and bytes (RFC 6455, sections 5.2, 5.3, 5.6).
#include <array>

#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

struct Length {
  std::size_t bytes;
  const char* rule;
};
constexpr std::array<Length, 7> kLengths{{
    {0, "RFC 6455, 5.2: application data may be of length zero"},
    {125, "RFC 6455, 5.2: up to 125 the seven bits are the length"},
    {126, "RFC 6455, 5.2: the value 126 says that the next two bytes are the length"},
    {127, "RFC 6455, 5.2: a length of 127 takes two bytes, it is not the mark for eight"},
    {128, "RFC 6455, 5.2: the two bytes are in network byte order"},
    {65'535, "RFC 6455, 5.2: two bytes hold lengths up to 65535"},
    {65'536, "RFC 6455, 5.2: the value 127 says that the next eight bytes are the length"},
}};

// 0x81 with its length in `length_bytes` (0, 2 or 8), whether or not that is the shortest form.
std::string with_length(std::size_t size, unsigned length_bytes) {
  std::string frame = "\x81";
  frame.push_back(static_cast<char>(0x80U | (length_bytes == 0 ? size : length_bytes == 2 ? 126U : 127U)));
  for (unsigned shift = length_bytes * 8; shift != 0; shift -= 8) {
    frame.push_back(static_cast<char>(size >> (shift - 8) & 0xff));
  }
  return frame.append(4, '\0').append(size, 'x');
}

std::string with_mask(std::string_view payload, const std::array<char, 4>& mask) {
  std::string frame{'\x81', static_cast<char>(0x80U | payload.size()), mask[0], mask[1], mask[2], mask[3]};
  for (std::size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return frame;
}

std::vector<Case> framing_cases() {
  std::vector<Case> cases;
  for (const auto& [bytes, rule] : kLengths) {
    const std::string size = std::to_string(bytes);
    const std::size_t n = bytes;
    cases.push_back({"TextOf" + size + "Bytes", rule, [n] {
                       const std::string payload(n, '*');
                       return says({text(payload)}, {text_answer(payload)});
                     }});
    cases.push_back({"BinaryOf" + size + "Bytes", rule, [n] {
                       const std::string payload(n, '\xfe');
                       return says({binary(payload)}, {binary_answer(payload)});
                     }});
  }
  cases.push_back(
      {"TextOf65536BytesInPiecesOf997", "RFC 6455, 5: a frame has no relation to how TCP cuts the stream", [] {
         const std::string payload(65'536, '*');
         return says(chopped(text(payload), 997), {text_answer(payload)});
       }});
  cases.push_back(
      {"BinaryOf65536BytesInPiecesOf997", "RFC 6455, 5: a frame has no relation to how TCP cuts the stream", [] {
         const std::string payload(65'536, '\xfe');
         return says(chopped(binary(payload), 997), {binary_answer(payload)});
       }});
  cases.push_back(
      {"SeveralFramesInOnePiece", "RFC 6455, 5.4: messages come back in the order in which they were sent", [] {
         return says({text("one") + binary("two") + text("") + text("three")},
                     {text_answer("one"), binary_answer("two"), text_answer(""), text_answer("three")});
       }});
  cases.push_back({"TheExampleOfAMaskedTextMessage", "RFC 6455, 5.7: a masked text message \"Hello\" is these bytes",
                   [] { return says({"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"}, {text_answer("Hello")}); }});
  cases.push_back({"AMaskOfZeros", "RFC 6455, 5.3: each byte is XORed with the key's, whatever the key is",
                   [] { return says({with_mask("zeros", {0, 0, 0, 0})}, {text_answer("zeros")}); }});
  cases.push_back({"AMaskOfOnes", "RFC 6455, 5.3: a byte of the key may be anything", [] {
                     return says({with_mask("all ones", {'\xff', '\xff', '\xff', '\xff'})}, {text_answer("all ones")});
                   }});
  cases.push_back({"EveryFrameHasItsOwnMask", "RFC 6455, 5.3: the client picks a new key for each frame", [] {
                     return says({with_mask("first", {1, 2, 3, 4}) + with_mask("second", {'\x80', 7, '\x55', 0})},
                                 {text_answer("first"), text_answer("second")});
                   }});
  cases.push_back({"WithoutAMask", "RFC 6455, 5.1: the server closes when a frame is not masked",
                   [] { return fails({text("masked"), "\x81\x02"}, 1002, {text_answer("masked")}); }});
  cases.push_back({"ALengthBelow126InTwoBytes", "RFC 6455, 5.2: the shortest form of the length is the only one",
                   [] { return fails({with_length(125, 2)}, 1002); }});
  cases.push_back({"ALengthBelow126InEightBytes", "RFC 6455, 5.2: eight bytes are not for what one can say",
                   [] { return fails({with_length(125, 8)}, 1002); }});
  cases.push_back({"ALengthOf65535InEightBytes", "RFC 6455, 5.2: eight bytes are not for what two can say",
                   [] { return fails({with_length(65'535, 8)}, 1002); }});
  cases.push_back({"ALengthWithTheHighestBit", "RFC 6455, 5.2: the highest bit of the eight bytes is 0",
                   [] { return fails({std::string("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x01", 10)}, 1002); }});
  return cases;
}

std::vector<Case> auto_fragmentation_cases() {
  return {
      {"ALongMessageInFramesOf1300Bytes", "RFC 6455, 5.4: one side may fragment as it likes, the other need not",
       [] {
         const std::string payload(65'536, '*');
         return says(fragments(0x81, payload, 1'300), {text_answer(payload)});
       }},
      {"ALongBinaryMessageInFramesOf1300Bytes", "RFC 6455, 5.4: a message is its fragments put together",
       [] {
         const std::string payload(65'536, '\xfe');
         return says(fragments(0x82, payload, 1'300), {binary_answer(payload)});
       }},
  };
}

SKAT_WEBSOCKET_GROUP(WebSocketFraming, framing_cases(), 16)
SKAT_WEBSOCKET_GROUP(WebSocketAutoFragmentation, auto_fragmentation_cases(), 1)

}  // namespace
}  // namespace skat::net::testing
