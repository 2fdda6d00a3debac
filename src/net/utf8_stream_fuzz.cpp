// Any bytes, however they are cut, are text for the stream exactly when they are text as a whole and when a decoder by
// arithmetic finds only scalar values; the stream fails at the first byte after which nothing could make text of them.
// Input: the first byte is the size of the pieces.
#include "net/utf8_stream.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"

namespace {

// Number of code points: lead byte by its leading ones, then the value against the ranges of RFC 3629.
std::optional<std::size_t> count_by_arithmetic(std::string_view text) {
  static constexpr std::uint32_t kFirst[] = {0, 0, 0x80, 0x800, 0x10000};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const auto ones = static_cast<std::size_t>(std::countl_one(lead));
    if (ones == 0) {
      ++i;
      continue;
    }
    if (ones == 1 || ones > 4 || text.size() - i < ones) return std::nullopt;
    std::uint32_t value = lead & (0x7FU >> ones);
    for (std::size_t k = 1; k < ones; ++k) {
      const auto byte = static_cast<std::uint8_t>(text[i + k]);
      if (byte >> 6 != 2) return std::nullopt;
      value = value << 6 | (byte & 0x3FU);
    }
    if (value < kFirst[ones] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
    i += ones;
  }
  return count;
}

// Whether some bytes after `text` make it whole. Only its last character matters, which is open at its last 3 bytes.
bool can_become_text(std::string_view text) {
  static constexpr std::string_view kEnds[] = {"", "\x80", "\x80\x80", "\x80\x80\x80", "\xA0\x80", "\x90\x80\x80"};
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [&](auto end) { return skat::base::is_valid_utf8(std::string(text).append(end)); });
}

// How many bytes the stream took before it failed: all of them, or those before the first wrong one.
std::size_t accepted(skat::net::Utf8Stream& stream, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!stream.feed(text.substr(i, 1))) return i;
  }
  return text.size();
}

}  // namespace

SKAT_FUZZ_TARGET(utf8_stream) {
  if (input.empty()) return;
  const std::size_t step = std::size_t{static_cast<unsigned char>(input.front())} + 1;
  const auto text = input.substr(1);
  const auto count = skat::base::count_code_points(text);
  SKAT_CHECK(count == count_by_arithmetic(text), "another count of code points");

  skat::net::Utf8Stream pieces, whole, bytes;
  bool good = true;
  for (std::size_t at = 0; good && at < text.size(); at += step) good = pieces.feed(text.substr(at, step));
  SKAT_CHECK((good && pieces.complete()) == count.has_value(), "pieces are not what the whole is");
  SKAT_CHECK(whole.feed(text) == good, "cutting changed the answer");

  const std::size_t taken = accepted(bytes, text);
  SKAT_CHECK((taken == text.size()) == good, "single bytes changed the answer");
  SKAT_CHECK(can_become_text(text.substr(0, taken)), "failed too late");
  SKAT_CHECK(taken == text.size() || !can_become_text(text.substr(0, taken + 1)), "failed too early");
}
