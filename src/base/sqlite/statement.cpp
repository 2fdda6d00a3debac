#include "base/sqlite/statement.hpp"

#include <sqlite3.h>

#include <utility>

#include "base/check.hpp"
#include "base/sqlite/errc.hpp"

namespace skat::base::sqlite {

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    statement_ = std::exchange(other.statement_, nullptr);
    bind_error_ = other.bind_error_;
  }
  return *this;
}

void Statement::note_bind(int result_code) noexcept {
  SKAT_CHECK(result_code != SQLITE_RANGE && result_code != SQLITE_MISUSE, "bound outside the statement's parameters");
  if (result_code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = result_code;
}

Statement& Statement::bind(int index, std::int64_t value) {
  note_bind(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

// An empty view may have a null pointer, which SQLite would store as NULL: hence the "".
Statement& Statement::bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  note_bind(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  note_bind(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int index) {
  note_bind(sqlite3_bind_null(statement_, index));
  return *this;
}

result<bool> Statement::step() {
  SKAT_CHECK(statement_ != nullptr, "an empty Statement was used");
  if (const int failed = std::exchange(bind_error_, SQLITE_OK); failed != SQLITE_OK) {
    sqlite3_reset(statement_);
    return {boost::system::in_place_error, make_error_code(from_result_code(failed))};
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  const int extended = sqlite3_extended_errcode(sqlite3_db_handle(statement_));
  sqlite3_reset(statement_);
  if (code == SQLITE_DONE) return false;
  const auto failure = from_result_code((extended & 0xff) == (code & 0xff) ? extended : code);
  return {boost::system::in_place_error, make_error_code(failure)};
}

result<void> Statement::run() {
  for (;;) {
    auto row = step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_);
}

std::int64_t Statement::column_int64(int index) const noexcept {
  return sqlite3_column_int64(statement_, index);
}

std::string_view Statement::column_text(int index) const noexcept {
  const auto* text = sqlite3_column_text(statement_, index);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
}

std::string_view Statement::column_blob(int index) const noexcept {
  const void* blob = sqlite3_column_blob(statement_, index);
  if (blob == nullptr) return {};
  return {static_cast<const char*>(blob), static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
}

bool Statement::column_is_null(int index) const noexcept {
  return sqlite3_column_type(statement_, index) == SQLITE_NULL;
}

}  // namespace skat::base::sqlite
