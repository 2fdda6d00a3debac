#include "store/postgres/migrate.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/logger.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/schema.hpp"

namespace skat::store::postgres {
namespace {

// Ours among the database's advisory locks: "skat" and "db".
constexpr std::uint64_t kMigrationLock = 0x736b'6174'6462;

result<void> migrate(Connection& connection, std::string& why) {
  // The lock of another node that migrates is waited for, however long its scripts take.
  const std::array begin{Statement("BEGIN"), Statement("SET LOCAL lock_timeout = 0"),
                         Statement("SET LOCAL statement_timeout = 0"),
                         Statement("SELECT pg_advisory_xact_lock($1)").with(kMigrationLock),
                         Statement("SELECT 1 WHERE to_regclass('skat_schema') IS NOT NULL")};
  const auto begun = connection.run_blocking(begin);
  if (begun.failed()) return begun.error;
  const auto scripts = schema_scripts();
  std::uint64_t version = 0;
  if (begun.rows.back().empty()) {
    const std::array create{Statement("CREATE TABLE skat_schema (version bigint NOT NULL)"),
                            Statement("INSERT INTO skat_schema VALUES (0)")};
    if (const auto made = connection.run_blocking(create); made.failed()) return made.error;
  } else {
    const std::array read{Statement("SELECT version FROM skat_schema")};
    const auto found = connection.run_blocking(read);
    if (found.failed()) return found.error;
    if (found.rows[0].size() == 1) version = found.rows[0].uint64(0, 0);
  }
  if (version > scripts.size()) {
    why = fmt::format(
        "the database has schema version {}, and this program knows versions up to {}: it belongs to a "
        "newer Skat; start that one, or use another database",
        version, scripts.size());
    return errc::schema;
  }
  if (version == scripts.size()) return {};
  for (auto next = version; next < scripts.size(); ++next) {
    if (auto done = connection.run_script_blocking(scripts[next]); !done) return done;
  }
  const std::array write{Statement("UPDATE skat_schema SET version = $1").with(std::uint64_t{scripts.size()})};
  if (const auto done = connection.run_blocking(write); done.failed()) return done.error;
  base::log(base::LogLevel::info, "store", "PostgreSQL: the schema went from version {} to {}", version,
            scripts.size());
  return {};
}

}  // namespace

result<void> migrate_blocking(Connection& connection, std::string& why) {
  if (auto done = migrate(connection, why); !done) {
    if (why.empty()) why = fmt::format("the schema cannot be brought up to date: {}", connection.problem());
    connection.rollback_blocking();
    return done;
  }
  const std::array commit{Statement("COMMIT")};
  if (const auto done = connection.run_blocking(commit); done.failed()) return done.error;
  return {};
}

}  // namespace skat::store::postgres
