// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace skat::base {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
// Number of code points; nullopt when `text` is not valid UTF-8.
[[nodiscard]] std::optional<std::size_t> count_code_points(std::string_view text) noexcept;

}  // namespace skat::base
