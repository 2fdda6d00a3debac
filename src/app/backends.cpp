#include "app/backends.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "app/errors.hpp"
#include "base/logger.hpp"
#include "bus/memory/memory_bus.hpp"
#include "bus/redis/redis_bus.hpp"
#include "log/kafka/kafka_log.hpp"
#include "log/sqlite/sqlite_log.hpp"
#include "store/postgres/pg_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace skat::app {
namespace {

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

// Redis is only speed: nobody waits for it. The bus connects by itself, now or later.
std::unique_ptr<bus::Bus> open_bus(const bus::redis::Config& config, base::Executor& core) {
  auto opened = bus::open_redis_bus(config, core);
  if (!opened.bus) throw StartError(fmt::format("Redis at {}: {}", bus::redis::describe(config), opened.problem));
  return std::move(opened.bus);
}

std::unique_ptr<bus::Bus> open_bus(const bus::memory::Config& config, base::Executor& core) {
  return bus::make_memory_bus(core, config);
}

std::unique_ptr<store::Store> open_store(const store::sqlite::Config& config, base::Executor& core, const OnRefused&) {
  auto store = store::open_sqlite_store(config, core);
  if (!store) throw StartError(fmt::format("the store {} cannot be opened: {}", config.path, store.error().message()));
  return std::move(*store);
}

// A database that is away is waited for by whoever loads the conversations from it.
std::unique_ptr<store::Store> open_store(const store::postgres::Config& config, base::Executor& core,
                                         const OnRefused& on_refused) {
  auto opened = store::open_postgres_store(config, core, on_refused);
  if (!opened.store) throw StartError(opened.problem);
  return std::move(opened.store);
}

// The data directory's lock keeps a second process from the log, this keeps another log from the store. Who has lost it
// ends: its messages would be archived into somebody else's history.
std::unique_ptr<store::Lease> take_lease(const store::postgres::Config& config, base::Executor& core,
                                         const std::string& log_id) {
  auto taken = store::acquire_postgres_lease(config, core, {.holder = log_id}, [] {
    base::log(base::LogLevel::error, "app", "another Skat has taken over the database's lease: this one stops");
    ::kill(::getpid(), SIGTERM);
  });
  if (!taken.lease) throw StartError(taken.problem);
  return std::move(taken.lease);
}

}  // namespace

Backends open_backends(const Config& config, base::Executor& core, const Patience& patience, OnRefused on_refused) {
  Backends backends;
  backends.log = std::visit([&](const auto& log) { return open_log(log, core, patience); }, config.log);
  backends.bus = std::visit([&](const auto& bus) { return open_bus(bus, core); }, config.bus);
  backends.store = std::visit([&](const auto& store) { return open_store(store, core, on_refused); }, config.store);
  if (config.profile == Profile::embedded_postgres) {
    backends.lease = take_lease(std::get<store::postgres::Config>(config.store), core, backends.log->log_id());
  }
  return backends;
}

}  // namespace skat::app
