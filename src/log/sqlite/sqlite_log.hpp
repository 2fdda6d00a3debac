// The embedded log: one SQLite file, one writer thread that commits in groups (synchronous=FULL), one reader thread for
// readers that are behind; readers at the tail are fed from memory by the commit itself.
#pragma once

#include <memory>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "log/log.hpp"
#include "log/sqlite/config.hpp"

namespace skat::log {

// Opens or creates the file; blocks, so it belongs to the start. Its error is SQLite's own (base/sqlite/errc.hpp).
// One process at a time may have the file open: tail readers see what this process appends. The log lives on `owner`,
// whose thread destroys it (not from inside a callback), after its readers; appends without an answer are committed
// then, and their callbacks dropped.
[[nodiscard]] result<std::unique_ptr<Log>> open_sqlite_log(const sqlite::Config& config, base::Executor& owner);

}  // namespace skat::log
