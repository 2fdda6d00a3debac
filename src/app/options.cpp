#include "app/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string_view>

#include "app/errors.hpp"

namespace skat::app {
namespace {

constexpr std::size_t kMaxLoops = 256;

// Groups of --help, and those that only --help-all shows.
constexpr const char* kServing = "Serving";
constexpr const char* kServices = "Services (none: one node that keeps everything in --data)";
constexpr const char* kWatching = "Watching";
constexpr const char* kKafka = "Kafka";
constexpr const char* kRedis = "Redis";
constexpr const char* kPostgres = "PostgreSQL";
constexpr const char* kTuning = "Tuning";

bool is_everyday(const std::string& group) {
  return group == kServing || group == kServices || group == kWatching || group == "Options";
}

// One line an option, with its variable and its default.
class Help final : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    if (is_positional) return Formatter::make_option(option, is_positional);
    std::string flag = "  " + option->get_name(false, true);
    if (!option->get_type_name().empty() && option->get_type_size() != 0) flag += " " + type_of(*option);
    std::string text = option->get_description();
    const auto& value = option->get_default_str();
    if (!value.empty() && value != "[]" && option->get_type_size() != 0) {
      text += fmt::format(" ({})", value);
    }
    if (!option->get_envname().empty()) text += fmt::format("  ${}", option->get_envname());
    constexpr std::size_t kColumn = 30;
    if (flag.size() + 1 > kColumn) return fmt::format("{}\n{:{}}{}\n", flag, "", kColumn, text);
    return fmt::format("{:{}}{}\n", flag, kColumn, text);
  }

 private:
  // Checks add what they allow to it.
  static std::string type_of(const CLI::Option& option) {
    const auto type = option.get_type_name();
    return type.substr(0, type.find(':'));
  }
};

class Adder {
 public:
  Adder(CLI::App& app, const char* group) : app_(app), group_(group) {}

  template <class T>
  CLI::Option* add(const char* flag, const char* variable, const char* type, T& value, const char* text) {
    return app_.add_option(flag, value, text)->envname(variable)->type_name(type)->group(group_)->capture_default_str();
  }

 private:
  CLI::App& app_;
  const char* group_;
};

void add_serving(CLI::App& app, Options& to) {
  Adder serving(app, kServing);
  serving.add("--port", "PORT", "N", to.port, "port to listen on, all addresses")->check(CLI::Range(0, 65'535));
  serving.add("--listen", "SKAT_LISTEN", "ADDR:N", to.listen, "address and port instead: 127.0.0.1:5000, [::]:5000");
  serving.add("--tls-cert", "SKAT_TLS_CERT", "FILE", to.tls_certificate, "serve HTTPS: certificate and chain, PEM");
  serving.add("--tls-key", "SKAT_TLS_KEY", "FILE", to.tls_key, "its key, PEM; SIGHUP reads both again");
  serving.add("--data", "SKAT_DATA", "DIR", to.data, "directory of everything a node keeps")
      ->each([&to](const std::string&) { to.data_given = true; });
  serving
      .add("--allow-origin", "SKAT_ALLOW_ORIGIN", "URL", to.allow_origin,
           "web origin that may connect, or '*'; repeatable")
      ->delimiter(',');
}

void add_services(CLI::App& app, Options& to) {
  Adder services(app, kServices);
  services.add("--kafka-brokers", "KAFKA_BROKERS", "HOST:N,…", to.kafka.brokers, "the log: a cluster's");
  services.add("--database-url", "DATABASE_URL", "URL", to.database.url, "the store: postgres://… or sqlite:FILE");
  services.add("--redis-url", "REDIS_URL", "URL", to.redis.url, "live events between nodes: redis:// rediss://");
  app.add_flag("--single-node", to.single_node, "Kafka with SQLite, for tests with one node")
      ->envname("SKAT_SINGLE_NODE")
      ->group(kServices);

  Adder kafka(app, kKafka);
  kafka.add("--kafka-security-protocol", "KAFKA_SECURITY_PROTOCOL", "KIND", to.kafka.security_protocol,
            "plaintext, ssl, sasl_ssl; else inferred");
  kafka.add("--kafka-ca-file", "KAFKA_CA_FILE", "FILE", to.kafka.ca_file, "whom to trust, PEM (its text: $KAFKA_CA)");
  kafka.add("--kafka-cert-file", "KAFKA_CERT_FILE", "FILE", to.kafka.certificate_file,
            "client certificate, PEM (its text: $KAFKA_CERT)");
  kafka.add("--kafka-key-file", "KAFKA_KEY_FILE", "FILE", to.kafka.key_file, "its key (its text: $KAFKA_KEY)");
  kafka.add("--kafka-sasl-mechanism", "KAFKA_SASL_MECHANISM", "NAME", to.kafka.sasl_mechanism,
            "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
  kafka.add("--kafka-sasl-username", "KAFKA_SASL_USERNAME", "NAME", to.kafka.sasl_username,
            "user; password: $KAFKA_SASL_PASSWORD(_FILE)");
  kafka.add("--kafka-topic", "KAFKA_TOPIC", "NAME", to.kafka.topic, "topic");
  kafka.add("--kafka-group-id", "KAFKA_GROUP_ID", "NAME", to.kafka.group_id, "consumer groups begin with it");
  kafka.add("--kafka-topic-prefix", "KAFKA_TOPIC_PREFIX", "TEXT", to.kafka.topic_prefix, "before topic and groups");
  kafka.add("--kafka-partitions", "KAFKA_PARTITIONS", "N", to.kafka.partitions, "of the topic, for ever")
      ->check(CLI::Range(1, 4'096));
  kafka
      .add("--kafka-replication-factor", "KAFKA_REPLICATION_FACTOR", "N", to.kafka.replication_factor,
           "of a topic that is created")
      ->check(CLI::Range(1, 64));
  kafka
      .add("--kafka-min-insync-replicas", "KAFKA_MIN_INSYNC_REPLICAS", "N", to.kafka.min_insync_replicas,
           "the same; 0: 2 if there are so many")
      ->check(CLI::Range(0, 64));
  kafka.add("--kafka-retention-days", "KAFKA_RETENTION_DAYS", "N", to.kafka.retention_days, "the same")
      ->check(CLI::Range(7, 3'650));
  app.add_option("--kafka-option", to.kafka.properties, "property of librdkafka; $KAFKA_OPT_LOG_LEVEL is log.level")
      ->type_name("NAME=VALUE")
      ->group(kKafka);

  Adder redis(app, kRedis);
  redis.add("--redis-ca-file", "REDIS_CA_FILE", "FILE", to.redis.ca_file, "whom to trust, PEM (its text: $REDIS_CA)");
  redis.add("--redis-cert-file", "REDIS_CERT_FILE", "FILE", to.redis.certificate_file,
            "client certificate, PEM (its text: $REDIS_CERT)");
  redis.add("--redis-key-file", "REDIS_KEY_FILE", "FILE", to.redis.key_file, "its key (its text: $REDIS_KEY)");
  redis.add("--redis-channel-prefix", "REDIS_CHANNEL_PREFIX", "TEXT", to.redis.channel_prefix, "before every channel");

  Adder postgres(app, kPostgres);
  postgres.add("--database-ca-file", "DATABASE_CA_FILE", "FILE", to.database.ca_file,
               "whom to trust, PEM (its text: $DATABASE_CA)");
  postgres.add("--database-cert-file", "DATABASE_CERT_FILE", "FILE", to.database.certificate_file,
               "client certificate (its text: $DATABASE_CERT)");
  postgres.add("--database-key-file", "DATABASE_KEY_FILE", "FILE", to.database.key_file,
               "its key (its text: $DATABASE_KEY)");
}

void add_the_rest(CLI::App& app, Options& to) {
  Adder watching(app, kWatching);
  watching.add("--log-level", "LOG_LEVEL", "LEVEL", to.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  watching.add("--log-format", "LOG_FORMAT", "FORM", to.log_format, "text or json, on standard error")
      ->check(CLI::IsMember({"text", "json"}));

  Adder tuning(app, kTuning);
  tuning.add("--loops", "SKAT_LOOPS", "N", to.loops, "threads for connections; 0: one for each core")
      ->check(CLI::Range(std::size_t{0}, kMaxLoops));
  tuning.add("--ping-interval", "SKAT_PING_INTERVAL", "MS", to.ping_interval_ms, "ms between heartbeats")
      ->check(CLI::Range(100, 3'600'000));
  tuning.add("--ping-timeout", "SKAT_PING_TIMEOUT", "MS", to.ping_timeout_ms, "ms a heartbeat's answer may take")
      ->check(CLI::Range(100, 3'600'000));
  tuning.add("--start-timeout", "SKAT_START_TIMEOUT", "S", to.start_timeout_s, "s to wait for services that are away")
      ->check(CLI::Range(0, 86'400));
}

void add_serve_options(CLI::App& app, Options& to) {
  app.set_help_flag("-h,--help", "the everyday settings");
  app.set_help_all_flag("--help-all", "every setting");
  app.formatter(std::make_shared<Help>());
  add_serving(app, to);
  add_services(app, to);
  add_the_rest(app, to);
  app.footer("Secrets: $DATABASE_URL_FILE, $REDIS_URL_FILE and the like name a file that holds the value.");
}

// A command that looks after log and store: the settings that say where these are, and its own.
struct MaintenanceCommand {
  MaintenanceCommand(CLI::App& parent, const char* name, const char* text, Command what) : command(what) {
    app = parent.add_subcommand(name, text);
    app->set_help_flag("-h,--help", "the everyday settings");
    app->set_help_all_flag("--help-all", "every setting");
    app->formatter(std::make_shared<Help>());
    Adder(*app, kServing).add("--data", "SKAT_DATA", "DIR", options.data, "directory of everything a node keeps");
    add_services(*app, options);
    Adder(*app, kWatching)
        .add("--log-level", "LOG_LEVEL", "LEVEL", options.log_level, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  }
  MaintenanceCommand& with_yes(const char* text) {
    app->add_flag("--yes", options.maintenance.yes, text);
    return *this;
  }
  MaintenanceCommand& with_rooms() {
    app->add_flag("--rooms", options.maintenance.rooms, "a line for each room: newest number and hash");
    return *this;
  }

  Command command;
  CLI::App* app = nullptr;
  Options options;  // each its own: CLI11 reads the environment for commands not given, too
};

bool is_given(std::string_view flag, int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc, [&](std::string_view argument) {
    return argument.starts_with(flag) && (argument.size() == flag.size() || argument[flag.size()] == '=');
  });
}

// One address comes from two options, each with a variable: a flag is stronger than the other one's variable.
void settle_address(Options& options, int argc, const char* const* argv) {
  if (!is_given("--port", argc, argv)) return;
  if (is_given("--listen", argc, argv)) throw StartError("--port and --listen exclude each other");
  options.listen.clear();
}

// CLI11's messages may have several lines; ours are one.
std::string one_line(std::string text) {
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

// Of the command that was given, with its whole name.
void print_help(CLI::App& app, bool all) {
  for (auto* command = &app; command != nullptr;) {
    const auto given = command->get_subcommands();
    for (auto* option : command->get_options()) {
      if (!all && !is_everyday(option->get_group())) option->group("");
    }
    command = given.empty() ? nullptr : given.front();
  }
  std::fputs(app.help().c_str(), stdout);
}

}  // namespace

CommandLine read_command_line(int argc, const char* const* argv) {
  Options serve_options, print_options;  // each its own: CLI11 reads the environment for commands not given, too
  bool json = false;
  CLI::App app{"Skat: a real-time chat server in one binary"};
  app.name("skat");
  app.require_subcommand(0, 1);
  app.footer("Start with: skat serve\nEach option has an environment variable; skat serve --help names it.");
  auto* serve = app.add_subcommand("serve", "serve the chat: page, Socket.IO, history; no other service is needed");
  add_serve_options(*serve, serve_options);
  auto* config = app.add_subcommand("config", "look at the settings");
  config->require_subcommand(1);
  auto* print = config->add_subcommand("print", "print the settings that `skat serve` would use");
  add_serve_options(*print, print_options);
  auto* version = app.add_subcommand("version", "print the version");
  version->add_flag("--json", json, "as JSON");
  MaintenanceCommand verify(app, "verify", "hold the store against the log", Command::verify);
  verify.with_rooms();
  MaintenanceCommand rebuild(app, "rebuild", "drop the conversations and fold the log again", Command::rebuild);
  rebuild.with_yes("drop them");
  auto* log = app.add_subcommand("log", "look after the log");
  log->require_subcommand(1);
  MaintenanceCommand adopt(*log, "adopt", "go on with a log that is not the store's own", Command::log_adopt);
  adopt.with_yes("do it, not only say what it means");
  auto* letters = app.add_subcommand("dead-letter", "look at records that could not be stored");
  letters->require_subcommand(1);
  MaintenanceCommand list(*letters, "list", "print them", Command::dead_letter_list);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print_help(app, false);
    return {.command = Command::help_shown, .options = {}};
  } catch (const CLI::CallForAllHelp&) {
    print_help(app, true);
    return {.command = Command::help_shown, .options = {}};
  } catch (const CLI::ParseError& error) {
    throw StartError(one_line(error.what()) + " (skat --help)");
  }
  if (*version) return {.command = json ? Command::version_json : Command::version, .options = {}};
  settle_address(serve_options, argc, argv);
  settle_address(print_options, argc, argv);
  if (*serve) return {.command = Command::serve, .options = std::move(serve_options)};
  for (auto* chosen : {&verify, &rebuild, &adopt, &list}) {
    if (!*chosen->app) continue;
    return {.command = chosen->command, .options = std::move(chosen->options)};
  }
  if (*config) return {.command = Command::config_print, .options = std::move(print_options)};
  print_help(app, false);
  return {.command = Command::help_shown, .options = {}};
}

}  // namespace skat::app
