// SHA-256, for what a node keeps in files.
#pragma once

#include <string>
#include <string_view>

namespace skat::chat {

// 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace skat::chat
