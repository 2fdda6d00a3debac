#include "engineio/packet.hpp"

#include <utility>

#include "base/encoding.hpp"
#include "base/utf8.hpp"

namespace skat::engineio {

std::optional<Packet> decode_valid_packet(std::string_view text, std::string& scratch) {
  if (text.empty()) return std::nullopt;
  const char first = text.front();
  const std::string_view data = text.substr(1);
  if (first >= '0' && first <= '6') return Packet{static_cast<PacketType>(first - '0'), false, data};
  if (first != 'b') return std::nullopt;
  auto bytes = base::from_base64(data);
  if (!bytes) return std::nullopt;
  scratch = std::move(*bytes);
  return Packet{PacketType::message, true, scratch};
}

std::optional<Packet> decode_packet(std::string_view text, std::string& scratch) {
  if (!base::is_valid_utf8(text)) return std::nullopt;
  return decode_valid_packet(text, scratch);
}

}  // namespace skat::engineio
