// From what the operator wrote to log::kafka::Config: brokers with or without a scheme, certificates as text or file,
// the names that Heroku and nais give to the same things, and what follows from what.
#pragma once

#include <string>

#include "app/options.hpp"
#include "log/kafka/config.hpp"

namespace skat::app {

// KAFKA_BROKERS, or its alias KAFKA_URL; empty: Kafka is not asked for.
[[nodiscard]] std::string kafka_brokers(const KafkaOptions& options);
// The name of a setting of Kafka's that is given, or nothing.
[[nodiscard]] std::string any_kafka_setting(const KafkaOptions& options);

// `brokers` is not empty. Throws StartError.
[[nodiscard]] log::kafka::Config make_kafka_config(const KafkaOptions& options, const std::string& brokers);
// What every consumer group of this node begins with.
[[nodiscard]] std::string group_prefix(const KafkaOptions& options);

// Lines of `skat config print`; no secret is among them.
[[nodiscard]] std::string describe(const log::kafka::Config& config);
// "TLS, SCRAM-SHA-256 as avnadmin", in a few words.
[[nodiscard]] std::string describe_security(const log::kafka::Security& security);

}  // namespace skat::app
