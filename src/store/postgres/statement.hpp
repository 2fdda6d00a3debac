// Statement: one SQL statement with its parameters in PostgreSQL's binary form, for one use. Never prepared under a
// name: behind PgBouncer the next transaction may have another server. Sans-I/O. Lives on: the stack of a worker.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.hpp"
#include "base/strong.hpp"
#include "model/ids.hpp"
#include "store/postgres/binary.hpp"

namespace skat::store::postgres {

template <class Tag>
std::string_view bytes_of(const model::Id128<Tag>& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

// One column of many rows, for unnest().
class Column {
 public:
  static Column uuids() { return {Type::uuid_array, Type::uuid}; }
  static Column numbers() { return {Type::int8_array, Type::int8}; }
  static Column texts() { return {Type::text_array, Type::text}; }
  static Column blobs() { return {Type::bytea_array, Type::bytea}; }

  template <class Tag>
  void add(const model::Id128<Tag>& id) {
    add_bytes(bytes_of(id));
  }
  template <class Tag>
  void add(const base::Strong<Tag, std::uint64_t>& number) {
    add(number.value());
  }
  void add(std::uint64_t number) {
    begin(sizeof number);
    put_big_endian(values_, number);
  }
  void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
  void add(base::WallTime time) { add(base::to_millis(time)); }
  void add_bytes(std::string_view bytes) {
    begin(bytes.size());
    values_ += bytes;
  }
  void add_null() {
    ++count_;
    nulls_ = true;
    put_big_endian(values_, std::int32_t{-1});
  }

  [[nodiscard]] Type type() const noexcept { return type_; }
  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  // An array of one dimension.
  [[nodiscard]] std::string encode() const {
    std::string out;
    out.reserve(values_.size() + 20);
    put_big_endian(out, std::int32_t{count_ == 0 ? 0 : 1});
    put_big_endian(out, std::int32_t{nulls_ ? 1 : 0});
    put_big_endian(out, static_cast<std::uint32_t>(element_));
    if (count_ == 0) return out;
    put_big_endian(out, count_);
    put_big_endian(out, std::int32_t{1});  // numbered from 1
    out += values_;
    return out;
  }

 private:
  Column(Type type, Type element) : type_(type), element_(element) {}
  void begin(std::size_t bytes) {
    ++count_;
    put_big_endian(values_, static_cast<std::int32_t>(bytes));
  }

  Type type_, element_;
  std::uint32_t count_ = 0;
  bool nulls_ = false;
  std::string values_;
};

class Statement {
 public:
  // `sql` is a literal.
  template <std::size_t size>
  explicit Statement(const char (&sql)[size]) : sql_(sql) {}
  // Text made on the way, without parameters of a peer in it.
  explicit Statement(std::string made) : made_(std::move(made)) {}

  Statement& with(std::uint64_t number) & {
    std::string bytes;
    put_big_endian(bytes, number);
    return put(Type::int8, std::move(bytes));
  }
  Statement& with(std::int64_t number) & { return with(static_cast<std::uint64_t>(number)); }
  Statement& with(std::uint32_t number) & { return with(std::uint64_t{number}); }
  Statement& with(base::WallTime time) & { return with(base::to_millis(time)); }
  template <class Tag>
  Statement& with(const base::Strong<Tag, std::uint64_t>& number) & {
    return with(number.value());
  }
  template <class Tag>
  Statement& with(const model::Id128<Tag>& id) & {
    return put(Type::uuid, std::string(bytes_of(id)));
  }
  Statement& with(const Column& column) & { return put(column.type(), column.encode()); }
  Statement& with_text(std::string_view text) & { return put(Type::text, std::string(text)); }
  Statement& with_blob(std::string_view bytes) & { return put(Type::bytea, std::string(bytes)); }
  // For a statement that is made in one expression.
  template <class... Arguments>
  Statement&& with(Arguments&&... arguments) && {
    (with(std::forward<Arguments>(arguments)), ...);
    return std::move(*this);
  }
  Statement&& with_text(std::string_view text) && { return std::move(with_text(text)); }
  Statement&& with_blob(std::string_view bytes) && { return std::move(with_blob(bytes)); }

  [[nodiscard]] const char* sql() const noexcept { return sql_ != nullptr ? sql_ : made_.c_str(); }
  [[nodiscard]] const std::vector<Type>& types() const noexcept { return types_; }
  [[nodiscard]] const std::vector<std::string>& values() const noexcept { return values_; }

 private:
  Statement& put(Type type, std::string value) {
    types_.push_back(type);
    values_.push_back(std::move(value));
    return *this;
  }

  const char* sql_ = nullptr;
  std::string made_;
  std::vector<Type> types_;
  std::vector<std::string> values_;
};

}  // namespace skat::store::postgres
