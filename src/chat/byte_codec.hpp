// ByteWriter and ByteReader: the fields of messages between nodes. Sans-I/O. Numbers are big-endian; a string or a list
// is preceded by its length as u32. A reader that runs out of bytes, or meets a length that the bytes cannot hold, has
// failed for good: it gives zeros from then on and ok() says so.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/strong.hpp"
#include "model/ids.hpp"

namespace skat::chat {

class ByteWriter {
 public:
  template <std::unsigned_integral T>
  ByteWriter& put(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  ByteWriter& put(bool value) { return put(static_cast<std::uint8_t>(value)); }
  template <class Tag, std::unsigned_integral T>
  ByteWriter& put(base::Strong<Tag, T> value) {
    return put(value.value());
  }
  template <class Tag>
  ByteWriter& put(const model::Id128<Tag>& id) {
    for (const std::uint8_t byte : id.bytes()) bytes_ += static_cast<char>(byte);
    return *this;
  }
  ByteWriter& put(base::WallTime time) { return put(static_cast<std::uint64_t>(base::to_millis(time))); }
  ByteWriter& put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  template <class T>
  ByteWriter& put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
    return *this;
  }
  ByteWriter& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  [[nodiscard]] base::Bytes take() && { return std::move(bytes_); }

 private:
  base::Bytes bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  // All was read, and nothing was missing.
  [[nodiscard]] bool done() const noexcept { return !failed_ && bytes_.empty(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] std::string_view rest() { return std::exchange(bytes_, {}); }

  template <std::unsigned_integral T>
  void get(T& value) {
    const std::string_view field = take(sizeof(T));
    value = 0;
    for (const char byte : field)
      value = static_cast<T>((std::uint64_t{value} << 8) | static_cast<unsigned char>(byte));
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    value = byte == 1;
    if (byte > 1) failed_ = true;
  }
  template <class Tag, std::unsigned_integral T>
  void get(base::Strong<Tag, T>& value) {
    T number = 0;
    get(number);
    value = base::Strong<Tag, T>{number};
  }
  template <class Tag>
  void get(model::Id128<Tag>& id) {
    std::array<std::uint8_t, 16> bytes{};
    const std::string_view field = take(bytes.size());
    for (std::size_t i = 0; i < field.size(); ++i) bytes[i] = static_cast<std::uint8_t>(field[i]);
    id = model::Id128<Tag>{bytes};
  }
  void get(base::WallTime& time) {
    std::uint64_t millis = 0;
    get(millis);
    time = base::from_millis(static_cast<std::int64_t>(millis));
  }
  // Valid as long as the bytes given to the reader.
  void get(std::string_view& text) {
    std::uint32_t size = 0;
    get(size);
    text = take(size);
  }
  void get(std::string& text) {
    std::string_view view;
    get(view);
    text = view;
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class T>
  [[nodiscard]] T get() {
    T value{};
    get(value);
    return value;
  }
  // A list's length; fails if the bytes left cannot hold that many entries of `entry_bytes` each.
  [[nodiscard]] std::uint32_t length(std::size_t entry_bytes) {
    const auto count = get<std::uint32_t>();
    if (count > bytes_.size() / entry_bytes) failed_ = true;
    return failed_ ? 0 : count;
  }

 private:
  std::string_view take(std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view field = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return field;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace skat::chat
