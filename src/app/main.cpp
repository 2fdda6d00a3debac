// skat: reads the command line, runs what it asks for. Exit codes: 0 ok, 1 failure, 2 usage, configuration or cannot
// start.
#include <fmt/format.h>
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <string>

#include "app/commands/maintenance_commands.hpp"
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

constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 10'000'000};  // how often a start's end is looked for
constexpr std::chrono::seconds kCancelTime{1};                 // what a cancelled start may take to end in order

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// What a process must not go on with, once it has stopped.
void throw_failure(const Server& server) {
  if (auto why = server.failure(); !why.empty()) throw StartError(why);
}

// Until the start has ended, or a signal ends it. False: a signal came.
bool await_start(Server& server, std::future<void>& starting, const sigset_t& signals) {
  while (starting.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const int signal = ::sigtimedwait(&signals, nullptr, &kLook);
    if (signal == SIGHUP) server.renew_tls();
    if (signal == SIGINT || signal == SIGTERM) return false;
  }
  starting.get();
  return true;
}

int serve(const Config& config) {
  const auto signals = block_signals();
  base::configure_logger(config.log_level, config.log_format);
  const auto began = std::chrono::steady_clock::now();
  Server server(config);
  say(describe_start(config, server.port()));
  auto starting = server.start();
  if (!await_start(server, starting, signals)) {
    say("Skat is stopping before it was ready\n");
    server.cancel_start();
    // A library that waits for its service cannot be called back. Nothing is under way that a sudden end would harm.
    if (starting.wait_for(kCancelTime) != std::future_status::ready) {
      if (const auto why = server.failure(); !why.empty()) {
        std::fprintf(stderr, "skat: %s\n", why.c_str());
        std::_Exit(2);
      }
      std::_Exit(0);
    }
    throw_failure(server);
    return 0;
  }
  const bool everywhere = config.listen.address == "0.0.0.0" || config.listen.address == "::";
  say(fmt::format("Skat is ready at {}://{}:{} after {:.1f} s{}\n", config.listen.tls ? "https" : "http",
                  everywhere ? "localhost" : config.listen.address, server.port(),
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(),
                  everywhere ? "; other machines can reach it" : ""));
  int signal = 0;
  while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) server.renew_tls();
  say("Skat is stopping\n");
  server.stop();
  throw_failure(server);
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
    case Command::verify:
    case Command::rebuild:
    case Command::log_adopt:
    case Command::dead_letter_list:
      return run_maintenance(command, config);
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
