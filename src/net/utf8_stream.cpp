#include "net/utf8_stream.hpp"

#include <cstddef>
#include <cstring>

namespace skat::net {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t load(const char* bytes) noexcept {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Length of the run of ASCII at the front, rounded down to what whole words show.
std::size_t ascii_words(const char* bytes, std::size_t size) noexcept {
  std::size_t i = 0;
  while (i + 32 <= size) {
    if (((load(bytes + i) | load(bytes + i + 8) | load(bytes + i + 16) | load(bytes + i + 24)) & kHighBits) != 0) break;
    i += 32;
  }
  while (i + 8 <= size && (load(bytes + i) & kHighBits) == 0) i += 8;
  return i;
}

}  // namespace

bool Utf8Stream::feed(std::string_view bytes) noexcept {
  const char* const data = bytes.data();
  const std::size_t size = bytes.size();
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(data[i]);
    if (missing_ != 0) {
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --missing_;
    } else if (byte < 0x80) {
      const std::size_t words = ascii_words(data + i, size - i);
      if (words != 0) i += words - 1;
    } else if (!begin(byte)) {
      return false;
    }
  }
  return true;
}

bool Utf8Stream::begin(unsigned char lead) noexcept {
  if (lead < 0xC2 || lead > 0xF4) return false;  // a stray continuation, an overlong pair, above U+10FFFF
  if (lead < 0xE0) {
    missing_ = 1;
  } else if (lead < 0xF0) {
    missing_ = 2;
    if (lead == 0xE0) low_ = 0xA0;
    if (lead == 0xED) high_ = 0x9F;
  } else {
    missing_ = 3;
    if (lead == 0xF0) low_ = 0x90;
    if (lead == 0xF4) high_ = 0x8F;
  }
  return true;
}

}  // namespace skat::net
