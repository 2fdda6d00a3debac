// Utf8Stream: checks UTF-8 (RFC 3629) that arrives in pieces; fails at the first byte that cannot be right. Sans-I/O.
#pragma once

#include <cstdint>
#include <string_view>

namespace skat::net {

class Utf8Stream {
 public:
  // False from the first wrong byte on.
  [[nodiscard]] bool feed(std::string_view bytes) noexcept;
  // Whether no character is left open.
  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

 private:
  [[nodiscard]] bool begin(unsigned char lead) noexcept;

  std::uint8_t missing_ = 0;               // continuation bytes that have to follow
  std::uint8_t low_ = 0x80, high_ = 0xBF;  // what the next one may be: closes overlong forms, surrogates, > U+10FFFF
};

}  // namespace skat::net
