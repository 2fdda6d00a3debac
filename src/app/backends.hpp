// The one place that names concrete backends: which log, bus and store a profile has.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "app/patience.hpp"
#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "log/log.hpp"
#include "store/postgres/pg_lease.hpp"
#include "store/store.hpp"

namespace skat::app {

// In the order of construction; destroyed in reverse, after the node that uses them.
struct Backends {
  std::unique_ptr<log::Log> log;
  std::unique_ptr<bus::Bus> bus;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Lease> lease;  // an embedded log's on its PostgreSQL store
};

// Told, on any thread, once a service that was away at the start turns out to be one that this process must not use:
// the sentence that would have ended the start.
using OnRefused = std::function<void(std::string problem)>;

// Blocks: a service that is away is waited for (docs/operations.md). Throws StartError, with the service and the cause.
// The executor need not run yet.
[[nodiscard]] Backends open_backends(const Config& config, base::Executor& core, const Patience& patience,
                                     OnRefused on_refused = {});

}  // namespace skat::app
