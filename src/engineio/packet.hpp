// Packet: one incoming Engine.IO packet, as a view of what was received.
// Text form: one type character ('0'…'6'), then data; or 'b' and base64, which is a binary message.
// Spec: Engine.IO protocol v4, "Packets".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skat::engineio {

enum class PacketType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

struct Packet {
  PacketType type = PacketType::noop;
  bool binary = false;    // messages only
  std::string_view data;  // without the type
};

// nullopt: parse error (empty, unknown type, base64 that is not strict, text that is not UTF-8). A binary message is
// decoded into `scratch`, which `data` then views; else `data` views `text`.
[[nodiscard]] std::optional<Packet> decode_packet(std::string_view text, std::string& scratch);
// The same for text that is known to be UTF-8, as a WebSocket text frame is.
[[nodiscard]] std::optional<Packet> decode_valid_packet(std::string_view text, std::string& scratch);

}  // namespace skat::engineio
