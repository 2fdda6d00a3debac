// A Socket.IO packet, decoded. Spec: Socket.IO protocol v5, "Packet encoding".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skat::socketio {

enum class PacketType : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

using AckId = std::uint64_t;

struct Packet {
  PacketType type = PacketType::event;
  std::string nsp = "/";
  std::optional<AckId> ack_id;
  std::string data;                      // raw JSON text as sent; empty: none
  std::vector<std::string> attachments;  // binary_event, binary_ack: in order of "num"
};

}  // namespace skat::socketio
