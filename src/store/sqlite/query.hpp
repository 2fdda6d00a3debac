// Query: one use of a prepared statement. Parameters are given in the order of the statement's question marks; a
// failure on the way (prepare, bind) is answered by the first step. Lives on: the stack, on the worker that has the
// Connection. Ends by: destruction, which resets the statement: an open row would keep a read transaction open.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/clock.hpp"
#include "base/strong.hpp"
#include "model/ids.hpp"
#include "store/sqlite/connection.hpp"

namespace skat::store::sqlite {

class Query {
 public:
  Query(Connection& connection, std::string_view sql) : connection_(connection) {
    if (auto prepared = connection.statement(sql)) {
      statement_ = *prepared;
    } else {
      error_ = prepared.error();
    }
  }
  ~Query() {
    if (statement_ != nullptr) statement_->reset();
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // From the first question mark again, for the next row of many. Columns are gone.
  Query& restart() {
    if (statement_ != nullptr) statement_->reset();
    next_ = 1;
    return *this;
  }
  Query& with(std::int64_t value) {
    return each_bind([&](auto& s, int i) { s.bind(i, value); });
  }
  // Same bits: SQLite's integers are signed.
  Query& with(std::uint64_t value) { return with(static_cast<std::int64_t>(value)); }
  Query& with(std::uint32_t value) { return with(std::int64_t{value}); }
  Query& with(base::WallTime time) { return with(base::to_millis(time)); }
  template <class Tag>
  Query& with(const base::Strong<Tag, std::uint64_t>& number) {
    return with(number.value());
  }
  template <class Tag>
  Query& with(const model::Id128<Tag>& id) {
    return with_blob({reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
  Query& with_text(std::string_view text) {
    return each_bind([&](auto& s, int i) { s.bind(i, text); });
  }
  Query& with_blob(std::string_view bytes) {
    return each_bind([&](auto& s, int i) { s.bind_blob(i, bytes); });
  }
  Query& with_null() {
    return each_bind([&](auto& s, int i) { s.bind_null(i); });
  }

  // True: a row is there for the columns. False: no further row.
  [[nodiscard]] result<bool> step() {
    if (error_) return {boost::system::in_place_error, error_};
    auto row = statement_->step();
    if (!row) return {boost::system::in_place_error, connection_.failure(row.error())};
    return row;
  }
  [[nodiscard]] result<void> run() {
    for (;;) {
      auto row = step();
      if (!row) return row.error();
      if (!*row) return {};
    }
  }
  // `on_row` looks at the columns of this query.
  template <class OnRow>
  [[nodiscard]] result<void> each(OnRow&& on_row) {
    for (;;) {
      auto row = step();
      if (!row) return row.error();
      if (!*row) return {};
      on_row(*this);
    }
  }

  // Columns are numbered from 0.
  [[nodiscard]] std::int64_t int64(int column) const { return statement_->column_int64(column); }
  [[nodiscard]] std::uint64_t uint64(int column) const { return static_cast<std::uint64_t>(int64(column)); }
  [[nodiscard]] base::WallTime time(int column) const { return base::from_millis(int64(column)); }
  [[nodiscard]] bool is_null(int column) const { return statement_->column_is_null(column); }
  // Views are valid until the next step.
  [[nodiscard]] std::string_view text(int column) const { return statement_->column_text(column); }
  [[nodiscard]] std::string_view blob(int column) const { return statement_->column_blob(column); }
  template <class Id>
  [[nodiscard]] Id id(int column) const {
    std::array<std::uint8_t, 16> bytes{};
    const auto stored = blob(column);
    if (stored.size() == bytes.size()) std::memcpy(bytes.data(), stored.data(), bytes.size());
    return Id{bytes};
  }

 private:
  template <class Bind>
  Query& each_bind(Bind&& bind) {
    if (statement_ != nullptr) bind(*statement_, next_++);
    return *this;
  }

  Connection& connection_;
  base::sqlite::Statement* statement_ = nullptr;  // null: error_ says why
  error_code error_;
  int next_ = 1;
};

}  // namespace skat::store::sqlite
