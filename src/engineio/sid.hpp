// The session id: 20 characters of URL-safe base64 over 15 bytes. It is a bearer secret of the session.
//   bytes 0–11   random, 96 bits
//   bytes 12–13  the owner node's tag, XOR bytes 0–1
//   byte 14      the owner loop's index, XOR byte 2
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "engineio/config.hpp"

namespace skat::engineio {

inline constexpr std::size_t kMaxLoops = 256;  // what one byte can name

struct Sid {
  std::array<char, 20> chars;
  [[nodiscard]] std::string_view text() const noexcept { return {chars.data(), chars.size()}; }
};

struct SidOwner {
  NodeTag node = NodeTag::none;
  std::size_t loop = 0;
  friend bool operator==(const SidOwner&, const SidOwner&) = default;
};

[[nodiscard]] Sid make_sid(SidOwner owner);
// Who made it; nullopt when it is no sid of ours. Node and loop may be such as do not exist.
[[nodiscard]] std::optional<SidOwner> owner_of(std::string_view sid);

}  // namespace skat::engineio
