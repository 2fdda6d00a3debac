#include "chat/text_rules.hpp"

#include "base/utf8.hpp"
#include "chat/errc.hpp"
#include "model/limits.hpp"

namespace skat::chat {
namespace {

// `text` is valid UTF-8. C1 (U+0080 to U+009F) is C2 followed by 80 to 9F.
bool has_control_character(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return true;
    before = byte;
  }
  return false;
}

}  // namespace

result<void> check_name(std::string_view name) {
  const auto length = base::count_code_points(name);
  if (!length || *length < 1 || *length > model::kMaxNameCodePoints || has_control_character(name)) {
    return errc::bad_name;
  }
  return {};
}

result<void> check_text(std::string_view text) {
  if (text.size() > model::kMaxTextBytes) return errc::text_too_long;
  if (text.empty() || !base::is_valid_utf8(text) || text.find('\0') != std::string_view::npos) return errc::bad_text;
  return {};
}

}  // namespace skat::chat
