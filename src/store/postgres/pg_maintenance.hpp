// Maintenance of the PostgreSQL store: connections of its own, beside whatever nodes use the database.
#pragma once

#include <memory>
#include <string>

#include "base/executor.hpp"
#include "store/maintenance.hpp"
#include "store/postgres/config.hpp"

namespace skat::store {

// Either maintenance, or one sentence that says why not.
struct OpenedPostgresMaintenance {
  std::unique_ptr<Maintenance> maintenance;
  std::string problem;
};

// Connects once, as the store does; blocks. Lives on `owner` as the store does, longer than the readings it made.
// A reading is one REPEATABLE READ transaction with a cursor for each table: while it lasts, the server keeps old rows.
[[nodiscard]] OpenedPostgresMaintenance open_postgres_maintenance(const postgres::Config& config,
                                                                  base::Executor& owner);

}  // namespace skat::store
