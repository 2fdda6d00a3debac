// Rows: what one statement answered, in binary form. Lives on: the stack of a worker. Ends by: destruction.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "store/postgres/binary.hpp"

struct pg_result;  // libpq's

namespace skat::store::postgres {

class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* taken) : result_(taken) {}

  [[nodiscard]] int size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  // Rows inserted, updated or deleted.
  [[nodiscard]] std::uint64_t changes() const;

  // Rows and columns are numbered from 0. Views are valid as long as this object.
  [[nodiscard]] bool is_null(int row, int column) const;
  [[nodiscard]] std::string_view bytes(int row, int column) const;  // of text and bytea
  [[nodiscard]] std::uint64_t uint64(int row, int column) const { return read_big_endian(bytes(row, column)); }
  [[nodiscard]] std::int64_t int64(int row, int column) const { return static_cast<std::int64_t>(uint64(row, column)); }
  [[nodiscard]] base::WallTime time(int row, int column) const { return base::from_millis(int64(row, column)); }
  template <class Id>
  [[nodiscard]] Id id(int row, int column) const {
    std::array<std::uint8_t, 16> value{};
    const auto stored = bytes(row, column);
    if (stored.size() == value.size()) std::memcpy(value.data(), stored.data(), value.size());
    return Id{value};
  }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace skat::store::postgres
