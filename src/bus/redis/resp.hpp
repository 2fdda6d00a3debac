// RESP, the protocol of Redis, versions 2 and 3: replies out of bytes, commands into bytes. Sans-I/O; nothing is
// copied. Spec: "Redis serialization protocol specification" (redis.io).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skat::bus::redis::resp {

// Limits of one reply. What passes one is refused before memory is taken for it, and the connection ends.
struct Limits {
  std::size_t max_line_bytes = 64 * 1024;  // simple strings, errors, numbers
  std::size_t max_bulk_bytes = 16 * 1024 * 1024;
  std::size_t max_reply_bytes = 17 * 1024 * 1024;
  std::size_t max_values = 65'536;  // nested ones and those of attributes included
  std::size_t max_depth = 8;        // aggregates within aggregates
};

enum class Type : std::uint8_t {
  simple,
  error,  // simple or bulk
  integer,
  bulk,  // also verbatim, without its format
  null,
  boolean,
  real,
  big_number,
  array,
  set,
  map,   // its elements are key, value, key, value…
  push,  // sent unasked; top level only
};

struct Value {
  Type type;
  std::uint32_t elements;  // of an aggregate, all else 0
  std::uint32_t after;     // index of the first value behind this one and all it holds
  std::size_t offset, size;
  std::int64_t number;  // integer, boolean
};

// Reply: one value and what it holds, as views into the bytes it was read from.
class Reply {
 public:
  Reply(const Value* values, std::size_t index, const char* bytes) noexcept
      : values_(values), index_(index), bytes_(bytes) {}

  [[nodiscard]] Type type() const noexcept { return value().type; }
  [[nodiscard]] bool is_error() const noexcept { return value().type == Type::error; }
  // Of everything that is no aggregate; numbers as they were sent.
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_ + value().offset, value().size}; }
  [[nodiscard]] std::int64_t number() const noexcept { return value().number; }
  [[nodiscard]] std::size_t size() const noexcept { return value().elements; }
  // The i-th element; i < size(). Walks over those before it.
  [[nodiscard]] Reply at(std::size_t i) const noexcept;
  // The value behind that key, in a map or in an array of keys and values (RESP2 has no maps).
  [[nodiscard]] std::optional<Reply> find(std::string_view key) const noexcept;

 private:
  [[nodiscard]] const Value& value() const noexcept { return values_[index_]; }

  const Value* values_;
  std::size_t index_;
  const char* bytes_;
};

// Reader: finds one reply after the other in bytes that come in pieces; no byte is looked at twice.
class Reader {
 public:
  enum class Status { complete, incomplete, broken };

  explicit Reader(const Limits& limits = {}) : limits_(limits) {}

  // `bytes` begins with the reply, and with all that the last call has seen if that was incomplete.
  [[nodiscard]] Status read(std::string_view bytes);
  // After complete: what was read, until the next read(), and the bytes it took.
  [[nodiscard]] Reply reply() const noexcept { return {values_.data(), 0, bytes_}; }
  [[nodiscard]] std::size_t size() const noexcept { return at_; }
  // After broken.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

 private:
  struct Open {
    std::size_t first;  // index of the aggregate, or of an attribute's first value
    std::size_t left;
    bool attribute;
  };

  [[nodiscard]] Status break_off(const char* problem) noexcept;
  [[nodiscard]] Status read_value(std::string_view bytes);
  [[nodiscard]] Status read_line(std::string_view bytes, std::string_view& line);
  [[nodiscard]] Status read_bulk(std::string_view bytes, char kind, std::string_view line);
  [[nodiscard]] Status read_aggregate(char kind, std::string_view line);
  [[nodiscard]] bool add(Type type, std::size_t offset, std::size_t size, std::int64_t number = 0);
  void finish_value();

  const Limits limits_;
  std::vector<Value> values_;
  std::vector<Open> open_;
  const char* bytes_ = nullptr;
  const char* problem_ = nullptr;
  std::size_t at_ = 0;       // where the next value begins
  std::size_t scanned_ = 0;  // no line ends before
  bool complete_ = false;
};

// A command is an array of bulk strings: its header, then its words.
void append_header(std::string& out, std::size_t words);
void append_bulk(std::string& out, std::string_view word);
// A word in two parts, which are joined.
void append_bulk(std::string& out, std::string_view first, std::string_view second);
void append_command(std::string& out, std::initializer_list<std::string_view> words);

}  // namespace skat::bus::redis::resp
