#include "socketio/json_object.hpp"

#include <algorithm>
#include <cstddef>

#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"

namespace skat::socketio {
namespace {

constexpr std::string_view kSpace = " \n\r\t";

void skip_space(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
}

// How long the string literal at the front is, its quotes included.
std::size_t literal_length(std::string_view rest) {
  std::size_t at = 1;
  while (rest[at] != '"') at += rest[at] == '\\' ? 2 : 1;
  return at + 1;
}

// How long the value at the front is.
std::size_t value_length(std::string_view rest) {
  if (rest.front() == '"') return literal_length(rest);
  if (rest.front() != '{' && rest.front() != '[') return rest.find_first_of(" \n\r\t,]}");
  std::size_t depth = 0, at = 0;
  do {
    const char c = rest[at];
    if (c == '"') {
      at += literal_length(rest.substr(at));
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  } while (depth > 0);
  return at;
}

std::string_view take(std::string_view& rest, std::size_t length) {
  const auto taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

}  // namespace

std::optional<std::string_view> json_member(std::string_view object, std::string_view name) {
  if (object.empty() || json_kind(object) != JsonKind::object) return std::nullopt;
  std::optional<std::string_view> found;
  std::string_view rest = object.substr(1);
  for (skip_space(rest); rest.front() != '}'; skip_space(rest)) {
    const auto key = take(rest, literal_length(rest));
    skip_space(rest);
    rest.remove_prefix(1);  // the colon
    skip_space(rest);
    const auto value = take(rest, value_length(rest));
    if (json_string_equals(key, name)) found = value;
    skip_space(rest);
    if (rest.front() == ',') {
      rest.remove_prefix(1);
      skip_space(rest);
    }
  }
  return found;
}

std::optional<std::string> json_string_member(std::string_view object, std::string_view name) {
  const auto value = json_member(object, name);
  if (!value || json_kind(*value) != JsonKind::string) return std::nullopt;
  return decode_json_string(*value);
}

}  // namespace skat::socketio
