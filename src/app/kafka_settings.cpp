#include "app/kafka_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>

#include "app/environment.hpp"
#include "app/errors.hpp"

namespace skat::app {
namespace {

using log::kafka::Security;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

struct Brokers {
  std::string list;  // host:port,host:port
  bool tls = false;  // a scheme says so
};

Brokers parse_brokers(std::string_view text) {
  static constexpr std::string_view plain = "kafka://", tls = "kafka+ssl://";
  Brokers brokers;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('/')) one.remove_suffix(1);
    if (one.starts_with(tls)) {
      brokers.tls = true;
      one.remove_prefix(tls.size());
    } else if (one.starts_with(plain)) {
      one.remove_prefix(plain.size());
    }
    const auto colon = one.rfind(':');
    const auto port = colon == std::string_view::npos ? std::string_view{} : one.substr(colon + 1);
    const bool good = colon != std::string_view::npos && colon > 0 && !port.empty() && port.size() <= 5 &&
                      std::ranges::all_of(port, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
                      one.find_first_of(" /@") == std::string_view::npos;
    if (!good) {
      throw StartError(fmt::format("KAFKA_BROKERS wants HOST:PORT,HOST:PORT, and '{}' is not one of these", one));
    }
    brokers.list += (brokers.list.empty() ? "" : ",") + std::string(one);
  }
  if (brokers.list.empty()) throw StartError("KAFKA_BROKERS wants HOST:PORT,HOST:PORT");
  return brokers;
}

Security::Protocol parse_protocol(const std::string& name) {
  static const std::map<std::string, Security::Protocol> known{{"plaintext", Security::Protocol::plaintext},
                                                               {"ssl", Security::Protocol::ssl},
                                                               {"sasl_ssl", Security::Protocol::sasl_ssl},
                                                               {"sasl_plaintext", Security::Protocol::sasl_plaintext}};
  const auto found = known.find(lower(name));
  if (found != known.end()) return found->second;
  throw StartError(
      fmt::format("KAFKA_SECURITY_PROTOCOL is plaintext, ssl, sasl_ssl or sasl_plaintext, and not '{}'", name));
}

Security::Mechanism parse_mechanism(const std::string& name) {
  for (const auto mechanism :
       {Security::Mechanism::plain, Security::Mechanism::scram_sha_256, Security::Mechanism::scram_sha_512}) {
    if (lower(name) == lower(log::kafka::name_of(mechanism))) return mechanism;
  }
  throw StartError(fmt::format("KAFKA_SASL_MECHANISM is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, and not '{}'", name));
}

Security make_security(const KafkaOptions& options, bool tls_by_scheme) {
  Security security;
  auto ca = read_pem(options.ca_file, {"KAFKA_CA", "KAFKA_TRUSTED_CERT"}, {"KAFKA_CA_PATH"});
  auto certificate = read_pem(options.certificate_file, {"KAFKA_CERT", "KAFKA_CLIENT_CERT", "KAFKA_CERTIFICATE"},
                              {"KAFKA_CERTIFICATE_PATH"});
  auto key = read_pem(options.key_file, {"KAFKA_KEY", "KAFKA_CLIENT_CERT_KEY", "KAFKA_PRIVATE_KEY"},
                      {"KAFKA_PRIVATE_KEY_PATH"});
  const bool tls = tls_by_scheme || !ca.empty() || !certificate.empty();
  if (certificate.empty() != key.empty()) {
    throw StartError(fmt::format("{} is given without {}: a client certificate and its key go together",
                                 key.empty() ? "KAFKA_CERT" : "KAFKA_KEY", key.empty() ? "KAFKA_KEY" : "KAFKA_CERT"));
  }
  security.ca_pem = std::move(ca.text);
  security.ca_file = std::move(ca.file);
  security.certificate_pem = std::move(certificate.text);
  security.certificate_file = std::move(certificate.file);
  security.key_pem = std::move(key.text);
  security.key_file = std::move(key.file);
  security.key_password = read_secret("KAFKA_KEY_PASSWORD");
  security.username = options.sasl_username;
  security.password = read_secret("KAFKA_SASL_PASSWORD");
  const bool user = !security.username.empty();
  if (user && security.password.empty()) {
    throw StartError("KAFKA_SASL_USERNAME is given without KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE");
  }
  if (!options.sasl_mechanism.empty()) security.mechanism = parse_mechanism(options.sasl_mechanism);
  if (options.security_protocol.empty()) {
    if (user) {
      security.protocol = Security::Protocol::sasl_ssl;
    } else if (tls) {
      security.protocol = Security::Protocol::ssl;
    }
  } else {
    security.protocol = parse_protocol(options.security_protocol);
  }

  // What is given must have its effect, or somebody believes in a protection that is not there.
  using enum Security::Protocol;
  const bool encrypted = security.protocol == ssl || security.protocol == sasl_ssl;
  const bool sasl = security.protocol == sasl_ssl || security.protocol == sasl_plaintext;
  const auto* protocol = log::kafka::name_of(security.protocol);
  if (tls && !encrypted) {
    throw StartError(fmt::format(
        "KAFKA_SECURITY_PROTOCOL={} leaves the given certificates unused; leave it out, or them", protocol));
  }
  if (user != sasl) {
    throw StartError(
        user ? fmt::format("KAFKA_SECURITY_PROTOCOL={} leaves KAFKA_SASL_USERNAME unused; leave one out", protocol)
             : fmt::format("KAFKA_SECURITY_PROTOCOL={} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD", protocol));
  }
  if (!sasl && !options.sasl_mechanism.empty()) {
    throw StartError("KAFKA_SASL_MECHANISM is given without KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD");
  }
  return security;
}

// KAFKA_OPT_SOCKET_TIMEOUT_MS is socket.timeout.ms.
std::map<std::string, std::string> make_properties(const KafkaOptions& options) {
  std::map<std::string, std::string> properties;
  for (const auto& [name, value] : variables_with("KAFKA_OPT_")) {
    auto property = lower(name);
    std::ranges::replace(property, '_', '.');
    properties[property] = value;
  }
  for (const auto& pair : options.properties) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw StartError(fmt::format("--kafka-option wants NAME=VALUE, not '{}'", pair));
    }
    properties[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return properties;
}

std::string topic_prefix(const KafkaOptions& options) {
  return options.topic_prefix.empty() ? find_variable({"KAFKA_PREFIX"}).value_or("") : options.topic_prefix;
}

}  // namespace

std::string kafka_brokers(const KafkaOptions& options) {
  return options.brokers.empty() ? find_variable({"KAFKA_URL"}).value_or("") : options.brokers;
}

std::string any_kafka_setting(const KafkaOptions& options) {
  if (!options.security_protocol.empty()) return "KAFKA_SECURITY_PROTOCOL";
  if (!options.ca_file.empty()) return "KAFKA_CA_FILE";
  if (!options.certificate_file.empty()) return "KAFKA_CERT_FILE";
  if (!options.key_file.empty()) return "KAFKA_KEY_FILE";
  if (!options.sasl_mechanism.empty()) return "KAFKA_SASL_MECHANISM";
  if (!options.sasl_username.empty()) return "KAFKA_SASL_USERNAME";
  for (const char* name : {"KAFKA_CA", "KAFKA_CERT", "KAFKA_KEY", "KAFKA_SASL_PASSWORD", "KAFKA_SASL_PASSWORD_FILE"}) {
    if (find_variable({name})) return name;
  }
  return {};
}

std::string group_prefix(const KafkaOptions& options) {
  return topic_prefix(options) + options.group_id;
}

log::kafka::Config make_kafka_config(const KafkaOptions& options, const std::string& text) {
  const auto brokers = parse_brokers(text);
  log::kafka::Config config;
  config.brokers = brokers.list;
  config.topic = topic_prefix(options) + options.topic;
  config.security = make_security(options, brokers.tls);
  config.properties = make_properties(options);
  config.partitions = options.partitions;
  config.replication_factor = options.replication_factor;
  config.min_insync_replicas =
      options.min_insync_replicas > 0 ? options.min_insync_replicas : std::min(2, options.replication_factor);
  config.retention = std::chrono::hours(24) * options.retention_days;
  if (const auto problem = log::kafka::validate(config)) throw StartError("Kafka: " + *problem);
  return config;
}

std::string describe_security(const Security& security) {
  using enum Security::Protocol;
  std::string text = security.protocol == ssl || security.protocol == sasl_ssl ? "TLS" : "no encryption";
  if (!security.certificate_pem.empty() || !security.certificate_file.empty()) text += " with a client certificate";
  if (security.protocol == sasl_ssl || security.protocol == sasl_plaintext) {
    text += fmt::format(", {} as {}", log::kafka::name_of(security.mechanism), security.username);
  }
  return text;
}

std::string describe(const log::kafka::Config& config) {
  const auto& security = config.security;
  const auto from = [](const std::string& pem, const std::string& file) {
    if (!pem.empty()) return std::string("from the environment");
    return file.empty() ? std::string("-") : file;
  };
  std::string text = fmt::format(
      "kafka brokers = {}\nkafka security protocol = {}\nkafka ca = {}\nkafka client certificate = {}\n"
      "kafka client key = {}\nkafka user = {}\n",
      config.brokers, log::kafka::name_of(security.protocol),
      security.ca_pem.empty() && security.ca_file.empty() ? "the system's" : from(security.ca_pem, security.ca_file),
      from(security.certificate_pem, security.certificate_file), from(security.key_pem, security.key_file),
      security.username.empty()
          ? "-"
          : fmt::format("{}, by {}, password set", security.username, log::kafka::name_of(security.mechanism)));
  text += fmt::format(
      "kafka topic = {}\nkafka partitions = {}\nkafka replication factor = {}\nkafka min.insync.replicas = {}\n"
      "kafka retention = {} days\n",
      config.topic, config.partitions, config.replication_factor, config.min_insync_replicas,
      config.retention.count() / 24);
  // A property may be a password; its value stays out.
  for (const auto& [name, value] : config.properties) {
    const bool secret = name.find("password") != std::string::npos || name.find("secret") != std::string::npos ||
                        name.find("pem") != std::string::npos || name.find("oauthbearer") != std::string::npos;
    text += fmt::format("kafka option {} = {}\n", name, secret ? "(set)" : value);
  }
  return text;
}

}  // namespace skat::app
