#include "fold/event_body.hpp"

#include "base/json_text.hpp"

namespace skat::fold {
std::string message_body(std::string_view name, std::string_view text) {
  std::string out;
  out.reserve(name.size() + text.size() + 32);
  out += R"({"name":)";
  base::append_json_string(out, name);
  out += R"(,"text":)";
  base::append_json_string(out, text);
  out += '}';
  return out;
}

std::string room_created_body(std::string_view name, std::string_view room_name, model::Access access) {
  std::string out = R"({"name":)";
  base::append_json_string(out, name);
  out += R"(,"room_name":)";
  base::append_json_string(out, room_name);
  out += R"(,"access":")";
  out += model::to_text(access);
  out += R"("})";
  return out;
}

std::string member_body(std::string_view name) {
  std::string out = R"({"name":)";
  base::append_json_string(out, name);
  out += '}';
  return out;
}

}  // namespace skat::fold
