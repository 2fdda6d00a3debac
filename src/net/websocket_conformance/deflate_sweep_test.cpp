// permessage-deflate over kinds of content, sizes, and ways to cut; and over the offers that a client may make
// (RFC 7692, sections 6 and 7). What goes to the server is made by zlib; what it says is inflated with the window that
// was agreed on, and no larger one.
#include <fmt/format.h>

#include <array>

#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

struct Content {
  const char* name;
  bool is_text;
  bool shrinks;
  std::string (*make)(std::size_t bytes);
};

std::string json(std::size_t bytes) {
  std::string out;
  for (unsigned i = 0; out.size() < bytes; ++i) {
    out += fmt::format(R"({{"id":{},"room":"room {}","text":"message {} of somebody","seen":{}}},)", i * 7'919, i % 5,
                       i * i % 1'009, i % 3 == 0);
  }
  return out.substr(0, bytes);
}
std::string words(std::size_t bytes) {
  std::string out;
  for (unsigned i = 0; out.size() < bytes; ++i) out += i % 7 == 0 ? "lorem ipsum " : "dolor sit amet ";
  return out.substr(0, bytes);
}
// Whole characters of two, three and four bytes: 9 a time, and "." for the rest.
std::string scripts(std::size_t bytes) {
  std::string out;
  while (out.size() + 9 <= bytes) out += "\xd0\xb6\xe3\x81\x82\xf0\x9f\x98\x80";
  return out.append(bytes - out.size(), '.');
}
std::string zeros(std::size_t bytes) {
  return std::string(bytes, '\0');
}
std::string noise(std::size_t bytes) {
  std::string out;
  for (std::uint32_t x = 1; out.size() < bytes;)
    out.push_back(static_cast<char>((x = x * 1'664'525U + 1'013'904'223U) >> 24));
  return out;
}

constexpr Content kJson{"Json", true, true, json};
constexpr Content kContents[] = {kJson,
                                 {"Words", true, true, words},
                                 {"Scripts", true, true, scripts},
                                 {"Zeros", false, true, zeros},
                                 {"Noise", false, false, noise}};

struct Shape {
  std::size_t bytes;        // of the message
  std::size_t frame_bytes;  // of the compressed payload in a frame; 0: one frame
  std::size_t write_bytes;  // 0: a write a frame
};
constexpr std::array<Shape, 18> kShapes{{
    {16, 0, 0},
    {64, 0, 0},
    {256, 0, 0},
    {kKiB, 0, 0},
    {4 * kKiB, 0, 0},
    {8 * kKiB, 0, 0},
    {16 * kKiB, 0, 0},
    {32 * kKiB, 0, 0},
    {64 * kKiB, 0, 0},
    {128 * kKiB, 0, 0},
    {kKiB, 1, 0},
    {4 * kKiB, 2, 0},
    {16 * kKiB, 3, 0},
    {64 * kKiB, 5, 0},
    {128 * kKiB, 7, 0},
    {256, 0, 1},
    {16 * kKiB, 0, 13},
    {128 * kKiB, 11, 17},
}};

std::string shape_name(const Shape& shape) {
  std::string name = fmt::format("{}Bytes", shape.bytes);
  if (shape.frame_bytes != 0) name += fmt::format("InFramesOf{}", shape.frame_bytes);
  if (shape.write_bytes != 0) name += fmt::format("InWritesOf{}", shape.write_bytes);
  return name;
}

Script exchange(const Content& content, const Shape& shape, const std::string& offer, Packing packing) {
  const std::string message = content.make(shape.bytes);
  const std::string payload = packed(message, packing);
  std::vector<std::string> writes =
      fragments(content.is_text ? 0xc1 : 0xc2, payload, shape.frame_bytes == 0 ? payload.size() : shape.frame_bytes);
  if (shape.write_bytes != 0) writes = chopped(joined(writes), shape.write_bytes);
  Script script;
  script.offer = offer;
  const Packed how = content.shrinks && message.size() >= script.min_deflate_bytes ? Packed::yes : Packed::no;
  script.writes = std::move(writes);
  script.answers = {content.is_text ? text_answer(message, how) : binary_answer(message, how)};
  return script;
}

std::vector<Case> content_cases() {
  std::vector<Case> cases;
  for (const Content& content : kContents) {
    for (const Shape& shape : kShapes) {
      const char* rule =
          shape.frame_bytes != 0
              ? "RFC 7692, 6.1: a compressed message may be cut into frames anywhere, RSV1 is on the first"
              : "RFC 7692, 7.2.2: appending 00 00 FF FF and inflating gives the message";
      cases.push_back({fmt::format("{}_{}", content.name, shape_name(shape)), rule, [content, shape] {
                         return exchange(content, shape, "permessage-deflate; client_max_window_bits", {});
                       }});
    }
  }
  return cases;
}

struct Offer {
  const char* name;
  const char* offer;
  Packing packing;  // of the client
  const char* rule;
};
constexpr Offer kOffers[] = {
    {"Plain", "permessage-deflate", {15, 9}, "RFC 7692, 7.1: an offer may come without parameters"},
    {"NoContextTakeover",
     "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
     {15, 1},
     "RFC 7692, 7.1.1: without context takeover each message has a window of its own"},
    {"ServerWindow9",
     "permessage-deflate; server_max_window_bits=9",
     {15, 6},
     "RFC 7692, 7.1.2.1: the server keeps to the window that the client asks for"},
    {"ServerWindow12",
     "permessage-deflate; server_max_window_bits=12",
     {15, 6},
     "RFC 7692, 7.1.2.1: any window up to the one asked for will do"},
    {"ServerWindow15",
     "permessage-deflate; server_max_window_bits=15",
     {15, 6},
     "RFC 7692, 7.1.2.1: 15 bits are the largest window"},
    {"ClientWindow9",
     "permessage-deflate; client_max_window_bits=9",
     {9, 6},
     "RFC 7692, 7.1.2.2: a client may use a smaller window than the server takes"},
    {"SecondOffer",
     "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=10",
     {10, 6},
     "RFC 7692, 5.1: offers are in the order of preference, the first that can be kept is taken"},
};

std::vector<Case> offer_cases() {
  std::vector<Case> cases;
  for (const Offer& offer : kOffers) {
    for (const Shape& shape : kShapes) {
      cases.push_back({fmt::format("{}_{}", offer.name, shape_name(shape)), offer.rule,
                       [&offer, shape] { return exchange(kJson, shape, offer.offer, offer.packing); }});
    }
  }
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketDeflateContent, content_cases(), 90)
SKAT_WEBSOCKET_GROUP(WebSocketDeflateOffers, offer_cases(), 126)

}  // namespace
}  // namespace skat::net::testing
