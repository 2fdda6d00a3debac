// What an operator may set, and where each value came from: defaults < environment < flags.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/logger.hpp"
#include "chat/config.hpp"
#include "engineio/config.hpp"
#include "gateway/config.hpp"
#include "log/sqlite/config.hpp"
#include "net/config.hpp"
#include "socketio/server.hpp"
#include "store/sqlite/config.hpp"

namespace skat::app {

struct Config {
  net::ListenConfig listen{.address = "0.0.0.0", .port = 5000};
  std::filesystem::path data = "./data";
  std::size_t loops = 0;  // 0: one for each core
  base::LogLevel log_level = base::LogLevel::info;
  base::LogFormat log_format = base::LogFormat::text;

  net::HttpConfig http;
  engineio::Config engineio;
  socketio::Config socketio;
  gateway::Config gateway;
  chat::Config chat;
  log::sqlite::Config log;
  store::sqlite::Config store;
};

enum class Command { help_shown, serve, version, version_json, config_print };

struct Invocation {
  Command command = Command::serve;
  Config config;
};

// Reads flags and environment. Throws StartError with one sentence for anything that is not understood.
[[nodiscard]] Invocation read_config(int argc, const char* const* argv);
// The settings in use as "key = value" lines; no secret is among them.
[[nodiscard]] std::string describe(const Config& config);

inline constexpr const char* kVersion = SKAT_VERSION;

}  // namespace skat::app
