// JSON string literals, read. Pure functions. base/json_text writes them.
// Literals given here were checked by scan_json before: they have their quotes and only legal escapes.
#pragma once

#include <string>
#include <string_view>

namespace skat::socketio {

// The text that `literal` ("\u0061" with its quotes) stands for. A lone surrogate becomes U+FFFD.
[[nodiscard]] std::string decode_json_string(std::string_view literal);
// Whether `literal` stands for `text`; no allocation unless it has escapes.
[[nodiscard]] bool json_string_equals(std::string_view literal, std::string_view text);

}  // namespace skat::socketio
