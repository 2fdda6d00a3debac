// The embedded store: one SQLite file in WAL mode, one writing thread (synchronous=FULL), a few reading threads.
#pragma once

#include <memory>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "store/sqlite/config.hpp"
#include "store/store.hpp"

namespace skat::store {

// Opens or creates the file and brings its schema up to date; blocks, so it belongs to the start. errc::unavailable or
// errc::schema. The store lives on `owner`, whose thread destroys it, not from inside a callback: requests without an
// answer are carried out then, and their callbacks dropped.
[[nodiscard]] result<std::unique_ptr<Store>> open_sqlite_store(const sqlite::Config& config, base::Executor& owner);

}  // namespace skat::store
