// The cluster's log: one Kafka topic, librdkafka beneath. Several processes share it.
#pragma once

#include <memory>
#include <string>

#include "base/executor.hpp"
#include "log/kafka/config.hpp"
#include "log/log.hpp"

namespace skat::log {

// Either a log, or one sentence that says why not and what to do about it.
struct OpenedKafkaLog {
  std::unique_ptr<Log> log;
  std::string problem;
  bool away = false;  // the brokers may answer later; otherwise trying again gives the same
};

// Creates the topic unless it exists, and refuses one whose settings would break the log's promises. Blocks (at most
// about Config::open_timeout), so it belongs to the start. The log lives on `owner`, whose thread destroys it (not from
// inside a callback), after its readers; appends without an answer have Config::close_timeout to get through, and their
// callbacks are dropped.
[[nodiscard]] OpenedKafkaLog open_kafka_log(const kafka::Config& config, base::Executor& owner);

}  // namespace skat::log
