// Text forms of bytes: lower-case hex, and base64 (RFC 4648, sections 4 and 5).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace skat::base {

[[nodiscard]] std::string to_hex(std::string_view bytes);
// nullopt unless `hex` is an even number of hexadecimal digits.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view hex);

// Standard alphabet with padding (section 4).
[[nodiscard]] std::string to_base64(std::string_view bytes);
// Strict: standard alphabet, padding required, no other character.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
// URL-safe alphabet without padding (section 5).
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace skat::base
