#include "model/text_rules.hpp"

#include "base/utf8.hpp"
#include "model/limits.hpp"

namespace skat::model {
namespace {

// `text` is valid UTF-8, so U+0080–U+009F is C2 followed by 80 to 9F.
bool has_control_character(std::string_view text) noexcept {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return true;
    before = byte;
  }
  return false;
}

}  // namespace

bool is_name(std::string_view text) noexcept {
  const auto count = base::count_code_points(text);
  return count && *count >= 1 && *count <= kMaxNameCodePoints && !has_control_character(text);
}

bool is_message_text(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxTextBytes && text.find('\0') == std::string_view::npos &&
         base::is_valid_utf8(text);
}

}  // namespace skat::model
