#include "app/backends.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/errors.hpp"
#include "bus/memory/memory_bus.hpp"
#include "log/kafka/kafka_log.hpp"
#include "log/sqlite/sqlite_log.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace skat::app {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::unique_ptr<log::Log> open_log(const log::sqlite::Config& config, base::Executor& core, const Patience&) {
  auto log = log::open_sqlite_log(config, core);
  if (!log) throw StartError(fmt::format("the log {} cannot be opened: {}", config.path, log.error().message()));
  return std::move(*log);
}

std::unique_ptr<log::Log> open_log(log::kafka::Config config, base::Executor& core, const Patience& patience) {
  return retry<std::unique_ptr<log::Log>>("Kafka", patience, [&] {
    config.open_timeout = patience.attempt_limit();
    auto opened = log::open_kafka_log(config, core);
    return Attempt<std::unique_ptr<log::Log>>{
        .value = std::move(opened.log), .problem = std::move(opened.problem), .away = opened.away};
  });
}

std::unique_ptr<store::Store> open_store(const store::sqlite::Config& config, base::Executor& core, const Patience&) {
  auto store = store::open_sqlite_store(config, core);
  if (!store) throw StartError(fmt::format("the store {} cannot be opened: {}", config.path, store.error().message()));
  return std::move(*store);
}

}  // namespace

Backends open_backends(const Config& config, base::Executor& core, const Patience& patience) {
  Backends backends;
  backends.log = std::visit([&](const auto& log) { return open_log(log, core, patience); }, config.log);
  backends.bus = std::visit(Overloaded{[&](const bus::memory::Config& bus) { return bus::make_memory_bus(core, bus); }},
                            config.bus);
  backends.store = std::visit([&](const auto& store) { return open_store(store, core, patience); }, config.store);
  return backends;
}

}  // namespace skat::app
