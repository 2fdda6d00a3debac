#include "chat/text_rules.hpp"

#include "chat/errc.hpp"
#include "model/limits.hpp"
#include "model/text_rules.hpp"

namespace skat::chat {
result<void> check_name(std::string_view name) {
  if (!model::is_name(name)) return errc::bad_name;
  return {};
}

result<void> check_text(std::string_view text) {
  if (text.size() > model::kMaxTextBytes) return errc::text_too_long;
  if (!model::is_message_text(text)) return errc::bad_text;
  return {};
}

result<void> check_presence_text(std::string_view text) {
  static_assert(model::kMaxPresenceTextCodePoints == model::kMaxNameCodePoints, "the rule of a name is the rule here");
  if (!text.empty() && !model::is_name(text)) return errc::bad_text;
  return {};
}

}  // namespace skat::chat
