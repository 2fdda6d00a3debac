// Writing JSON strings; the one way for every room, so that equal texts are equal bytes in the log, the store and on
// the wire.
#pragma once

#include <string>
#include <string_view>

namespace skat::base {

// Appends `text` (UTF-8) as a string literal with its quotes, escaped as ECMAScript's JSON.stringify does: the quote,
// the backslash, and U+0000 to U+001F, those with a letter of their own (\b \f \n \r \t) by it, the others as \u00xx.
void append_json_string(std::string& out, std::string_view text);

}  // namespace skat::base
