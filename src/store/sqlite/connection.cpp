#include "store/sqlite/connection.hpp"

#include <fmt/format.h>

#include "base/logger.hpp"
#include "store/sqlite/schema.hpp"

namespace skat::store::sqlite {
namespace {

errc to_store(base::sqlite::errc code) {
  using Sqlite = base::sqlite::errc;
  switch (code) {
    case Sqlite::busy:
    case Sqlite::full:
    case Sqlite::io:
    case Sqlite::cannot_open:
    case Sqlite::read_only:
    case Sqlite::interrupted:
      return errc::unavailable;
    case Sqlite::unique:
    case Sqlite::constraint:
    case Sqlite::too_big:
    case Sqlite::corrupt:
      return errc::data_error;
    case Sqlite::error:
    case Sqlite::newer_schema:
      break;
  }
  return errc::schema;
}

}  // namespace

result<Connection> Connection::open_blocking(const Config& config, base::sqlite::Access access) {
  base::sqlite::Options options{.path = config.path, .access = access, .vfs = config.vfs};
  options.busy_timeout = config.busy_timeout;
  auto database = base::sqlite::Database::open_blocking(options);
  if (!database) {
    base::log(base::LogLevel::error, "store", "{}: {}", config.path, database.error().message());
    return to_store(static_cast<base::sqlite::errc>(database.error().value()));
  }
  Connection connection(std::move(*database));
  constexpr std::size_t kPageBytes = 4096;  // SQLite's default
  const std::string pragmas =
      fmt::format("PRAGMA cache_size=-{}; PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={}",
                  config.cache_bytes / 1024, config.wal_bytes / kPageBytes, config.wal_bytes);
  if (auto set = connection.database_.exec(pragmas); !set) return connection.failure(set.error());
  if (access != base::sqlite::Access::read_only) {
    if (auto done = connection.database_.migrate(schema_scripts()); !done) return connection.failure(done.error());
  }
  return connection;
}

result<base::sqlite::Statement*> Connection::statement(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return &known->second;
  auto prepared = database_.prepare(sql);
  if (!prepared) return failure(prepared.error());
  return &statements_.emplace(sql, std::move(*prepared)).first->second;
}

error_code Connection::failure(error_code sqlite) const {
  base::log(base::LogLevel::warn, "store", "{} ({})", sqlite.message(), database_.last_message());
  return to_store(static_cast<base::sqlite::errc>(sqlite.value()));
}

}  // namespace skat::store::sqlite
