// A Socket.IO packet, decoded. Spec: Socket.IO protocol v5, "Packet encoding".
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skat::socketio {

enum class PacketType : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

using AckId = std::uint64_t;

// Limit: above 2^53 a JavaScript peer cannot count.
inline constexpr AckId kMaxAckId = AckId{1} << 53;

// Names that mean something to the client library itself; no event may bear them.
inline constexpr std::array<std::string_view, 6> kReservedEvents{"connect",       "connect_error", "disconnect",
                                                                 "disconnecting", "newListener",   "removeListener"};
[[nodiscard]] inline bool is_reserved_event(std::string_view name) {
  return std::find(kReservedEvents.begin(), kReservedEvents.end(), name) != kReservedEvents.end();
}

// Views point into the message it was decoded from, or, when that had to wait for attachments, into `text`.
struct Packet {
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<AckId> ack_id;
  std::string_view data;                    // raw JSON; empty: none
  std::vector<std::string_view> elements;   // event, ack: each element of `data`
  std::unique_ptr<const std::string> text;  // on the heap, so that moving the packet leaves the views valid
  std::vector<std::string> attachments;     // binary_event, binary_ack: in order of "num"
};

}  // namespace skat::socketio
