// The bus of one process: no connection, so it is up from start() on and never says on_bus_down() or on_bus_up().
// Delivers in a later turn of the executor, in the order published; loses only what its limits refuse.
#pragma once

#include <memory>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "bus/memory/config.hpp"

namespace skat::bus {

[[nodiscard]] std::unique_ptr<Bus> make_memory_bus(base::Executor& executor, const memory::Config& config = {});

}  // namespace skat::bus
