// What a name and a text may be. The fold has the same rules; here they refuse before the log, finally, since no node
// can ever have appended such a record.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace skat::chat {

// User and room names: UTF-8, 1 to model::kMaxNameCodePoints code points, no control characters (C0, DEL, C1).
[[nodiscard]] result<void> check_name(std::string_view name);
// A message's text: UTF-8, not empty, no U+0000, at most model::kMaxTextBytes bytes.
[[nodiscard]] result<void> check_text(std::string_view text);
// What a user says of his presence: empty, or UTF-8 of at most model::kMaxPresenceTextCodePoints code points without
// control characters.
[[nodiscard]] result<void> check_presence_text(std::string_view text);

}  // namespace skat::chat
