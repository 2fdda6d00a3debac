#include "engineio/sid.hpp"

#include <array>

#include "base/encoding.hpp"
#include "base/random.hpp"

namespace skat::engineio {

namespace {
constexpr std::size_t kSidBytes = 15;
constexpr std::size_t kSidChars = 20;
}  // namespace

std::string make_sid(std::size_t loop_index) {
  std::array<std::byte, kSidBytes> bytes{};
  base::fill_random(std::span(bytes).first(kSidBytes - 1));
  bytes[kSidBytes - 1] = bytes[kSidBytes - 2] ^ static_cast<std::byte>(loop_index);
  return base::to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::optional<std::size_t> loop_of(std::string_view sid) {
  if (sid.size() != kSidChars) return std::nullopt;
  const auto bytes = base::from_base64url(sid);
  if (!bytes || bytes->size() != kSidBytes) return std::nullopt;
  return static_cast<unsigned char>((*bytes)[kSidBytes - 1] ^ (*bytes)[kSidBytes - 2]);
}

}  // namespace skat::engineio
