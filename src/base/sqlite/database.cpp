#include "base/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

namespace skat::base::sqlite {
namespace {

int open_flags(Access access) {
  switch (access) {
    case Access::read_write_create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Access::read_write:
      return SQLITE_OPEN_READWRITE;
    case Access::read_only:
      break;
  }
  return SQLITE_OPEN_READONLY;
}

const char* to_pragma(Synchronous synchronous) {
  switch (synchronous) {
    case Synchronous::off:
      return "PRAGMA synchronous=OFF";
    case Synchronous::normal:
      return "PRAGMA synchronous=NORMAL";
    case Synchronous::full:
      break;
  }
  return "PRAGMA synchronous=FULL";
}

}  // namespace

result<Database> Database::open_blocking(const Options& options) {
  sqlite3* handle = nullptr;
  const int flags = open_flags(options.access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(options.path.c_str(), &handle, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Database database(handle);  // closes it, also after a failure
  if (code != SQLITE_OK) return make_error_code(from_result_code(code));
  if (auto configured = database.configure(options); !configured) return configured.error();
  return database;
}

result<void> Database::configure(const Options& options) {
  sqlite3_busy_timeout(handle_, static_cast<int>(options.busy_timeout.count()));
  // Before the first access: in WAL mode it decides whether shared memory is used at all.
  if (options.locking == Locking::exclusive) {
    if (auto set = exec("PRAGMA locking_mode=EXCLUSIVE"); !set) return set;
  }
  if (auto set = exec(to_pragma(options.synchronous)); !set) return set;
  if (auto set = exec("PRAGMA foreign_keys=ON"); !set) return set;
  if (options.access == Access::read_only) return {};
  auto wal = prepare("PRAGMA journal_mode=WAL");
  if (!wal) return wal.error();
  auto row = wal->step();
  if (!row) return row.error();
  if (!*row || wal->column_text(0) != "wal") return make_error_code(errc::cannot_open);
  return {};
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    sqlite3_close_v2(handle_);
    handle_ = std::exchange(other.handle_, nullptr);
  }
  return *this;
}

error_code Database::last_error() const noexcept {
  return make_error_code(from_result_code(sqlite3_extended_errcode(handle_)));
}

std::string Database::last_message() const {
  return sqlite3_errmsg(handle_);
}

result<void> Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return last_error();
  return {};
}

result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return last_error();
  return Statement(statement);
}

result<std::int64_t> Database::query_int64(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->column_int64(0) : 0;
}

result<void> Database::migrate(std::span<const std::string_view> scripts) {
  auto transaction = Transaction::begin(*this);
  if (!transaction) return transaction.error();
  auto version = query_int64("PRAGMA user_version");
  if (!version) return version.error();
  const auto known = static_cast<std::int64_t>(scripts.size());
  if (*version > known) return make_error_code(errc::newer_schema);
  if (*version == known) return {};
  for (auto script : scripts.subspan(static_cast<std::size_t>(*version))) {
    if (auto done = exec(std::string(script)); !done) return done;
  }
  if (auto done = exec(fmt::format("PRAGMA user_version={}", known)); !done) return done;
  return transaction->commit();
}

std::int64_t Database::changes() const noexcept {
  return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}

result<Transaction> Transaction::begin(Database& database, Kind kind) {
  if (auto begun = database.exec(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) return begun.error();
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  (void)rollback();
}

result<void> Transaction::commit() {
  auto done = database_->exec("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

result<void> Transaction::rollback() {
  Database* const database = std::exchange(database_, nullptr);
  if (database == nullptr || !database->in_transaction()) return {};
  return database->exec("ROLLBACK");
}

}  // namespace skat::base::sqlite
