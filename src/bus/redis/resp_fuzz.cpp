// Replies, cut, against a second reading by recursion, with small limits and with those of use; commands written read
// the same. Input: the size of a piece, which limits, then the bytes.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "bus/redis/resp.hpp"

namespace {

using namespace skat::bus::redis::resp;
using Status = Reader::Status;

// A reply as a line without ambiguity.
std::string show(const Reply& reply) {
  const auto type = static_cast<int>(reply.type());
  if (reply.type() < Type::array) {
    const auto number = reply.type() == Type::integer || reply.type() == Type::boolean ? reply.number() : 0;
    return std::to_string(type) + ":" + std::to_string(number) + ":" + std::to_string(reply.text().size()) + ":" +
           std::string(reply.text());
  }
  std::string shown = std::to_string(type) + "[";
  for (std::size_t i = 0; i < reply.size(); ++i) shown += show(reply.at(i)) + ",";
  return shown + "]";
}

struct Read {
  Status status = Status::incomplete;
  std::string shown;
  std::size_t size = 0;
  bool operator==(const Read&) const = default;
};

// In pieces, each a copy of its own, so that a read outside is seen.
Read read_in_pieces(std::string_view bytes, std::size_t piece, const Limits& limits) {
  Reader reader(limits);
  for (std::size_t end = std::min(piece, bytes.size());; end = std::min(end + piece, bytes.size())) {
    const std::vector<char> seen(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(end));
    const auto status = reader.read({seen.data(), seen.size()});
    if (status == Status::complete) return {status, show(reader.reply()), reader.size()};
    if (status == Status::broken || end == bytes.size()) return {status, {}, 0};
  }
}

// The second reading: from the front, each value by itself.
class Recursive {
 public:
  Recursive(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Read read() {
    std::string shown;
    const auto status = value(0, shown);
    if (status != Status::complete) return {status, {}, 0};
    return {status, shown, at_};
  }

 private:
  // `depth`: aggregates and attributes around it.
  Status value(std::size_t depth, std::string& shown) {
    const auto newline = bytes_.find("\n", at_);
    const auto length = (newline == std::string_view::npos ? bytes_.size() : newline) - at_;
    if (length > limits_.max_line_bytes) return Status::broken;
    if (newline == std::string_view::npos) return Status::incomplete;
    auto line = bytes_.substr(at_, length);
    if (line.size() < 2 || line.find('\r') != line.size() - 1) return Status::broken;
    line.remove_suffix(1);
    const auto start = newline + 1;
    const auto body = line.substr(1);
    const auto number = integer(body);
    switch (line.front()) {
      case '+':
        return leaf(Type::simple, 0, body, start, shown);
      case '-':
        return leaf(Type::error, 0, body, start, shown);
      case ',':
        return leaf(Type::real, 0, body, start, shown);
      case '(':
        return leaf(Type::big_number, 0, body, start, shown);
      case ':':
        return number ? leaf(Type::integer, *number, body, start, shown) : Status::broken;
      case '#':
        return body == "t" || body == "f" ? leaf(Type::boolean, body == "t", body, start, shown) : Status::broken;
      case '_':
        return body.empty() ? leaf(Type::null, 0, body, start, shown) : Status::broken;
      case '$':
      case '!':
      case '=':
        return number ? bulk(line.front(), *number, start, shown) : Status::broken;
      case '*':
      case '~':
      case '%':
      case '>':
      case '|':
        return number ? aggregate(line.front(), *number, start, depth, shown) : Status::broken;
      default:
        return Status::broken;
    }
  }

  Status leaf(Type type, std::int64_t number, std::string_view text, std::size_t next, std::string& shown) {
    if (++values_ > limits_.max_values) return Status::broken;
    shown += std::to_string(static_cast<int>(type)) + ":" + std::to_string(number) + ":" + std::to_string(text.size()) +
             ":" + std::string(text);
    return advance(next);
  }

  Status bulk(char kind, std::int64_t length, std::size_t start, std::string& shown) {
    if (kind == '$' && length == -1) return leaf(Type::null, 0, "", start, shown);
    if (length < 0 || static_cast<std::size_t>(length) > limits_.max_bulk_bytes) return Status::broken;
    const auto size = static_cast<std::size_t>(length);
    if (start + size > limits_.max_reply_bytes) return Status::broken;
    if (bytes_.size() - start < size + 2) return Status::incomplete;
    auto text = bytes_.substr(start, size);
    if (bytes_[start + size] != '\r' || bytes_[start + size + 1] != '\n') return Status::broken;
    if (kind == '=') {
      if (size < 4 || text[3] != ':') return Status::broken;
      text.remove_prefix(4);
    }
    return leaf(kind == '!' ? Type::error : Type::bulk, 0, text, start + size + 2, shown);
  }

  Status aggregate(char kind, std::int64_t count, std::size_t start, std::size_t depth, std::string& shown) {
    if (kind == '*' && count == -1) return leaf(Type::null, 0, "", start, shown);
    const auto left = static_cast<std::int64_t>(limits_.max_values - values_);
    if (count < 0 || count > left) return Status::broken;
    const auto elements = count * (kind == '%' || kind == '|' ? 2 : 1);
    if (elements > left) return Status::broken;
    if (kind == '>' && (depth > 0 || elements == 0)) return Status::broken;
    if (elements > 0 && depth >= limits_.max_depth) return Status::broken;
    const auto before = values_;
    if (kind != '|') {
      if (++values_ > limits_.max_values) return Status::broken;
      const auto type = kind == '*' ? Type::array : kind == '~' ? Type::set : kind == '%' ? Type::map : Type::push;
      shown += std::to_string(static_cast<int>(type)) + "[";
    }
    if (const auto status = advance(start); status != Status::complete) return status;
    std::string left_out;
    for (std::int64_t i = 0; i < elements; ++i) {
      auto& into = kind == '|' ? left_out : shown;
      if (const auto status = value(depth + 1, into); status != Status::complete) return status;
      into += ",";
    }
    if (kind == '|') {
      values_ = before;
      return value(depth, shown);
    }
    shown += "]";
    return Status::complete;
  }

  Status advance(std::size_t next) {
    at_ = next;
    return at_ > limits_.max_reply_bytes ? Status::broken : Status::complete;
  }

  static std::optional<std::int64_t> integer(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
  }

  const std::string_view bytes_;
  const Limits limits_;
  std::size_t at_ = 0, values_ = 0;
};

}  // namespace

SKAT_FUZZ_TARGET(resp) {
  if (input.size() < 2) return;
  const std::size_t piece = static_cast<unsigned char>(input[0]) % 32 + 1;
  // Recursion is what the second reading has instead of a stack: attributes in a row must not exhaust it.
  Limits limits{.max_reply_bytes = 64 * 1024};
  if (static_cast<unsigned char>(input[1]) % 2 == 1) {
    limits = {.max_line_bytes = 16, .max_bulk_bytes = 20, .max_reply_bytes = 100, .max_values = 12, .max_depth = 3};
  }
  auto bytes = input.substr(2, 16 * 1024);
  for (;;) {
    const auto whole = read_in_pieces(bytes, bytes.size() + 1, limits);
    SKAT_CHECK(read_in_pieces(bytes, piece, limits) == whole, "cut bytes read otherwise");
    SKAT_CHECK(Recursive(bytes, limits).read() == whole, "the second reading is another one");
    if (whole.status != Status::complete) break;
    bytes.remove_prefix(whole.size);
  }

  // What is left, as the words of a command.
  const auto cut = std::min(piece, bytes.size());
  std::string command;
  append_header(command, 2);
  append_bulk(command, bytes.substr(0, cut), bytes.substr(cut));
  append_bulk(command, bytes);
  Reader reader;
  SKAT_CHECK(reader.read(command) == Status::complete && reader.size() == command.size(), "a command is no reply");
  SKAT_CHECK(reader.reply().size() == 2 && reader.reply().at(0).text() == bytes && reader.reply().at(1).text() == bytes,
             "a command changed its words");
}
