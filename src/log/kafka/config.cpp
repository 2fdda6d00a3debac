#include "log/kafka/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace skat::log::kafka {
namespace {

// What the log promises stands on these; nobody may turn them.
constexpr std::array<std::string_view, 21> kOurs{"bootstrap.servers",
                                                 "metadata.broker.list",
                                                 "acks",
                                                 "request.required.acks",
                                                 "enable.idempotence",
                                                 "enable.gapless.guarantee",
                                                 "message.timeout.ms",
                                                 "delivery.timeout.ms",
                                                 "auto.offset.reset",
                                                 "allow.auto.create.topics",
                                                 "enable.auto.commit",
                                                 "message.copy.max.bytes",
                                                 "enable.partition.eof",
                                                 "max.in.flight",
                                                 "max.in.flight.requests.per.connection",
                                                 "group.id",
                                                 "group.instance.id",
                                                 "session.timeout.ms",
                                                 "heartbeat.interval.ms",
                                                 "max.poll.interval.ms",
                                                 "partition.assignment.strategy"};

bool uses_sasl(Security::Protocol protocol) {
  return protocol == Security::Protocol::sasl_plaintext || protocol == Security::Protocol::sasl_ssl;
}

}  // namespace

const char* name_of(Security::Protocol protocol) {
  switch (protocol) {
    case Security::Protocol::plaintext:
      return "plaintext";
    case Security::Protocol::ssl:
      return "ssl";
    case Security::Protocol::sasl_plaintext:
      return "sasl_plaintext";
    case Security::Protocol::sasl_ssl:
      return "sasl_ssl";
  }
  return "?";
}

const char* name_of(Security::Mechanism mechanism) {
  switch (mechanism) {
    case Security::Mechanism::plain:
      return "PLAIN";
    case Security::Mechanism::scram_sha_256:
      return "SCRAM-SHA-256";
    case Security::Mechanism::scram_sha_512:
      return "SCRAM-SHA-512";
  }
  return "?";
}

std::optional<std::string> validate(const Config& config) {
  const auto& security = config.security;
  if (config.brokers.empty()) return "brokers: at least one host:port is needed";
  if (config.topic.empty() || config.topic.size() > 249 || !std::ranges::all_of(config.topic, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
      })) {
    return fmt::format("topic: '{}' is not a topic's name: 1 to 249 of letters, digits, '.', '_' and '-'",
                       config.topic);
  }
  if (config.partitions == 0) return "partitions: at least 1";
  if (config.replication_factor < 1) return "replication_factor: at least 1";
  if (config.min_insync_replicas < 1 || config.min_insync_replicas > config.replication_factor) {
    return "min_insync_replicas: at least 1, at most replication_factor";
  }
  if (config.retention < kMinRetention) return "retention: at least 7 days";
  if (config.heartbeat_interval < std::chrono::milliseconds(1) ||
      config.session_timeout < 3 * config.heartbeat_interval) {
    return "session_timeout: at least three times heartbeat_interval";
  }
  if (config.max_poll_interval < config.session_timeout) return "max_poll_interval: at least session_timeout";
  if (uses_sasl(security.protocol) && (security.username.empty() || security.password.empty())) {
    return fmt::format("security: {} needs a user name and a password", name_of(security.protocol));
  }
  const bool certificate = !security.certificate_pem.empty() || !security.certificate_file.empty();
  const bool key = !security.key_pem.empty() || !security.key_file.empty();
  if (certificate != key) return "security: a client certificate and its key go together";
  for (const auto& [name, value] : config.properties) {
    if (std::ranges::find(kOurs, name) != kOurs.end()) {
      return fmt::format("properties: '{}' carries the log's promises and cannot be changed", name);
    }
  }
  return std::nullopt;
}

std::optional<std::string> scram_warning(const Security& security, int version) {
  if (!uses_sasl(security.protocol) || security.mechanism == Security::Mechanism::plain) return std::nullopt;
  constexpr int kFixed = 0x020601ff;
  if (version >= kFixed) return std::nullopt;
  return fmt::format(
      "{} with librdkafka {}.{}.{}: versions before 2.6.1 break a rule of SCRAM that brokers from Kafka 3.8.1 on may "
      "enforce; if the log-in is refused, use a client certificate, PLAIN over TLS, or a newer librdkafka",
      name_of(security.mechanism), version >> 24 & 0xff, version >> 16 & 0xff, version >> 8 & 0xff);
}

}  // namespace skat::log::kafka
