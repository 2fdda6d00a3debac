// The small text rules of HTTP: comparing names, token lists, percent-decoding, status phrases.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skat::net {

// ASCII only; bytes above 127 compare as they are.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
// Whether the comma-separated `list` holds `token`, without case.
[[nodiscard]] bool list_has_token(std::string_view list, std::string_view token) noexcept;
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;  // spaces and tabs
// nullopt for a "%" that two hex digits do not follow.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
[[nodiscard]] bool is_token(std::string_view text) noexcept;        // RFC 9110, 5.6.2; not empty
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;  // no control character but tab
[[nodiscard]] std::string_view status_phrase(int status) noexcept;  // "Not Found"

}  // namespace skat::net
