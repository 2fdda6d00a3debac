// The command line: every flag, with the variable that stands for it, before anything is checked against anything else.
// The one file that knows CLI11 is options.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace skat::app {

struct KafkaOptions {
  std::string brokers, security_protocol, ca_file, certificate_file, key_file, sasl_mechanism, sasl_username;
  std::string topic = "skat.log", topic_prefix, group_id = "skat";
  std::uint32_t partitions = 12;
  int replication_factor = 3;
  int min_insync_replicas = 0;  // 0: 2, or fewer where there are fewer replicas
  int retention_days = 14;
  std::vector<std::string> properties;  // NAME=VALUE
};

struct RedisOptions {
  std::string url, ca_file, certificate_file, key_file, channel_prefix = "skat:";
};

struct DatabaseOptions {
  std::string url, ca_file, certificate_file, key_file;
};

// Of the commands that look after log and store.
struct MaintenanceOptions {
  bool yes = false;    // what cannot be undone is wanted
  bool rooms = false;  // a line for each room
};

struct Options {
  std::string listen, tls_certificate, tls_key, data = "./data", log_level = "info", log_format = "text";
  int port = 5000;
  std::size_t loops = 0;
  std::int64_t ping_interval_ms = 25'000, ping_timeout_ms = 20'000;
  int start_timeout_s = 60;
  std::vector<std::string> allow_origin;
  bool single_node = false;
  bool data_given = false;  // --data or SKAT_DATA, not the default
  KafkaOptions kafka;
  RedisOptions redis;
  DatabaseOptions database;
  MaintenanceOptions maintenance;
};

enum class Command {
  help_shown,
  serve,
  version,
  version_json,
  config_print,
  verify,
  rebuild,
  log_adopt,
  dead_letter_list,
};

struct CommandLine {
  Command command = Command::serve;
  Options options;  // of all but version and help
};

// Prints help when asked for it. Throws StartError with one sentence for what is not understood.
[[nodiscard]] CommandLine read_command_line(int argc, const char* const* argv);

}  // namespace skat::app
