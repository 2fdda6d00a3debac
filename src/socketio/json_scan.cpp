#include "socketio/json_scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "socketio/errc.hpp"
#include "socketio/json_string.hpp"

namespace skat::socketio {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// Eight bytes that are all plain string content: no quote, backslash, control or non-ASCII byte. (May say false for
// some plain ones; never true for others.)
bool all_plain(const char* p) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  std::uint64_t x = 0;
  std::memcpy(&x, p, sizeof x);
  const auto has_zero = [](std::uint64_t v) { return (v - kOnes) & ~v & kHighs; };
  const std::uint64_t control = (x - kOnes * 0x20) & ~x & kHighs;
  return ((x & kHighs) | control | has_zero(x ^ kOnes * '"') | has_zero(x ^ kOnes * '\\')) == 0;
}

class Scanner {
 public:
  Scanner(std::string_view text, const JsonRules& rules, JsonOutline& out)
      : rules_(rules),
        max_depth_(std::min(rules.max_depth, kMaxJsonDepth)),
        out_(out),
        p_(text.data()),
        end_(p_ + text.size()) {}

  bool scan() {
    skip_space();
    const char* begin = p_;
    if (!value()) return false;
    while (depth_ > 0) {
      if (!step()) return false;
    }
    out_.text = {begin, p_};
    skip_space();
    return p_ == end_;
  }

 private:
  enum class Key : std::uint8_t { other, placeholder, num };
  static constexpr std::int32_t kNoIndex = -1;
  static constexpr std::size_t kUsualElements = 6;  // one allocation for an event of up to five arguments

  // One open array or object. No default values: the levels not in use are never written.
  struct Level {
    bool array;
    bool empty;
    Key key;           // of the member being read
    bool placeholder;  // "_placeholder": true
    std::int32_t num;
  };

  // One element or member, or the end, of the innermost open array or object.
  bool step() {
    Level& level = levels_[depth_ - 1];
    skip_space();
    if (p_ == end_) return false;
    if (*p_ == (level.array ? ']' : '}')) return close(level);
    if (!level.empty) {
      if (*p_ != ',') return false;
      ++p_;
      skip_space();
    }
    level.empty = false;
    if (!level.array && !member_name(level)) return false;
    const char* begin = p_;
    if (depth_ == 1 && level.array) {
      if (out_.elements.size() >= rules_.max_elements) return false;
      element_ = begin;
    }
    const std::size_t depth = depth_;
    if (!value()) return false;
    if (depth_ == depth) {
      finished({begin, p_});
    } else {
      opened(depth);
    }
    return true;
  }

  bool close(const Level& level) {
    if (level.placeholder && (level.num < 0 || std::cmp_greater_equal(level.num, *rules_.attachments))) return false;
    ++p_;
    --depth_;
    if (depth_ == 1 && levels_[0].array) out_.elements.emplace_back(element_, p_);
    return true;
  }

  // A scalar has been read in the innermost array or object.
  void finished(std::string_view raw) {
    Level& level = levels_[depth_ - 1];
    if (depth_ == 1 && level.array) out_.elements.push_back(raw);
    if (level.key == Key::placeholder) level.placeholder = raw == "true";
    if (level.key == Key::num) level.num = index(raw);
  }

  // The member's value is itself an array or object: neither true nor an index.
  void opened(std::size_t depth) {
    Level& level = levels_[depth - 1];
    if (level.key == Key::placeholder) level.placeholder = false;
    if (level.key == Key::num) level.num = kNoIndex;
  }

  static std::int32_t index(std::string_view raw) {
    if (raw.size() > 6) return kNoIndex;
    std::int32_t value = 0;
    for (const char c : raw) {
      if (!is_digit(c)) return kNoIndex;
      value = value * 10 + (c - '0');
    }
    return value;
  }

  bool member_name(Level& level) {
    const char* begin = p_;
    if (p_ == end_ || *p_ != '"' || !string()) return false;
    level.key = Key::other;
    if (rules_.attachments) {
      const std::string_view literal(begin, p_);
      if (json_string_equals(literal, "_placeholder")) level.key = Key::placeholder;
      if (json_string_equals(literal, "num")) level.key = Key::num;
    }
    skip_space();
    if (p_ == end_ || *p_ != ':') return false;
    ++p_;
    skip_space();
    return true;
  }

  // A whole scalar, or the opening bracket of an array or object.
  bool value() {
    if (p_ == end_) return false;
    switch (*p_) {
      case '[':
      case '{':
        if (depth_ == max_depth_) return false;
        if (depth_ == 0 && *p_ == '[') out_.elements.reserve(kUsualElements);
        levels_[depth_++] = {*p_ == '[', true, Key::other, false, kNoIndex};
        ++p_;
        return true;
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view expected) {
    if (!std::string_view(p_, end_).starts_with(expected)) return false;
    p_ += expected.size();
    return true;
  }

  bool digits() {
    const char* begin = p_;
    while (p_ != end_ && is_digit(*p_)) ++p_;
    return p_ != begin;
  }

  bool number() {
    if (*p_ == '-') ++p_;
    if (p_ != end_ && *p_ == '0') {
      ++p_;
    } else if (!digits()) {
      return false;
    }
    if (p_ != end_ && *p_ == '.') {
      ++p_;
      if (!digits()) return false;
    }
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      if (p_ != end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (!digits()) return false;
    }
    return true;
  }

  bool escape() {
    ++p_;  // the backslash
    if (p_ == end_) return false;
    if (*p_ == 'u') {
      if (end_ - p_ < 5 || !std::all_of(p_ + 1, p_ + 5, is_hex)) return false;
      p_ += 5;
      return true;
    }
    constexpr std::string_view kSimple = "\"\\/bfnrt";
    return kSimple.find(*p_++) != std::string_view::npos;
  }

  bool string() {
    const char* begin = ++p_;
    bool ascii = true;
    for (;;) {
      while (end_ - p_ >= 8 && all_plain(p_)) p_ += 8;
      if (p_ == end_) return false;
      const auto c = static_cast<unsigned char>(*p_);
      if (c == '"') break;
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      if (c < 0x20) return false;
      ascii = ascii && c < 0x80;
      ++p_;
    }
    const std::string_view body(begin, p_);
    ++p_;
    return ascii || base::is_valid_utf8(body);
  }

  void skip_space() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
  }

  const JsonRules& rules_;
  const std::size_t max_depth_;
  JsonOutline& out_;
  const char* p_;
  const char* const end_;
  const char* element_ = nullptr;  // start of the top-level array's element being read
  std::size_t depth_ = 0;
  std::array<Level, kMaxJsonDepth> levels_;  // the first depth_ are in use
};

}  // namespace

JsonKind json_kind(std::string_view raw) noexcept {
  switch (raw.front()) {
    case '"':
      return JsonKind::string;
    case '[':
      return JsonKind::array;
    case '{':
      return JsonKind::object;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

result<JsonOutline> scan_json(std::string_view text, const JsonRules& rules) {
  JsonOutline out;
  if (!Scanner(text, rules, out).scan()) return errc::violation;
  return out;
}

}  // namespace skat::socketio
