// skat: reads the command line, runs what it asks for. Exit codes: 0 ok, 1 failure, 2 usage, configuration or cannot
// start.
#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "app/config.hpp"
#include "app/errors.hpp"
#include "app/server.hpp"

namespace skat::app {
namespace {

// Blocked in every thread and waited for by the main one.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int serve(const Config& config) {
  const auto signals = block_signals();
  base::configure_logger(config.log_level, config.log_format);
  fmt::print("Skat {}: opening {}\n", kVersion, config.data.string());
  std::fflush(stdout);
  Server server(config);
  const bool everywhere = config.listen.address == "0.0.0.0" || config.listen.address == "::";
  fmt::print("Skat is ready at {}://{}:{} (embedded, data in {}{})\n", config.listen.tls ? "https" : "http",
             everywhere ? "localhost" : config.listen.address, server.port(), config.data.string(),
             everywhere ? "; other machines can reach it" : "");
  std::fflush(stdout);
  int signal = 0;
  while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) server.renew_tls();
  fmt::print("Skat is stopping\n");
  std::fflush(stdout);
  server.stop();
  return 0;
}

int run(int argc, char** argv) {
  const auto [command, config] = read_config(argc, argv);
  switch (command) {
    case Command::help_shown:
      return 0;
    case Command::version:
      fmt::print("skat {}\n", kVersion);
      return 0;
    case Command::version_json:
      fmt::print("{{\"version\":\"{}\",\"allocator\":\"{}\"}}\n", kVersion, SKAT_ALLOCATOR_NAME);
      return 0;
    case Command::config_print:
      fmt::print("{}", describe(config));
      return 0;
    case Command::serve:
      return serve(config);
  }
  return 0;
}

}  // namespace
}  // namespace skat::app

int main(int argc, char** argv) {
  try {
    return skat::app::run(argc, argv);
  } catch (const skat::app::StartError& error) {
    std::fprintf(stderr, "skat: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skat: cannot go on: %s\n", error.what());
    return 1;
  }
}
