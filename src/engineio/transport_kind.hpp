// The two ways a session's packets travel.
#pragma once

#include <cstdint>
#include <string_view>

namespace skat::engineio {

enum class TransportKind : std::uint8_t { polling, websocket };

[[nodiscard]] constexpr std::string_view to_text(TransportKind kind) noexcept {
  return kind == TransportKind::polling ? "polling" : "websocket";
}

}  // namespace skat::engineio
