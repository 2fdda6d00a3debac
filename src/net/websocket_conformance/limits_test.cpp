// Large messages and many of them, with limits raised (RFC 6455, sections 5.2, 5.4, 10.4); and the product's own
// limits, each at its value and one past it.
#include <fmt/format.h>

#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"
#include "net/websocket_connection.hpp"

namespace skat::net::testing {
namespace {

enum class Kind : std::uint8_t { text, binary };

unsigned first_byte(Kind kind) {
  return kind == Kind::text ? 0x81 : 0x82;
}
const char* word(Kind kind) {
  return kind == Kind::text ? "Text" : "Binary";
}
std::string payload_of(Kind kind, std::size_t bytes) {
  if (kind == Kind::binary) return std::string(bytes, '\xfe');
  std::string out;
  out.reserve(bytes);
  while (out.size() + 64 <= bytes)
    out.append("ASCII, \xc3\xa4, \xe2\x82\xac, \xf0\x9f\x98\x80 and again ASCII, so that all are there..");
  return out.append(bytes - out.size(), '.');
}
Answer answer(Kind kind, const std::string& payload) {
  return {first_byte(kind), payload, Packed::no};
}
std::string size_text(std::size_t bytes) {
  return bytes >= kMiB   ? fmt::format("{}MiB", bytes / kMiB)
         : bytes >= kKiB ? fmt::format("{}KiB", bytes / kKiB)
                         : fmt::format("{}Bytes", bytes);
}

std::vector<Case> large_cases() {
  std::vector<Case> cases;
  for (const Kind kind : {Kind::text, Kind::binary}) {
    for (const std::size_t bytes : {64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB, 8 * kMiB, 16 * kMiB}) {
      cases.push_back({fmt::format("{}Of{}", word(kind), size_text(bytes)),
                       "RFC 6455, 5.2: a frame carries up to 2^63 bytes", [kind, bytes] {
                         const auto payload = payload_of(kind, bytes);
                         return says({client_frame(first_byte(kind), payload)}, {answer(kind, payload)});
                       }});
    }
    for (const std::size_t piece : {64UL, 256UL, kKiB, 4 * kKiB, 16 * kKiB, 64 * kKiB, 256 * kKiB, kMiB, 2 * kMiB}) {
      cases.push_back({fmt::format("{}Of4MiBInFramesOf{}", word(kind), size_text(piece)),
                       "RFC 6455, 5.4: a message may be sent in parts while its length is unknown", [kind, piece] {
                         const auto payload = payload_of(kind, 4 * kMiB);
                         Script script = says({}, {answer(kind, payload)});
                         // A write a frame would be 65,536 writes: sixty-four frames arrive together.
                         std::string write;
                         std::size_t count = 0;
                         for (auto& frame : fragments(first_byte(kind), payload, piece)) {
                           write += frame;
                           if (++count % 64 == 0 || frame.size() > kKiB)
                             script.writes.push_back(std::exchange(write, {}));
                         }
                         if (!write.empty()) script.writes.push_back(std::move(write));
                         return script;
                       }});
    }
    for (const std::size_t piece : {64UL, 128UL, 256UL, 512UL, kKiB, 2 * kKiB}) {
      cases.push_back({fmt::format("{}Of1MiBInWritesOf{}", word(kind), size_text(piece)),
                       "RFC 6455, 5: a frame may arrive in any number of pieces", [kind, piece] {
                         const auto payload = payload_of(kind, kMiB);
                         return says(chopped(client_frame(first_byte(kind), payload), piece), {answer(kind, payload)});
                       }});
    }
    for (const std::size_t bytes : {0UL, 16UL, 64UL, 256UL, kKiB, 4 * kKiB}) {
      cases.push_back({fmt::format("ThousandTimes{}Of{}", word(kind), size_text(bytes)),
                       "RFC 6455, 5.4: messages come back in the order in which they were sent", [kind, bytes] {
                         Script script;
                         for (int i = 0; i < 1'000; ++i) {
                           std::string payload = payload_of(kind, bytes);
                           if (bytes != 0) payload.replace(0, 4, fmt::format("{:04}", i));
                           script.writes.push_back(client_frame(first_byte(kind), payload));
                           script.answers.push_back(answer(kind, payload));
                         }
                         return script;
                       }});
    }
  }
  return cases;
}

// ---- what the product allows by default

Script with_product_limits(Script script) {
  const WebSocketConfig config;
  script.limits = {config.max_message_bytes, config.max_fragments};
  return script;
}
constexpr const char* kTooBig = "RFC 6455, 7.4.1: 1009 is for a message that is too big to process";
constexpr const char* kLimit = "RFC 6455, 10.4: an endpoint limits the size of frames and of messages put together";

std::vector<Case> product_cases() {
  static const std::size_t max_bytes = WebSocketConfig{}.max_message_bytes;
  static const std::size_t max_fragments = WebSocketConfig{}.max_fragments;
  std::vector<Case> cases;
  for (const Kind kind : {Kind::text, Kind::binary}) {
    cases.push_back({fmt::format("{}AtTheLimit", word(kind)), kLimit, [kind] {
                       const auto payload = payload_of(kind, max_bytes);
                       return with_product_limits(
                           says({client_frame(first_byte(kind), payload)}, {answer(kind, payload)}));
                     }});
    cases.push_back({fmt::format("{}OneByteMore", word(kind)), kTooBig, [kind] {
                       const auto frame = client_frame(first_byte(kind), payload_of(kind, max_bytes + 1));
                       return with_product_limits(fails({frame.substr(0, 13), frame.substr(13, 1)}, 1009));
                     }});
    cases.push_back({fmt::format("{}InFramesAtTheLimit", word(kind)), kLimit, [kind] {
                       const auto payload = payload_of(kind, max_bytes);
                       return with_product_limits(
                           says(fragments(first_byte(kind), payload, max_bytes / 2), {answer(kind, payload)}));
                     }});
    cases.push_back({fmt::format("{}InFramesOneByteMore", word(kind)), kTooBig, [kind] {
                       auto frames = fragments(first_byte(kind), payload_of(kind, max_bytes + 1), max_bytes / 2);
                       return with_product_limits(fails({frames[0], frames[1], frames[2].substr(0, 6)}, 1009));
                     }});
  }
  cases.push_back({"AnnouncedOnly", "RFC 6455, 10.4: the size that a frame announces is enough to refuse it", [] {
                     return with_product_limits(
                         fails({std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 14)}, 1009));
                   }});
  cases.push_back({"FragmentsAtTheLimit", kLimit, [] {
                     const std::string payload(max_fragments, 'f');
                     return with_product_limits(says(fragments(0x81, payload, 1), {text_answer(payload)}));
                   }});
  cases.push_back(
      {"OneFragmentMore", "RFC 6455, 7.4.1: 1008 is for what breaks a policy that has no code of its own",
       [] { return with_product_limits(fails(fragments(0x81, std::string(max_fragments + 1, 'f'), 1), 1008)); }});
  cases.push_back({"EmptyFragmentsCount", "RFC 6455, 10.4: an endless row of empty frames has an end too", [] {
                     std::vector<std::string> writes{client_frame(0x02, "")};
                     for (std::size_t i = 0; i < max_fragments; ++i) writes.push_back(client_frame(0x00, ""));
                     return with_product_limits(fails(std::move(writes), 1008));
                   }});
  for (const std::size_t more : {0U, 1U}) {
    cases.push_back({more == 0 ? "InflatedAtTheLimit" : "InflatedOneByteMore",
                     "RFC 7692, 8: what a message grows to is limited like a message that is not compressed", [more] {
                       const auto payload = payload_of(Kind::text, max_bytes + more);
                       const std::vector<std::string> writes{client_frame(0xc1, packed(payload))};
                       Script script =
                           more == 0 ? says(writes, {text_answer(payload, Packed::yes)}) : fails(writes, 1009);
                       script.offer = "permessage-deflate";
                       return with_product_limits(std::move(script));
                     }});
  }
  cases.push_back({"CompressedOnTheWireOneByteMore", kTooBig, [] {
                     const auto frame = client_frame(0xc2, std::string(max_bytes + 1, 'x'));
                     Script script = fails({frame.substr(0, 14)}, 1009);
                     script.offer = "permessage-deflate";
                     return with_product_limits(std::move(script));
                   }});
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketLargeMessages, large_cases(), 54)
SKAT_WEBSOCKET_GROUP(WebSocketProductLimits, product_cases(), 15)

}  // namespace
}  // namespace skat::net::testing
