// The topic: made by the first node that starts, and held against what the log's promises need. Everything that blocks
// says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "log/kafka/client.hpp"
#include "log/kafka/config.hpp"

namespace skat::log::kafka {

// A topic as the brokers describe it.
struct TopicState {
  std::uint32_t partitions = 0;
  int replicas = 0;                             // of the partition that has the fewest
  std::map<std::string, std::string> settings;  // "retention.ms" → "604800000"
};

// Sentences: what is wrong and what to do about it.
struct TopicVerdict {
  std::vector<std::string> problems;  // with any of them the log must not be used
  std::vector<std::string> warnings;
};
[[nodiscard]] TopicVerdict judge(const TopicState& topic, const Config& config);

// The log's identity: a random number that creation writes into delete.retention.ms, which a topic that is not
// compacted does not use; nothing if there is none. Decision 0008.
[[nodiscard]] std::optional<std::string> identity_of(const TopicState& topic);

struct Observed {
  TopicState topic;
  std::string problem;  // empty: `topic` holds
  bool away = false;    // of a problem: nobody answers now, or a leader is missing; it may go by itself
};
[[nodiscard]] Observed observe_topic_blocking(const Config& config, Client& control, std::chrono::milliseconds timeout);

// Creates the topic unless it exists, waits until its partitions have leaders, and observes it.
[[nodiscard]] Observed prepare_topic_blocking(const Config& config, Client& control);

struct Trouble {
  std::string text;      // in librdkafka's words; empty: none
  bool lasting = false;  // a refused log-in, a certificate: it does not go by itself
};
// Takes what the client has met since the last call, and gives the last of it.
[[nodiscard]] Trouble take_trouble(Client& control);

}  // namespace skat::log::kafka
