// The one place that names concrete backends: which log, bus and store a profile has.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace skat::app {

// In the order of construction; destroyed in reverse, after the node that uses them.
struct Backends {
  std::unique_ptr<log::Log> log;
  std::unique_ptr<bus::Bus> bus;
  std::unique_ptr<store::Store> store;
};

// The embedded profile: SQLite log, in-process bus, SQLite store. Blocks; throws StartError.
[[nodiscard]] Backends open_backends(const Config& config, base::Executor& core);

}  // namespace skat::app
