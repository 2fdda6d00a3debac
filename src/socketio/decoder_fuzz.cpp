// Any messages, in any order, end in a packet, in waiting, or in a violation; the parts of a packet lie in its text and
// are JSON, attachments keep to the limit, and an event written again from its parts reads the same.
// Input: messages with 0x1E between them; one that begins with "b" is binary. tests/corpus/decoder holds the first
// inputs.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "socketio/decoder.hpp"
#include "socketio/encoder.hpp"
#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"

namespace {

using skat::socketio::Config;
using skat::socketio::Decoder;
using skat::socketio::JsonKind;
using skat::socketio::Packet;
using skat::socketio::PacketType;

// Small enough for an input to reach each limit.
const Config config = [] {
  Config small;
  small.max_attachments = 3;
  small.max_event_name_bytes = 24;
  small.max_elements = 5;
  small.max_json_depth = 6;
  small.max_nsp_bytes = 16;
  return small;
}();

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_event_round_trip(const Packet& packet) {
  if (packet.type != PacketType::event) return;
  if (skat::socketio::json_kind(packet.elements.front()) != JsonKind::string) return;
  std::string args;
  for (std::size_t i = 1; i < packet.elements.size(); ++i) {
    if (i > 1) args += ',';
    args += packet.elements[i];
  }
  const std::string name = skat::socketio::decode_json_string(packet.elements.front());
  const std::string text = skat::socketio::encode_event_text(packet.nsp, packet.ack_id, name, args);
  const auto again = Decoder(config).on_text(text);
  SKAT_CHECK(again && *again, "an event written again is a violation");
  SKAT_CHECK((*again)->nsp == packet.nsp && (*again)->ack_id == packet.ack_id, "writing changed the header");
  SKAT_CHECK((*again)->elements.size() == packet.elements.size(), "writing changed the number of arguments");
  SKAT_CHECK(skat::socketio::json_string_equals((*again)->elements.front(), name), "writing changed the name");
  for (std::size_t i = 1; i < packet.elements.size(); ++i) {
    SKAT_CHECK((*again)->elements[i] == packet.elements[i], "writing changed an argument");
  }
}

// Placeholders in the form that every encoder writes; json_scan_fuzz has the others.
void check_placeholders(const Packet& packet) {
  if (packet.attachments.empty()) return;
  static constexpr std::string_view kForm = R"({"_placeholder":true,"num":)";
  for (auto at = packet.data.find(kForm); at != std::string_view::npos; at = packet.data.find(kForm, at + 1)) {
    const auto rest = packet.data.substr(at + kForm.size());
    std::size_t num = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), num);
    if (*end != '}') continue;  // JSON was checked, so there is more behind the number
    SKAT_CHECK(error == std::errc{} && num < packet.attachments.size(), "a placeholder without data");
  }
}

void check_packet(const Packet& packet) {
  SKAT_CHECK(packet.type != PacketType::connect_error, "only a server sends CONNECT_ERROR");
  SKAT_CHECK(packet.attachments.size() <= config.max_attachments, "attachments above the limit");
  SKAT_CHECK(packet.nsp.starts_with('/') && packet.nsp.size() <= config.max_nsp_bytes, "a bad namespace");
  SKAT_CHECK(packet.elements.size() <= config.max_elements, "more elements than the limit");
  const bool event = packet.type == PacketType::event || packet.type == PacketType::binary_event;
  SKAT_CHECK(!event || packet.elements.front().size() <= config.max_event_name_bytes + 2, "an event's name too long");
  SKAT_CHECK(!packet.ack_id || *packet.ack_id <= skat::socketio::kMaxAckId, "an acknowledgement's number too large");
  for (const auto element : packet.elements) {
    SKAT_CHECK(lies_in(element, packet.data), "an element outside of its text");
    SKAT_CHECK(
        skat::socketio::scan_json(element, {.max_depth = config.max_json_depth - 1, .attachments = {}}).has_value(),
        "an element that is not JSON");
  }
  check_placeholders(packet);
  check_event_round_trip(packet);
}

}  // namespace

SKAT_FUZZ_TARGET(decoder) {
  std::string_view rest = input;
  Decoder decoder(config);
  for (;;) {
    const std::size_t end = rest.find('\x1e');
    const std::string_view message = rest.substr(0, end);
    const auto decoded = message.starts_with('b') ? decoder.on_binary(message.substr(1)) : decoder.on_text(message);
    if (!decoded) return;
    if (*decoded) check_packet(**decoded);
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
}
