// Statement: one prepared SQL statement, kept and used again and again. Made by Database::prepare().
// Lives on: the thread that uses its Database; destroyed before it.
// Ends by: destruction, which finalizes it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

struct sqlite3_stmt;

namespace skat::base::sqlite {

class Statement {
 public:
  Statement() noexcept = default;  // empty: may only be assigned to
  explicit Statement(sqlite3_stmt* owned) noexcept : statement_(owned) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters are numbered from 1 and keep their values over reset(). Text and blobs are copied. A failed bind is
  // answered by the next step() or run(), so that binds can be chained.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  // True: a row is there for the column accessors. False: done, and reset for the next use. An error also resets.
  [[nodiscard]] result<bool> step();
  // step() to the end, for statements whose rows do not matter.
  [[nodiscard]] result<void> run();
  // Needed only when step() is not called until it says false: an open row keeps a read transaction open.
  void reset() noexcept;

  // Columns are numbered from 0. Views are valid until the next step() or reset(). NULL reads as 0 and empty.
  [[nodiscard]] std::int64_t column_int64(int index) const noexcept;
  [[nodiscard]] std::string_view column_text(int index) const noexcept;
  [[nodiscard]] std::string_view column_blob(int index) const noexcept;
  [[nodiscard]] bool column_is_null(int index) const noexcept;

 private:
  void note_bind(int result_code) noexcept;

  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;  // first failed bind since the last step()
};

}  // namespace skat::base::sqlite
