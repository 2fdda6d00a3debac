#include "app/config.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>

#include "app/environment.hpp"
#include "app/errors.hpp"
#include "app/kafka_settings.hpp"
#include "app/postgres_settings.hpp"
#include "app/redis_settings.hpp"

namespace skat::app {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

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

void set_serving(const Options& options, Config& config) {
  config.listen.port = static_cast<std::uint16_t>(options.port);
  if (!options.listen.empty()) config.listen = parse_listen(options.listen);
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    throw StartError("--tls-cert and --tls-key go together: the certificate and its key");
  }
  if (!options.tls_certificate.empty()) {
    config.listen.tls = net::TlsConfig{.certificate_file = options.tls_certificate, .key_file = options.tls_key};
  }
  if (const auto problem = net::validate(config.listen)) throw StartError(*problem);
  if (options.data.empty()) throw StartError("--data wants a directory");
  config.data = options.data;
  config.data_given = options.data_given;
  config.loops = options.loops;
  config.engineio.ping_interval = std::chrono::milliseconds(options.ping_interval_ms);
  config.engineio.ping_timeout = std::chrono::milliseconds(options.ping_timeout_ms);
  // A GET is held until the next ping; by the end of that ping's time its session has ended.
  constexpr std::chrono::seconds kOnTheWay{15};
  config.relay.answer_timeout = config.engineio.ping_interval + config.engineio.ping_timeout + kOnTheWay;
  for (const auto& origin : options.allow_origin) {
    if (origin == "*") {
      config.engineio.origin.allow_any = true;
    } else if (origin.starts_with("http://") || origin.starts_with("https://")) {
      config.engineio.origin.allowed.push_back(origin.ends_with('/') ? origin.substr(0, origin.size() - 1) : origin);
    } else {
      throw StartError("--allow-origin wants http://HOST[:PORT], https://HOST[:PORT] or '*', not '" + origin + "'");
    }
  }
  if (const auto problem = engineio::validate(config.engineio)) throw StartError(*problem);
  if (const auto problem = relay::validate(config.relay)) throw StartError(*problem);
}

// A setting of a service that is not asked for: most likely the address is missing, and Skat would keep messages on its
// own disk that its owner believes to be elsewhere.
void refuse_orphans(const Options& options, const Services& named) {
  const auto refuse = [](const std::string& name, const char* missing) {
    if (!name.empty()) throw StartError(fmt::format("{} is set, but {}; set it too, or leave both out", name, missing));
  };
  if (!named.kafka) refuse(any_kafka_setting(options.kafka), "KAFKA_BROKERS is not");
  if (!named.redis) refuse(any_redis_setting(options.redis), "REDIS_URL is not");
  if (!named.postgres) refuse(any_postgres_setting(options.database), "DATABASE_URL names no PostgreSQL");
}

void set_services(const Options& options, Config& config) {
  static constexpr std::string_view sqlite = "sqlite:";
  const auto brokers = kafka_brokers(options.kafka);
  const auto redis = redis_url(options.redis);
  const auto database = database_url(options.database);
  const bool postgres = database.starts_with("postgres://") || database.starts_with("postgresql://");
  if (!database.empty() && !postgres && (!database.starts_with(sqlite) || database.size() == sqlite.size())) {
    throw StartError("DATABASE_URL begins with postgres://, or is sqlite:FILE");
  }
  const Services named{
      .kafka = !brokers.empty(), .redis = !redis.empty(), .postgres = postgres, .single_node = options.single_node};
  refuse_orphans(options, named);
  config.profile = choose_profile(named);
  config.chat.cluster = is_cluster(config.profile);
  config.chat.live = config.chat.cluster && named.redis;
  config.chat.group_prefix = group_prefix(options.kafka);

  if (named.kafka) {
    config.log = make_kafka_config(options.kafka, brokers);
  } else {
    config.log = log::sqlite::Config{.path = config.data / "log.sqlite"};
  }
  if (named.redis) config.bus = make_redis_config(options.redis, redis);
  if (named.postgres) {
    config.store = make_postgres_config(options.database, database);
  } else {
    config.store = store::sqlite::Config{.path = database.empty() ? (config.data / "store.sqlite").string()
                                                                  : database.substr(sqlite.size())};
  }
}

Config make_config(const Options& options) {
  static const std::map<std::string, base::LogLevel> levels{{"debug", base::LogLevel::debug},
                                                            {"info", base::LogLevel::info},
                                                            {"warn", base::LogLevel::warn},
                                                            {"error", base::LogLevel::error}};
  Config config;
  config.log_level = levels.at(options.log_level);
  config.log_format = options.log_format == "json" ? base::LogFormat::json : base::LogFormat::text;
  config.start_timeout = std::chrono::seconds(options.start_timeout_s);
  config.gateway.version = kVersion;
  config.maintenance = options.maintenance;
  set_serving(options, config);
  set_services(options, config);
  return config;
}

}  // namespace

bool uses_data(const Config& config) {
  return std::holds_alternative<log::sqlite::Config>(config.log) ||
         std::holds_alternative<store::sqlite::Config>(config.store);
}

bool keeps_copies(const Config& config) {
  return is_cluster(config.profile) && config.data_given;
}

Invocation read_config(int argc, const char* const* argv) {
  const auto [command, options] = read_command_line(argc, argv);
  if (command == Command::help_shown || command == Command::version || command == Command::version_json) {
    return {.command = command, .config = {}};
  }
  return {.command = command, .config = make_config(options)};
}

std::string describe(const Config& config) {
  std::string origins = config.engineio.origin.allow_any ? "*" : "own, localhost";
  for (const auto& origin : config.engineio.origin.allowed) origins += ", " + origin;
  auto text = fmt::format("profile = {}\nlisten = {}:{}\ntls = {}\n", name_of(config.profile), config.listen.address,
                          config.listen.port, config.listen.tls ? config.listen.tls->certificate_file : "off");
  if (uses_data(config)) text += fmt::format("data = {}\n", config.data.string());
  if (keeps_copies(config)) text += fmt::format("copies = {}\n", config.data.string());
  text += std::visit(Overloaded{[](const log::sqlite::Config& log) { return fmt::format("log file = {}\n", log.path); },
                                [&](const log::kafka::Config& log) {
                                  return describe(log) + fmt::format("kafka groups = {}-…\n", config.chat.group_prefix);
                                }},
                     config.log);
  text += std::visit(Overloaded{[](const bus::memory::Config&) { return std::string("redis = none\n"); },
                                [](const bus::redis::Config& bus) {
                                  return fmt::format("redis = {}\nredis password = {}\nredis channels = {}…\n",
                                                     bus::redis::describe(bus), bus.password.empty() ? "-" : "set",
                                                     bus.prefix);
                                }},
                     config.bus);
  text += std::visit(
      Overloaded{[](const store::sqlite::Config& store) { return fmt::format("store file = {}\n", store.path); },
                 [](const store::postgres::Config& store) {
                   const auto sslmode = store::postgres::sslmode_of(store);
                   return fmt::format("database = {}\ndatabase sslmode = {}\n", without_password(store.url),
                                      sslmode.empty() ? "libpq's default" : sslmode);
                 }},
      config.store);
  text += fmt::format(
      "loops = {}\nallowed origins = {}\nping interval = {} ms\nping timeout = {} ms\nstart timeout = {} s\n",
      config.loops == 0 ? "one for each core" : std::to_string(config.loops), origins,
      config.engineio.ping_interval.count(), config.engineio.ping_timeout.count(), config.start_timeout.count());
  return text;
}

std::string describe_start(const Config& config, std::uint16_t port) {
  auto text = fmt::format("Skat {}, {}\n  listens  {}://{}:{}\n", kVersion, name_of(config.profile),
                          config.listen.tls ? "https" : "http", config.listen.address, port);
  text += std::visit(Overloaded{[](const log::sqlite::Config& log) { return fmt::format("  log      {}\n", log.path); },
                                [](const log::kafka::Config& log) {
                                  return fmt::format("  log      Kafka at {}, {}; topic {} with {} partitions\n",
                                                     log.brokers, describe_security(log.security), log.topic,
                                                     log.partitions);
                                }},
                     config.log);
  text += std::visit(
      Overloaded{[&](const bus::memory::Config&) {
                   return std::string(config.profile == Profile::cluster_no_redis
                                          ? "  bus      none: live events go by way of Kafka, which is slower\n"
                                          : "  bus      in process\n");
                 },
                 [](const bus::redis::Config& bus) {
                   return fmt::format("  bus      Redis at {}\n", bus::redis::describe(bus));
                 }},
      config.bus);
  text += std::visit(
      Overloaded{[](const store::sqlite::Config& store) { return fmt::format("  store    {}\n", store.path); },
                 [](const store::postgres::Config& store) {
                   return fmt::format("  store    PostgreSQL at {}\n", without_password(store.url));
                 }},
      config.store);
  if (keeps_copies(config)) {
    text += fmt::format("  copies   {}\n", config.data.string());
  } else if (is_cluster(config.profile)) {
    text += "  copies   none: a start waits for PostgreSQL (--data)\n";
  }
  return text;
}

}  // namespace skat::app
