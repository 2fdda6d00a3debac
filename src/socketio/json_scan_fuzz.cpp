// Any bytes as JSON: the scanner accepts what Boost.JSON's parser accepts, finds the same elements and refuses the same
// placeholders; elements are what lies between brackets and commas, and JSON in their own right; members are found by
// their names; strings are decoded alike and come back when they are written.
// Input: one byte, then the text. "p": placeholders for two attachments; "e": two elements at most; a digit: that depth
// at most; else the defaults.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/json_text.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"
#include "socketio/json_object.hpp"
#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"

namespace {

using boost::json::error;
using boost::json::error_code;
using boost::json::string_view;
using skat::socketio::JsonKind;
using skat::socketio::JsonOutline;
using skat::socketio::JsonRules;

constexpr std::string_view kSpace = " \t\r\n";

// What the other parser saw: the kinds of the values at the top (or of the top array's elements), strings decoded, and
// whether every placeholder has its attachment.
struct Handler {
  static constexpr std::size_t max_object_size = SIZE_MAX, max_array_size = SIZE_MAX, max_key_size = SIZE_MAX,
                               max_string_size = SIZE_MAX;
  struct Level {
    bool array = false;
    std::string key;
    bool placeholder = false;
    bool num_fits = false;
  };
  struct Value {
    JsonKind kind;
    std::string text;
  };

  std::size_t attachments = 0;
  std::vector<Level> levels;
  std::vector<Value> values;   // of the top array; else the top value alone
  std::vector<Value> members;  // of the top object
  std::vector<std::string> names;
  bool top_is_array = false, placeholders_fit = true;
  std::string text;  // of the string or key being read

  void value(JsonKind kind, bool is_true = false, bool fits = false) {
    if (levels.empty() && kind == JsonKind::array) {
      top_is_array = true;
    } else if (levels.empty() || (levels.size() == 1 && levels[0].array)) {
      values.push_back({kind, kind == JsonKind::string ? text : ""});
    }
    if (levels.empty() || levels.back().array) return;
    if (levels.size() == 1) {
      members.push_back({kind, kind == JsonKind::string ? text : ""});
      names.push_back(levels[0].key);
    }
    Level& object = levels.back();
    if (object.key == "_placeholder") object.placeholder = is_true;
    if (object.key == "num") object.num_fits = fits;
  }
  void open(JsonKind kind) {
    value(kind);
    levels.push_back({.array = kind == JsonKind::array, .key = {}});
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return open(JsonKind::array), true; }
  bool on_object_begin(error_code&) { return open(JsonKind::object), true; }
  bool on_array_end(std::size_t, error_code&) { return levels.pop_back(), true; }
  bool on_object_end(std::size_t, error_code&) {
    placeholders_fit = placeholders_fit && (!levels.back().placeholder || levels.back().num_fits);
    return levels.pop_back(), true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    return text.append(part.data(), part.size()), true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) { return text.append(part.data(), part.size()), true; }
  bool on_string(string_view part, std::size_t, error_code&) {
    text.append(part.data(), part.size());
    value(JsonKind::string);
    return text.clear(), true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    text.append(part.data(), part.size());
    levels.back().key = text;
    return text.clear(), true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view raw, error_code&) {
    const bool fits = raw.front() != '-' && static_cast<std::uint64_t>(number) < attachments;
    return value(JsonKind::number, false, fits), true;
  }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return value(JsonKind::number), true; }
  bool on_double(double, string_view, error_code&) { return value(JsonKind::number), true; }
  bool on_bool(bool is_true, error_code&) { return value(JsonKind::boolean, is_true), true; }
  bool on_null(error_code&) { return value(JsonKind::null), true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

struct Reading {
  bool valid = false;
  bool undecided = false;  // an exponent beyond an int, which Boost.JSON refuses and we let pass
  Handler seen;
};

// The code unit of the escape "\uXXXX" that `text` begins with, -1 without one.
int code_unit(std::string_view text) {
  int unit = -1;
  if (text.size() >= 6 && text.starts_with("\\u")) std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return unit;
}

// Lone surrogates, which Boost.JSON refuses and we let pass, become the U+FFFD that we read them as.
std::string without_lone_surrogates(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = text.front() == '\\' ? 2 : 1;
    std::string_view written = text.substr(0, taken);
    if (const int unit = code_unit(text); unit >= 0xD800 && unit <= 0xDFFF) {
      const int next = code_unit(text.substr(6));
      const bool pair = unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF;
      taken = pair ? 12 : 6;
      written = pair ? text.substr(0, taken) : "\\ufffd";
    }
    out += written;
    text.remove_prefix(std::min(taken, text.size()));
  }
  return out;
}

Reading read_again(std::string_view given, const JsonRules& rules) {
  const std::string text = without_lone_surrogates(given);
  boost::json::parse_options options;
  options.max_depth = rules.max_depth;
  boost::json::basic_parser<Handler> parser(options);
  parser.handler().attachments = rules.attachments.value_or(0);
  error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  Reading reading{.seen = std::move(parser.handler())};
  reading.undecided = failure == error::exponent_overflow;
  reading.valid = !failure && parser.done() && text.find_first_not_of(kSpace, used) == std::string::npos;
  if (reading.seen.top_is_array) reading.valid = reading.valid && reading.seen.values.size() <= rules.max_elements;
  if (rules.attachments) reading.valid = reading.valid && reading.seen.placeholders_fit;
  return reading;
}

// The literal's meaning.
std::string check_string(std::string_view literal) {
  const std::string text = skat::socketio::decode_json_string(literal);
  SKAT_CHECK(skat::base::is_valid_utf8(text), "a string that is not UTF-8");
  SKAT_CHECK(skat::socketio::json_string_equals(literal, text), "a string that is not itself");
  SKAT_CHECK(!skat::socketio::json_string_equals(literal, text + 'x'), "a string that is another");
  std::string written;
  skat::base::append_json_string(written, text);
  SKAT_CHECK(skat::socketio::scan_json(written, {}).has_value(), "a written string is not JSON");
  SKAT_CHECK(skat::socketio::decode_json_string(written) == text, "a written string came back changed");
  return text;
}

// The array is its elements, with one comma between two and white space anywhere.
void check_elements(const JsonOutline& outline, const JsonRules& rules) {
  std::string_view rest = outline.text;
  const auto take = [&rest](char c) {
    SKAT_CHECK(rest.starts_with(c), "an element is missing or cut");
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  };
  take('[');
  std::string joined = "[";
  for (const auto element : outline.elements) {
    if (joined.size() > 1) take(','), joined += ',';
    SKAT_CHECK(element.data() == rest.data() && element.size() < rest.size(), "an element lies elsewhere");
    rest.remove_prefix(element.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    joined += element;
    const auto alone =
        skat::socketio::scan_json(element, {.max_depth = rules.max_depth - 1, .attachments = rules.attachments});
    SKAT_CHECK(alone && alone->text == element, "an element that is not JSON");
  }
  take(']');
  SKAT_CHECK(rest.empty(), "the text goes on behind its end");
  joined += ']';
  const auto again = skat::socketio::scan_json(joined, rules);
  SKAT_CHECK(again && again->elements == outline.elements, "elements joined again are others");
}

void check_against(const JsonOutline& outline, const Handler& seen) {
  const std::vector<std::string_view> top{outline.text};
  const auto& values = seen.top_is_array ? outline.elements : top;
  SKAT_CHECK(values.size() == seen.values.size(), "another number of elements");
  for (std::size_t i = 0; i < values.size(); ++i) {
    SKAT_CHECK(skat::socketio::json_kind(values[i]) == seen.values[i].kind, "another kind");
    if (seen.values[i].kind != JsonKind::string) continue;
    SKAT_CHECK(check_string(values[i]) == seen.values[i].text, "another string");
  }
}

// Of members with one name the last counts.
void check_members(std::string_view object, const Handler& seen) {
  for (std::size_t i = 0; i < seen.names.size(); ++i) {
    const std::string& name = seen.names[i];
    if (std::find(seen.names.begin() + static_cast<std::ptrdiff_t>(i) + 1, seen.names.end(), name) !=
        seen.names.end()) {
      continue;
    }
    const auto member = skat::socketio::json_member(object, name);
    SKAT_CHECK(member && skat::socketio::json_kind(*member) == seen.members[i].kind, "another member");
    SKAT_CHECK(skat::socketio::scan_json(*member, {})->text == *member, "a member that is not JSON");
    const auto text = skat::socketio::json_string_member(object, name);
    SKAT_CHECK(text.has_value() == (seen.members[i].kind == JsonKind::string), "a string that is none");
    SKAT_CHECK(!text || *text == seen.members[i].text, "another string member");
  }
  SKAT_CHECK(!skat::socketio::json_member(object, "a name that is not there"), "a member from nowhere");
}

JsonRules rules_of(char c) {
  JsonRules rules;
  if (c == 'p') rules.attachments = 2;
  if (c == 'e') rules.max_elements = 2;
  if (c >= '0' && c <= '9') rules.max_depth = static_cast<std::size_t>(c - '0');
  return rules;
}

}  // namespace

SKAT_FUZZ_TARGET(json_scan) {
  if (input.empty()) return;
  const JsonRules rules = rules_of(input.front());
  const auto text = input.substr(1);
  const auto outline = skat::socketio::scan_json(text, rules);
  const Reading reading = read_again(text, rules);
  SKAT_CHECK(reading.undecided || outline.has_value() == reading.valid, "one takes it for JSON, the other does not");
  if (!outline) return;
  const auto before = static_cast<std::size_t>(outline->text.data() - text.data());
  SKAT_CHECK(before + outline->text.size() <= text.size(), "the text lies elsewhere");
  SKAT_CHECK(text.find_first_not_of(kSpace) == before, "more than white space before the text");
  SKAT_CHECK(text.find_first_not_of(kSpace, before + outline->text.size()) == std::string_view::npos, "or behind it");
  const bool array = outline->text.front() == '[';
  SKAT_CHECK(array || outline->elements.empty(), "elements of what is no array");
  if (array) check_elements(*outline, rules);
  if (reading.undecided) return;
  check_against(*outline, reading.seen);
  if (outline->text.front() == '{') check_members(outline->text, reading.seen);
}
