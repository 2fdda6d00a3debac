#include "log/kafka/kafka_admin.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include "base/random.hpp"

namespace skat::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kIdentity = "delete.retention.ms";
// Nobody's real value: 31 years in milliseconds.
constexpr std::int64_t kLeastIdentity = 1'000'000'000'000;
constexpr milliseconds kShowsWithin{10'000};  // a topic after its creation

struct Free {
  void operator()(rd_kafka_event_t* event) const noexcept { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const noexcept { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* resource) const noexcept { rd_kafka_ConfigResource_destroy(resource); }
  void operator()(rd_kafka_AdminOptions_t* options) const noexcept { rd_kafka_AdminOptions_destroy(options); }
  void operator()(const rd_kafka_metadata_t* metadata) const noexcept { rd_kafka_metadata_destroy(metadata); }
};
using Event = std::unique_ptr<rd_kafka_event_t, Free>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Free>;

std::optional<std::int64_t> number(const TopicState& topic, const char* name) {
  const auto found = topic.settings.find(name);
  if (found == topic.settings.end()) return std::nullopt;
  std::int64_t value = 0;
  const auto& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string how_to_set(const Config& config, std::string_view name, std::string_view value) {
  return fmt::format("kafka-configs --alter --entity-type topics --entity-name {} --add-config {}={}", config.topic,
                     name, value);
}

std::int64_t random_identity() {
  constexpr std::uint64_t kRange = (1ULL << 53) - kLeastIdentity;  // any tool that reads JSON shows it exactly
  return kLeastIdentity + static_cast<std::int64_t>(base::random_u64() % kRange);
}

std::vector<std::pair<std::string, std::string>> wanted_settings(const Config& config) {
  const auto retention = std::chrono::duration_cast<milliseconds>(config.retention);
  return {{"message.timestamp.type", "LogAppendTime"},
          {"cleanup.policy", "delete"},
          {"retention.ms", std::to_string(retention.count())},
          {"retention.bytes", "-1"},
          {"min.insync.replicas", std::to_string(config.min_insync_replicas)},
          {"max.message.bytes", std::to_string(kMaxBatchBytes)},
          {"unclean.leader.election.enable", "false"},
          {kIdentity, std::to_string(random_identity())}};
}

std::string how_to_create(const Config& config) {
  std::string command = fmt::format(
      "; this user may not create topics, so somebody else has to: kafka-topics --create --topic {} --partitions {} "
      "--replication-factor {}",
      config.topic, config.partitions, config.replication_factor);
  for (const auto& [name, value] : wanted_settings(config)) command += fmt::format(" --config {}={}", name, value);
  return command;
}

Options admin_options(Client& control, rd_kafka_admin_op_t operation, milliseconds timeout) {
  Options options(rd_kafka_AdminOptions_new(control.handle.get(), operation));
  std::array<char, 256> text{};
  (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout.count()), text.data(),
                                                  text.size());
  return options;
}

struct Failure {
  std::string problem;
  bool away = false;  // as Observed::away
};

Failure nobody_answers(const Config& config, Client& control, const std::string& what) {
  const auto trouble = take_trouble(control);
  return {.problem = fmt::format("Kafka at {} does not answer ({}){}{}", config.brokers, what,
                                 trouble.text.empty() ? "" : ": ", trouble.text),
          .away = !trouble.lasting};
}

struct Creation {
  bool denied = false;  // if the topic is not there, this user cannot help it
  Failure failure = {};
};

Creation create_topic_blocking(const Config& config, Client& control, milliseconds timeout) {
  std::array<char, 512> text{};
  std::unique_ptr<rd_kafka_NewTopic_t, Free> topic(rd_kafka_NewTopic_new(
      config.topic.c_str(), static_cast<int>(config.partitions), config.replication_factor, text.data(), text.size()));
  if (!topic)
    return {.failure = {fmt::format("the topic {} cannot be described to Kafka: {}", config.topic, text.data())}};
  for (const auto& [name, value] : wanted_settings(config)) {
    (void)rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  const auto options = admin_options(control, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  const QueueHandle queue(rd_kafka_queue_new(control.handle.get()));
  auto* topics = topic.get();
  rd_kafka_CreateTopics(control.handle.get(), &topics, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count()) + 1000));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {.failure = nobody_answers(config, control, event ? rd_kafka_event_error_string(event.get()) : "time-out")};
  }
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return {.failure = {"Kafka gave no result for the topic's creation"}};
  const auto error = rd_kafka_topic_result_error(results[0]);
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return {};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return {.denied = true};
    default:
      break;
  }
  const char* detail = rd_kafka_topic_result_error_string(results[0]);
  return {.failure = {.problem = fmt::format("Kafka does not create the topic {} with {} partitions of {} replicas: {}",
                                             config.topic, config.partitions, config.replication_factor,
                                             detail != nullptr ? detail : rd_kafka_err2str(error)),
                      // Fewer brokers than replicas: the others may still be on their way.
                      .away = error == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR}};
}

struct Shape {
  std::uint32_t partitions = 0;
  int replicas = 0;
  bool led = false;  // every partition has a leader
  Failure failure = {};
};

Shape shape_blocking(const Config& config, Client& control, milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto asked =
      rd_kafka_metadata(control.handle.get(), 0, control.topic.get(), &raw, static_cast<int>(timeout.count()));
  const std::unique_ptr<const rd_kafka_metadata_t, Free> metadata(raw);
  Shape shape;
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) {
    shape.failure = nobody_answers(config, control, rd_kafka_err2str(asked));
    return shape;
  }
  const auto& topic = metadata->topics[0];
  if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    shape.failure.problem = fmt::format("the topic {} does not exist", config.topic);
    return shape;
  }
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    shape.failure.problem = fmt::format(
        "this user may not see the topic {}: it needs Describe, DescribeConfigs, Read and Write", config.topic);
    return shape;
  }
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR && topic.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    shape.failure.problem =
        fmt::format("Kafka cannot describe the topic {}: {}", config.topic, rd_kafka_err2str(topic.err));
    return shape;
  }
  shape.partitions = static_cast<std::uint32_t>(topic.partition_cnt);
  shape.led = topic.partition_cnt > 0;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const auto& partition = topic.partitions[i];
    shape.led &= partition.leader >= 0;
    shape.replicas = i == 0 ? partition.replica_cnt : std::min(shape.replicas, partition.replica_cnt);
  }
  return shape;
}

Failure settings_blocking(const Config& config, Client& control, milliseconds timeout,
                          std::map<std::string, std::string>& settings) {
  const std::unique_ptr<rd_kafka_ConfigResource_t, Free> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, config.topic.c_str()));
  const auto options = admin_options(control, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
  const QueueHandle queue(rd_kafka_queue_new(control.handle.get()));
  auto* resources = resource.get();
  rd_kafka_DescribeConfigs(control.handle.get(), &resources, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count()) + 1000));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return nobody_answers(config, control, event ? rd_kafka_event_error_string(event.get()) : "time-out");
  }
  std::size_t count = 0;
  const auto* const* described =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return {"Kafka gave no settings for the topic"};
  if (rd_kafka_ConfigResource_error(described[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* detail = rd_kafka_ConfigResource_error_string(described[0]);
    return {fmt::format("Kafka does not tell the settings of the topic {} (this user needs DescribeConfigs): {}",
                        config.topic, detail != nullptr ? detail : "no reason given")};
  }
  const auto* const* entries = rd_kafka_ConfigResource_configs(described[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value != nullptr ? value : "";
  }
  return {};
}

}  // namespace

Trouble take_trouble(Client& control) {
  Trouble last;
  const QueueHandle errors(rd_kafka_queue_get_main(control.handle.get()));
  while (const Event event{rd_kafka_queue_poll(errors.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    const auto error = rd_kafka_event_error(event.get());
    // That all are away is a consequence; the reason came with one of them.
    if (!last.text.empty() && error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) continue;
    last = {.text = rd_kafka_event_error_string(event.get()),
            .lasting = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL};
  }
  return last;
}

Observed observe_topic_blocking(const Config& config, Client& control, milliseconds timeout) {
  Observed observed;
  auto shape = shape_blocking(config, control, timeout);
  auto& failure = shape.failure;
  if (failure.problem.empty() && !shape.led) {
    failure = {.problem = fmt::format("a partition of the topic {} has no leader", config.topic), .away = true};
  }
  if (failure.problem.empty()) {
    observed.topic.partitions = shape.partitions;
    observed.topic.replicas = shape.replicas;
    failure = settings_blocking(config, control, timeout, observed.topic.settings);
  }
  observed.problem = std::move(failure.problem);
  observed.away = failure.away;
  return observed;
}

Observed prepare_topic_blocking(const Config& config, Client& control) {
  const auto began = Clock::now();
  auto creation = create_topic_blocking(config, control, config.open_timeout);
  if (auto& failure = creation.failure; !failure.problem.empty()) {
    return {.topic = {}, .problem = std::move(failure.problem), .away = failure.away};
  }
  // A new topic shows, and gets its leaders, a moment later.
  const auto limit = creation.denied ? milliseconds(0) : std::min(config.open_timeout, kShowsWithin);
  for (;;) {
    auto observed = observe_topic_blocking(config, control, config.open_timeout);
    if (observed.problem.empty()) return observed;
    if (Clock::now() - began >= limit) {
      if (creation.denied) observed.problem += how_to_create(config);
      return observed;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
}

std::optional<std::string> identity_of(const TopicState& topic) {
  const auto value = number(topic, kIdentity);
  if (!value || *value < kLeastIdentity) return std::nullopt;
  return fmt::format("{:x}", *value);
}

TopicVerdict judge(const TopicState& topic, const Config& config) {
  TopicVerdict verdict;
  const auto problem = [&]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    verdict.problems.push_back(fmt::format("the topic {} ", config.topic) +
                               fmt::format(format, std::forward<Args>(args)...));
  };
  const auto need = [&](const char* name, std::string_view wanted, std::string_view why) {
    const auto found = topic.settings.find(name);
    if (found == topic.settings.end()) {
      problem("does not tell its {}; Skat needs {}", name, wanted);
    } else if (found->second != wanted) {
      problem("has {}={}, Skat needs {} ({}); set it: {}", name, found->second, wanted, why,
              how_to_set(config, name, wanted));
    }
  };
  if (topic.partitions != config.partitions) {
    problem(
        "has {} partitions, but the settings say {}; rooms are spread by that number, so it can never change: set "
        "it to {}, or use another topic",
        topic.partitions, config.partitions, topic.partitions);
  }
  need("message.timestamp.type", "LogAppendTime", "the log gives the time, not a sender's clock");
  need("cleanup.policy", "delete", "compaction would remove all but one record of a room");
  need("retention.bytes", "-1", "a full disk must not remove what is not in the database yet");
  need("unclean.leader.election.enable", "false", "a leader that missed records would lose them");

  const auto least_retention = std::chrono::duration_cast<milliseconds>(kMinRetention).count();
  const auto retention = number(topic, "retention.ms");
  if (!retention || (*retention != -1 && *retention < least_retention)) {
    problem("has retention.ms={}, Skat needs at least {} (7 days, for a database that is away); set it: {}",
            retention.value_or(0), least_retention,
            how_to_set(config, "retention.ms", std::to_string(least_retention)));
  }
  const auto batch = number(topic, "max.message.bytes").value_or(0);
  if (batch < static_cast<std::int64_t>(kMaxBatchBytes)) {
    problem("has max.message.bytes={}, Skat needs at least {} (a batch of records may be that large); set it: {}",
            batch, kMaxBatchBytes, how_to_set(config, "max.message.bytes", std::to_string(kMaxBatchBytes)));
  }
  if (!identity_of(topic)) {
    problem(
        "was not made by Skat and has no identity yet, by which another topic of the same name is told apart; set a "
        "random one once: {}",
        how_to_set(config, kIdentity, std::to_string(random_identity())));
  }

  const auto in_sync = number(topic, "min.insync.replicas").value_or(0);
  if (in_sync > topic.replicas) {
    problem("has min.insync.replicas={} but {} replicas: nothing can ever be appended", in_sync, topic.replicas);
  } else if (topic.replicas < 3 || in_sync < 2) {
    verdict.warnings.push_back(fmt::format(
        "the topic {} has {} replicas and min.insync.replicas={}: an acknowledged message may lie in the memory of "
        "one broker only, and be lost with it; three replicas and min.insync.replicas=2 keep the promise",
        config.topic, topic.replicas, in_sync));
  }
  if (in_sync == topic.replicas && topic.replicas > 1) {
    verdict.warnings.push_back(
        fmt::format("the topic {} has min.insync.replicas={} of {} replicas: one broker away stops every send",
                    config.topic, in_sync, topic.replicas));
  }
  return verdict;
}

}  // namespace skat::log::kafka
