#include "bus/redis/resp.hpp"

#include <charconv>
#include <limits>

namespace skat::bus::redis::resp {
namespace {

bool parse_number(std::string_view text, std::int64_t& number) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Reply Reply::at(std::size_t i) const noexcept {
  std::size_t index = index_ + 1;
  for (; i > 0; --i) index = values_[index].after;
  return {values_, index, bytes_};
}

std::optional<Reply> Reply::find(std::string_view key) const noexcept {
  std::size_t index = index_ + 1;
  for (std::size_t pairs = size() / 2; pairs > 0; --pairs) {
    const Reply found(values_, index, bytes_);
    index = values_[index].after;
    if (found.size() == 0 && found.text() == key) return Reply(values_, index, bytes_);
    index = values_[index].after;
  }
  return std::nullopt;
}

Reader::Status Reader::break_off(const char* problem) noexcept {
  problem_ = problem;
  return Status::broken;
}

Reader::Status Reader::read(std::string_view bytes) {
  if (problem_ != nullptr) return Status::broken;
  if (complete_) {
    values_.clear();
    at_ = scanned_ = 0;
    complete_ = false;
  }
  bytes_ = bytes.data();
  while (!complete_) {
    const auto status = read_value(bytes);
    if (status != Status::complete) return status;
    if (at_ > limits_.max_reply_bytes) return break_off("a reply is too large");
  }
  return Status::complete;
}

// One value, or the head of one that holds others; at_ moves on behind it only when it is there as a whole.
Reader::Status Reader::read_value(std::string_view bytes) {
  std::string_view line;
  if (const auto status = read_line(bytes, line); status != Status::complete) return status;
  const char kind = line.front();
  line.remove_prefix(1);
  const std::size_t offset = at_ + 1, next = at_ + line.size() + 3;
  std::int64_t number = 0;
  bool fits = true;
  switch (kind) {
    case '+':
      fits = add(Type::simple, offset, line.size());
      break;
    case '-':
      fits = add(Type::error, offset, line.size());
      break;
    case ':':
      if (!parse_number(line, number)) return break_off("an integer is no number");
      fits = add(Type::integer, offset, line.size(), number);
      break;
    case ',':
      fits = add(Type::real, offset, line.size());
      break;
    case '(':
      fits = add(Type::big_number, offset, line.size());
      break;
    case '#':
      if (line != "t" && line != "f") return break_off("a boolean is neither t nor f");
      fits = add(Type::boolean, offset, line.size(), line == "t" ? 1 : 0);
      break;
    case '_':
      if (!line.empty()) return break_off("a null has a value");
      fits = add(Type::null, offset, 0);
      break;
    case '$':
    case '=':
    case '!':
      return read_bulk(bytes, kind, line);
    case '*':
    case '~':
    case '>':
    case '%':
    case '|':
      return read_aggregate(kind, line);
    default:
      return break_off("a reply begins with a byte that RESP does not know");
  }
  if (!fits) return break_off("a reply has too many values");
  at_ = scanned_ = next;
  finish_value();
  return Status::complete;
}

Reader::Status Reader::read_line(std::string_view bytes, std::string_view& line) {
  const auto end = bytes.find('\n', scanned_);
  const auto size = (end == std::string_view::npos ? bytes.size() : end) - at_;
  if (size > limits_.max_line_bytes) return break_off("a line is too long");
  if (end == std::string_view::npos) {
    scanned_ = bytes.size();
    return Status::incomplete;
  }
  line = bytes.substr(at_, size);
  if (!line.ends_with('\r')) return break_off("a line does not end with CR LF");
  line.remove_suffix(1);
  if (line.empty()) return break_off("a reply is empty");
  if (line.find('\r') != std::string_view::npos) return break_off("a line holds a CR");
  return Status::complete;
}

Reader::Status Reader::read_bulk(std::string_view bytes, char kind, std::string_view line) {
  const std::size_t start = at_ + line.size() + 3;
  std::int64_t number = 0;
  if (!parse_number(line, number)) return break_off("the length of a string is no number");
  if (number == -1 && kind == '$') {  // RESP2's null
    if (!add(Type::null, start, 0)) return break_off("a reply has too many values");
    at_ = scanned_ = start;
    finish_value();
    return Status::complete;
  }
  if (number < 0) return break_off("the length of a string is negative");
  const auto size = static_cast<std::size_t>(number);
  if (size > limits_.max_bulk_bytes) return break_off("a string is too long");
  if (start + size > limits_.max_reply_bytes) return break_off("a reply is too large");
  if (bytes.size() < start + size + 2) return Status::incomplete;
  if (bytes.substr(start + size, 2) != "\r\n") return break_off("a string is longer than it says");
  std::size_t format = 0;
  if (kind == '=') {  // three letters and a colon come before the text
    if (size < 4 || bytes[start + 3] != ':') return break_off("a verbatim string has no format");
    format = 4;
  }
  if (!add(kind == '!' ? Type::error : Type::bulk, start + format, size - format)) {
    return break_off("a reply has too many values");
  }
  at_ = scanned_ = start + size + 2;
  finish_value();
  return Status::complete;
}

Reader::Status Reader::read_aggregate(char kind, std::string_view line) {
  const std::size_t start = at_ + line.size() + 3;
  std::int64_t number = 0;
  if (!parse_number(line, number)) return break_off("the number of elements is no number");
  if (number == -1 && kind == '*') {
    if (!add(Type::null, start, 0)) return break_off("a reply has too many values");
    at_ = scanned_ = start;
    finish_value();
    return Status::complete;
  }
  if (number < 0) return break_off("the number of elements is negative");
  const std::size_t left = limits_.max_values - values_.size();
  if (static_cast<std::uint64_t>(number) > left) return break_off("a reply has too many values");
  const auto elements = static_cast<std::size_t>(number) * (kind == '%' || kind == '|' ? 2 : 1);
  if (elements > left) return break_off("a reply has too many values");
  if (kind == '>' && (!open_.empty() || elements == 0)) return break_off("a push is empty or nested");
  if (elements > 0 && open_.size() >= limits_.max_depth) return break_off("a reply is nested too deeply");
  at_ = scanned_ = start;
  if (kind == '|') {  // says something about the value behind it, which nobody here wants to know
    if (elements > 0) open_.push_back({values_.size(), elements, true});
    return Status::complete;
  }
  const auto type = kind == '*' ? Type::array : kind == '~' ? Type::set : kind == '%' ? Type::map : Type::push;
  if (!add(type, start, 0)) return break_off("a reply has too many values");
  values_.back().elements = static_cast<std::uint32_t>(elements);
  if (elements > 0) {
    open_.push_back({values_.size() - 1, elements, false});
  } else {
    finish_value();
  }
  return Status::complete;
}

bool Reader::add(Type type, std::size_t offset, std::size_t size, std::int64_t number) {
  if (values_.size() >= limits_.max_values) return false;
  const auto after = static_cast<std::uint32_t>(values_.size() + 1);
  values_.push_back({type, 0, after, offset, size, number});
  return true;
}

// The value added last is there as a whole, and so may be those that hold it.
void Reader::finish_value() {
  while (!open_.empty()) {
    auto& top = open_.back();
    if (--top.left > 0) return;
    const auto done = top;
    open_.pop_back();
    if (done.attribute) {
      values_.resize(done.first);
      return;
    }
    values_[done.first].after = static_cast<std::uint32_t>(values_.size());
  }
  complete_ = true;
}

void append_header(std::string& out, std::size_t words) {
  char digits[std::numeric_limits<std::size_t>::digits10 + 1];
  const auto end = std::to_chars(digits, digits + sizeof digits, words).ptr;
  out += '*';
  out.append(digits, end);
  out += "\r\n";
}

void append_bulk(std::string& out, std::string_view first, std::string_view second) {
  char digits[std::numeric_limits<std::size_t>::digits10 + 1];
  const auto end = std::to_chars(digits, digits + sizeof digits, first.size() + second.size()).ptr;
  out += '$';
  out.append(digits, end);
  out += "\r\n";
  out += first;
  out += second;
  out += "\r\n";
}

void append_bulk(std::string& out, std::string_view word) {
  append_bulk(out, word, {});
}

void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  append_header(out, words.size());
  for (const auto word : words) append_bulk(out, word);
}

}  // namespace skat::bus::redis::resp
