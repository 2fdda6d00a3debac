// What is a name and what is a text: fold version 1's rule, asked at the door (chat), by the log's reader and by the
// fold alike. Were they to differ, a request could be taken and then refused, or the other way round.
#pragma once

#include <string_view>

namespace skat::model {

// Of users and rooms: valid UTF-8, 1 to kMaxNameCodePoints code points, no control characters (U+0000–U+001F, U+007F,
// U+0080–U+009F).
[[nodiscard]] bool is_name(std::string_view text) noexcept;
// Of a message: valid UTF-8, 1 to kMaxTextBytes bytes, no U+0000.
[[nodiscard]] bool is_message_text(std::string_view text) noexcept;

}  // namespace skat::model
