// The cluster's bus: Redis Pub/Sub, nothing stored. Several processes share it.
#pragma once

#include <memory>
#include <string>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "bus/redis/config.hpp"

namespace skat::bus {

// Either a bus, or one sentence that says why not and what to do about it.
struct OpenedRedisBus {
  std::unique_ptr<Bus> bus;
  std::string problem;
};

// Checks the settings and reads the certificates; start() connects, and the bus is down until on_bus_up(). A server
// that is away is no problem here: it is tried for ever. The bus lives on `owner`, whose thread destroys it (not from
// inside a callback); what was published and not sent yet is lost then. on_bus_up() and on_bus_down() alternate;
// `confirmed` of a channel that is left again does not run.
[[nodiscard]] OpenedRedisBus open_redis_bus(const redis::Config& config, base::Executor& owner);

}  // namespace skat::bus
