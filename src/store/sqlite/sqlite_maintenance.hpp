// Maintenance of the SQLite store: connections and threads of its own, beside whatever else has the file open.
#pragma once

#include <memory>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "store/maintenance.hpp"
#include "store/sqlite/config.hpp"

namespace skat::store {

// The file must exist; its schema is brought up to date. Blocks. Lives on `owner` as the store does, longer than the
// readings it made.
[[nodiscard]] result<std::unique_ptr<Maintenance>> open_sqlite_maintenance(const sqlite::Config& config,
                                                                           base::Executor& owner);

}  // namespace skat::store
