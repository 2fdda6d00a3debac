// Database: one SQLite connection in WAL mode. Its calls block, so it is used on a base::Worker.
// Lives on: one thread at a time (opened without SQLite's own mutex).
// Ends by: destruction, after its Statements and Transactions.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/sqlite/errc.hpp"
#include "base/sqlite/statement.hpp"

struct sqlite3;

namespace skat::base::sqlite {

enum class Access { read_write_create, read_write, read_only };
// full: a commit is on the disk when it returns. normal: a power cut may undo the newest commits. off: no promise.
enum class Synchronous { off, normal, full };
// exclusive: this connection keeps the file to itself, and needs no shared memory.
enum class Locking { shared, exclusive };

struct Options {
  std::string path = {};
  Access access = Access::read_write_create;
  Synchronous synchronous = Synchronous::full;
  Locking locking = Locking::shared;
  std::chrono::milliseconds busy_timeout{5000};
  std::string vfs = {};  // empty: SQLite's default
};

class Database {
 public:
  Database() noexcept = default;  // closed: may only be assigned to
  [[nodiscard]] static result<Database> open_blocking(const Options& options);
  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One or more statements without parameters; rows are dropped.
  [[nodiscard]] result<void> exec(const std::string& sql);
  [[nodiscard]] result<Statement> prepare(std::string_view sql);
  // The first column of the first row of a statement without parameters; 0 when there is no row.
  [[nodiscard]] result<std::int64_t> query_int64(std::string_view sql);

  // Brings user_version up to scripts.size() in one transaction: script i makes version i + 1 out of version i.
  // errc::newer_schema when the file is already further; then nothing was changed.
  [[nodiscard]] result<void> migrate(std::span<const std::string_view> scripts);

  // Rows changed by the last INSERT, UPDATE or DELETE.
  [[nodiscard]] std::int64_t changes() const noexcept;
  // False after SQLite has rolled back by itself (some errors do that).
  [[nodiscard]] bool in_transaction() const noexcept;
  // SQLite's own words about the last failure, for the logger.
  [[nodiscard]] std::string last_message() const;

 private:
  explicit Database(sqlite3* owned) noexcept : handle_(owned) {}
  [[nodiscard]] error_code last_error() const noexcept;
  [[nodiscard]] result<void> configure(const Options& options);

  sqlite3* handle_ = nullptr;
};

// Transaction: everything between begin() and commit() happens, or nothing. Destruction without commit rolls back.
class Transaction {
 public:
  // write: takes the write lock at once, so that no later statement meets errc::busy. read: one snapshot for all reads.
  enum class Kind { write, read };
  [[nodiscard]] static result<Transaction> begin(Database& database, Kind kind = Kind::write);
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // After an error the transaction is still open where SQLite allows it, and is rolled back by rollback() or
  // destruction.
  [[nodiscard]] result<void> commit();
  // An error: the connection is still inside the transaction, and it is unknown what is on the disk.
  result<void> rollback();

 private:
  explicit Transaction(Database& database) noexcept : database_(&database) {}
  Database* database_;  // null once committed, rolled back or moved from
};

}  // namespace skat::base::sqlite
