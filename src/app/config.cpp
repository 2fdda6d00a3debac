#include "app/config.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <string_view>

#include "app/errors.hpp"

namespace skat::app {
namespace {

constexpr std::size_t kMaxLoops = 256;

// What the flags say, before it is checked.
struct Flags {
  std::string listen, tls_certificate, tls_key, data = "./data", log_level = "info", log_format = "text";
  int port = 5000;
  std::size_t loops = 0;
  std::int64_t ping_interval_ms = 25'000, ping_timeout_ms = 20'000;
  std::vector<std::string> allow_origin;
  bool json = false;
};

void add_serve_options(CLI::App& app, Flags& flags) {
  app.add_option("--port", flags.port, "port to listen on, all addresses")
      ->envname("PORT")
      ->check(CLI::Range(0, 65'535))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--listen", flags.listen, "address and port instead: 127.0.0.1:5000, [::]:5000")
      ->envname("SKAT_LISTEN")
      ->type_name("ADDR:N");
  app.add_option("--tls-cert", flags.tls_certificate, "serve HTTPS: certificate and chain, PEM")
      ->envname("SKAT_TLS_CERT")
      ->type_name("FILE");
  app.add_option("--tls-key", flags.tls_key, "its key, PEM; SIGHUP reads both again")
      ->envname("SKAT_TLS_KEY")
      ->type_name("FILE");
  app.add_option("--data", flags.data, "directory of everything Skat keeps")
      ->envname("SKAT_DATA")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--allow-origin", flags.allow_origin, "web origin that may connect, or '*'; repeatable")
      ->envname("SKAT_ALLOW_ORIGIN")
      ->delimiter(',')
      ->type_name("URL");
  app.add_option("--loops", flags.loops, "threads for connections; 0: one for each core")
      ->envname("SKAT_LOOPS")
      ->check(CLI::Range(std::size_t{0}, kMaxLoops))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--ping-interval", flags.ping_interval_ms, "ms between heartbeats")
      ->envname("SKAT_PING_INTERVAL")
      ->check(CLI::Range(100, 3'600'000))
      ->type_name("MS")
      ->capture_default_str();
  app.add_option("--ping-timeout", flags.ping_timeout_ms, "ms a heartbeat's answer may take")
      ->envname("SKAT_PING_TIMEOUT")
      ->check(CLI::Range(100, 3'600'000))
      ->type_name("MS")
      ->capture_default_str();
  app.add_option("--log-level", flags.log_level, "debug, info, warn or error")
      ->envname("LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->type_name("LEVEL")
      ->capture_default_str();
  app.add_option("--log-format", flags.log_format, "text or json, on standard error")
      ->envname("LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORM")
      ->capture_default_str();
}

// "127.0.0.1:5000", "[::]:5000", ":5000".
net::ListenConfig parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto fail = [&] {
    return StartError("--listen wants ADDRESS:PORT, for example 127.0.0.1:5000, not '" + text + "'");
  };
  if (colon == std::string::npos) throw fail();
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  net::ListenConfig listen{.address = address.empty() ? "0.0.0.0" : address, .port = 0};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, listen.port);
  if (error != std::errc{} || rest != end) throw fail();
  return listen;
}

Config make_config(const Flags& flags) {
  static const std::map<std::string, base::LogLevel> levels{{"debug", base::LogLevel::debug},
                                                            {"info", base::LogLevel::info},
                                                            {"warn", base::LogLevel::warn},
                                                            {"error", base::LogLevel::error}};
  Config config;
  config.listen.port = static_cast<std::uint16_t>(flags.port);
  if (!flags.listen.empty()) config.listen = parse_listen(flags.listen);
  if (flags.tls_certificate.empty() != flags.tls_key.empty()) {
    throw StartError("--tls-cert and --tls-key go together: the certificate and its key");
  }
  if (!flags.tls_certificate.empty()) {
    config.listen.tls = net::TlsConfig{.certificate_file = flags.tls_certificate, .key_file = flags.tls_key};
  }
  if (const auto problem = net::validate(config.listen)) throw StartError(*problem);
  if (flags.data.empty()) throw StartError("--data wants a directory");
  config.data = flags.data;
  config.loops = flags.loops;
  config.log_level = levels.at(flags.log_level);
  config.log_format = flags.log_format == "json" ? base::LogFormat::json : base::LogFormat::text;
  config.engineio.ping_interval = std::chrono::milliseconds(flags.ping_interval_ms);
  config.engineio.ping_timeout = std::chrono::milliseconds(flags.ping_timeout_ms);
  for (const auto& origin : flags.allow_origin) {
    if (origin == "*") {
      config.engineio.origin.allow_any = true;
    } else if (origin.starts_with("http://") || origin.starts_with("https://")) {
      config.engineio.origin.allowed.push_back(origin.ends_with('/') ? origin.substr(0, origin.size() - 1) : origin);
    } else {
      throw StartError("--allow-origin wants http://HOST[:PORT], https://HOST[:PORT] or '*', not '" + origin + "'");
    }
  }
  if (const auto problem = engineio::validate(config.engineio)) throw StartError(*problem);
  config.gateway.version = kVersion;
  config.log.path = config.data / "log.sqlite";
  config.store.path = config.data / "store.sqlite";
  return config;
}

bool is_given(std::string_view flag, int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc, [&](std::string_view argument) {
    return argument.starts_with(flag) && (argument.size() == flag.size() || argument[flag.size()] == '=');
  });
}

// One address comes from two options, each with a variable: a flag is stronger than the other one's variable.
void settle_address(Flags& flags, int argc, const char* const* argv) {
  if (!is_given("--port", argc, argv)) return;
  if (is_given("--listen", argc, argv)) throw StartError("--port and --listen exclude each other");
  flags.listen.clear();
}

// CLI11's messages may have several lines; ours are one.
std::string one_line(std::string text) {
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

}  // namespace

Invocation read_config(int argc, const char* const* argv) {
  Flags flags, print_flags;  // each command its own: CLI11 reads the environment for commands that were not given too
  CLI::App app{"Skat: a real-time chat server in one binary"};
  app.name("skat");
  app.require_subcommand(0, 1);
  app.footer("Start with: skat serve\nEach option has an environment variable; skat serve --help names it.");
  auto* serve = app.add_subcommand("serve", "serve the chat: page, Socket.IO, history; no other service is needed");
  add_serve_options(*serve, flags);
  auto* config = app.add_subcommand("config", "look at the settings");
  config->require_subcommand(1);
  auto* print = config->add_subcommand("print", "print the settings that `skat serve` would use");
  add_serve_options(*print, print_flags);
  auto* version = app.add_subcommand("version", "print the version");
  version->add_flag("--json", flags.json, "as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);  // of the command that was given, with its whole name
    return {.command = Command::help_shown, .config = {}};
  } catch (const CLI::ParseError& error) {
    throw StartError(one_line(error.what()) + " (skat --help)");
  }
  if (*version) return {.command = flags.json ? Command::version_json : Command::version, .config = {}};
  settle_address(flags, argc, argv);
  settle_address(print_flags, argc, argv);
  if (*serve) return {.command = Command::serve, .config = make_config(flags)};
  if (*config) return {.command = Command::config_print, .config = make_config(print_flags)};
  std::fputs(app.help().c_str(), stdout);
  return {.command = Command::help_shown, .config = {}};
}

std::string describe(const Config& config) {
  std::string origins = config.engineio.origin.allow_any ? "*" : "own, localhost";
  for (const auto& origin : config.engineio.origin.allowed) origins += ", " + origin;
  return fmt::format(
      "profile = embedded\nlisten = {}:{}\ntls = {}\ndata = {}\nlog file = {}\nstore file = {}\nloops = {}\n"
      "allowed origins = {}\nping interval = {} ms\nping timeout = {} ms\n",
      config.listen.address, config.listen.port, config.listen.tls ? config.listen.tls->certificate_file : "off",
      config.data.string(), config.log.path, config.store.path,
      config.loops == 0 ? "one for each core" : std::to_string(config.loops), origins,
      config.engineio.ping_interval.count(), config.engineio.ping_timeout.count());
}

}  // namespace skat::app
