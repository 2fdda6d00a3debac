// What an operator may set, checked and ready for use: defaults < environment < flags. options.hpp has the words,
// docs/operations.md the table.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <variant>

#include "app/options.hpp"
#include "app/profile.hpp"
#include "base/logger.hpp"
#include "bus/memory/config.hpp"
#include "bus/redis/config.hpp"
#include "chat/config.hpp"
#include "engineio/config.hpp"
#include "gateway/config.hpp"
#include "log/kafka/config.hpp"
#include "log/sqlite/config.hpp"
#include "net/config.hpp"
#include "relay/config.hpp"
#include "socketio/server.hpp"
#include "store/postgres/config.hpp"
#include "store/sqlite/config.hpp"

namespace skat::app {

using LogConfig = std::variant<log::sqlite::Config, log::kafka::Config>;
using BusConfig = std::variant<bus::memory::Config, bus::redis::Config>;
using StoreConfig = std::variant<store::sqlite::Config, store::postgres::Config>;

struct Config {
  Profile profile = Profile::embedded;
  net::ListenConfig listen{.address = "0.0.0.0", .port = 5000};
  std::filesystem::path data = "./data";  // used when uses_data() or keeps_copies()
  bool data_given = false;                // by the operator
  std::size_t loops = 0;                  // 0: one for each core
  base::LogLevel log_level = base::LogLevel::info;
  base::LogFormat log_format = base::LogFormat::text;
  // A service without which nothing can begin may be away for so long at the start; then the start has failed.
  std::chrono::seconds start_timeout{60};

  net::HttpConfig http;
  engineio::Config engineio;
  relay::Config relay;
  socketio::Config socketio;
  gateway::Config gateway;
  chat::Config chat;
  LogConfig log;
  BusConfig bus;
  StoreConfig store;
  MaintenanceOptions maintenance;
};

// What this node alone has lies on its disk; of a node of a cluster that is nothing.
[[nodiscard]] bool uses_data(const Config& config);
// A node of a cluster that was given a directory keeps copies there of what it needs to start while PostgreSQL is away.
[[nodiscard]] bool keeps_copies(const Config& config);

struct Invocation {
  Command command = Command::serve;
  Config config;
};

// Reads flags and environment. Throws StartError with one sentence for anything that is not understood.
[[nodiscard]] Invocation read_config(int argc, const char* const* argv);
// The settings in use as "key = value" lines; no secret is among them.
[[nodiscard]] std::string describe(const Config& config);
// What a start prints: profile, addresses, services; no secret is among them.
[[nodiscard]] std::string describe_start(const Config& config, std::uint16_t port);

inline constexpr const char* kVersion = SKAT_VERSION;

}  // namespace skat::app
