#include "engineio/sid.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"

namespace skat::engineio {

namespace {
constexpr std::size_t kRandomBytes = 12;
constexpr std::size_t kSidBytes = 15;

std::byte low_byte(std::size_t value) {
  return static_cast<std::byte>(value & 0xff);
}
}  // namespace

Sid make_sid(SidOwner owner) {
  std::array<std::byte, kSidBytes> bytes{};
  base::fill_random(std::span(bytes).first(kRandomBytes));
  const auto tag = static_cast<std::uint16_t>(owner.node);
  bytes[12] = low_byte(tag >> 8) ^ bytes[0];
  bytes[13] = low_byte(tag) ^ bytes[1];
  bytes[14] = low_byte(owner.loop) ^ bytes[2];
  const std::string text = base::to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Sid sid{};
  SKAT_CHECK(text.size() == sid.chars.size(), "15 bytes are 20 characters");
  std::ranges::copy(text, sid.chars.begin());
  return sid;
}

std::optional<SidOwner> owner_of(std::string_view sid) {
  if (sid.size() != Sid{}.chars.size()) return std::nullopt;
  const auto bytes = base::from_base64url(sid);
  if (!bytes || bytes->size() != kSidBytes) return std::nullopt;
  const auto unmask = [&](std::size_t at, std::size_t mask) {
    return static_cast<unsigned>(static_cast<unsigned char>((*bytes)[at] ^ (*bytes)[mask]));
  };
  return SidOwner{static_cast<NodeTag>(unmask(12, 0) << 8 | unmask(13, 1)), unmask(14, 2)};
}

}  // namespace skat::engineio
