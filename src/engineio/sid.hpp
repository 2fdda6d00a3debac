// The session id: 20 characters of URL-safe base64 over 15 bytes. It is a bearer secret of the session.
//   bytes 0–13  random, 112 bits
//   byte 14     the owner loop's index, XOR byte 13
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace skat::engineio {

inline constexpr std::size_t kMaxLoops = 256;  // what one byte can name

[[nodiscard]] std::string make_sid(std::size_t loop_index);
// The index of the loop that made it; nullopt when it is no sid of ours. The index may be one that does not exist.
[[nodiscard]] std::optional<std::size_t> loop_of(std::string_view sid);

}  // namespace skat::engineio
