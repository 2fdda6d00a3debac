#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace skat::base {
namespace {

// Length of the sequence at `p` (up to `end`), or 0 if it is not valid. RFC 3629, section 4.
std::size_t sequence_length(const unsigned char* p, const unsigned char* end) noexcept {
  const auto left = static_cast<std::size_t>(end - p);
  const auto continues = [&](std::size_t at, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return at < left && p[at] >= low && p[at] <= high;
  };
  const unsigned char c = p[0];
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return continues(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    const unsigned char low = c == 0xE0 ? 0xA0 : 0x80, high = c == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    const unsigned char low = c == 0xF0 ? 0x90 : 0x80, high = c == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view text) noexcept {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = p + text.size();
  std::size_t count = 0;
  while (p != end) {
    std::uint64_t word = 0;
    if (end - p >= 8 && (std::memcpy(&word, p, 8), (word & 0x8080808080808080ULL) == 0)) {
      p += 8;
      count += 8;
      continue;
    }
    const std::size_t length = sequence_length(p, end);
    if (length == 0) return std::nullopt;
    p += length;
    ++count;
  }
  return count;
}

bool is_valid_utf8(std::string_view text) noexcept {
  return count_code_points(text).has_value();
}

}  // namespace skat::base
