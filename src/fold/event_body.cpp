#include "fold/event_body.hpp"

namespace skat::fold {
namespace {

void append_escaped(std::string& out, char c) {
  static constexpr std::string_view kShort = "\"\\\b\f\n\r\t", kLetter = "\"\\bfnrt";
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  if (const auto at = kShort.find(c); at != std::string_view::npos) {
    out += kLetter[at];
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // start of what needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out.append(text, plain, i - plain);
    append_escaped(out, c);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

std::string_view to_text(model::Access access) {
  switch (access) {
    case model::Access::everyone:
      return "everyone";
    case model::Access::open:
      return "open";
    case model::Access::closed:
      break;
  }
  return "closed";
}

}  // namespace

std::string message_body(std::string_view name, std::string_view text) {
  std::string out;
  out.reserve(name.size() + text.size() + 32);
  out += R"({"name":)";
  append_string(out, name);
  out += R"(,"text":)";
  append_string(out, text);
  out += '}';
  return out;
}

std::string room_created_body(std::string_view name, std::string_view room_name, model::Access access) {
  std::string out = R"({"name":)";
  append_string(out, name);
  out += R"(,"room_name":)";
  append_string(out, room_name);
  out += R"(,"access":")";
  out += to_text(access);
  out += R"("})";
  return out;
}

std::string member_body(std::string_view name) {
  std::string out = R"({"name":)";
  append_string(out, name);
  out += '}';
  return out;
}

}  // namespace skat::fold
