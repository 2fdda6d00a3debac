#include "app/backends.hpp"

#include <fmt/format.h>

#include "app/errors.hpp"
#include "bus/memory/memory_bus.hpp"
#include "log/sqlite/sqlite_log.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace skat::app {

Backends open_backends(const Config& config, base::Executor& core) {
  auto log = log::open_sqlite_log(config.log, core);
  if (!log) throw StartError(fmt::format("the log {} cannot be opened: {}", config.log.path, log.error().message()));
  auto store = store::open_sqlite_store(config.store, core);
  if (!store) {
    throw StartError(fmt::format("the store {} cannot be opened: {}", config.store.path, store.error().message()));
  }
  return {.log = std::move(*log), .bus = bus::make_memory_bus(core), .store = std::move(*store)};
}

}  // namespace skat::app
