#include "log/kafka/client.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/logger.hpp"
#include "model/limits.hpp"

namespace skat::log::kafka {

void HandleDeleter::operator()(rd_kafka_s* client) const noexcept {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
void HandleDeleter::operator()(rd_kafka_topic_s* topic) const noexcept {
  rd_kafka_topic_destroy(topic);
}
void HandleDeleter::operator()(rd_kafka_queue_s* queue) const noexcept {
  rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
  rd_kafka_queue_destroy(queue);
}
void HandleDeleter::operator()(rd_kafka_message_s* message) const noexcept {
  rd_kafka_message_destroy(message);
}

namespace {

// Called on librdkafka's threads.
void take_log_line(const rd_kafka_t*, int level, const char* facility, const char* text) {
  using base::LogLevel;
  // Syslog's levels. Lost connections (FAIL, ERROR) are told once by the breaker and by the readers, in our own words.
  const std::string_view what = facility;
  const bool routine = what == "FAIL" || what == "ERROR" || what == "CONFWARN" || what == "GETPID";
  base::log(routine || level > 4 ? LogLevel::debug : LogLevel::warn, "log", "librdkafka: {}: {}", facility, text);
}

class Settings {
 public:
  void set(const std::string& name, const std::string& value) {
    if (!problem_.empty()) return;
    std::array<char, 512> text{};
    if (rd_kafka_conf_set(conf_, name.c_str(), value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
      problem_ = fmt::format("Kafka's property {} cannot be set: {}", name, text.data());
    }
  }
  void set_unless_empty(const std::string& name, const std::string& value) {
    if (!value.empty()) set(name, value);
  }
  // A property that older versions do not have.
  void try_set(const char* name, const char* value) {
    std::array<char, 512> text{};
    (void)rd_kafka_conf_set(conf_, name, value, text.data(), text.size());
  }
  void set_security(const Security& security) {
    set("security.protocol", name_of(security.protocol));
    const auto pem_or_file = [this](const std::string& name, const std::string& pem, const std::string& file) {
      if (!pem.empty()) {
        set("ssl." + name + ".pem", pem);
      } else {
        set_unless_empty("ssl." + name + ".location", file);
      }
    };
    const auto protocol = security.protocol;
    if (protocol == Security::Protocol::ssl || protocol == Security::Protocol::sasl_ssl) {
      set("ssl.endpoint.identification.algorithm", "https");
      pem_or_file("ca", security.ca_pem, security.ca_file);
      pem_or_file("certificate", security.certificate_pem, security.certificate_file);
      pem_or_file("key", security.key_pem, security.key_file);
      set_unless_empty("ssl.key.password", security.key_password);
    }
    if (protocol == Security::Protocol::sasl_plaintext || protocol == Security::Protocol::sasl_ssl) {
      set("sasl.mechanisms", name_of(security.mechanism));
      set("sasl.username", security.username);
      set("sasl.password", security.password);
    }
  }
  [[nodiscard]] rd_kafka_conf_t* get() const { return conf_; }
  // rd_kafka_new() has taken it.
  void release() { conf_ = nullptr; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  Settings() = default;
  ~Settings() {
    if (conf_ != nullptr) rd_kafka_conf_destroy(conf_);
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

 private:
  rd_kafka_conf_t* conf_ = rd_kafka_conf_new();
  std::string problem_;
};

void set_producer(Settings& settings, const Config& config) {
  settings.set("enable.idempotence", "true");
  settings.set("enable.gapless.guarantee", "true");
  settings.set("acks", "all");
  settings.set("message.timeout.ms", std::to_string(config.delivery_timeout.count()));
  settings.set("linger.ms", fmt::format("{:.3f}", static_cast<double>(config.linger.count()) / 1000));
  // Our own limits are met first.
  settings.set("queue.buffering.max.messages", std::to_string(config.max_queued_appends + 1));
  settings.set("queue.buffering.max.kbytes", std::to_string(config.max_queued_bytes * 2 / 1024 + 1024));
  // A request holds a copy of every record, so that a record may go while a request that nobody waits for any more
  // still lies in a socket's buffer.
  settings.set("message.copy.max.bytes", std::to_string(kMaxBatchBytes));
  rd_kafka_conf_set_events(settings.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
}

void set_reader(Settings& settings, const Config& config) {
  settings.set("allow.auto.create.topics", "false");
  settings.set("enable.auto.commit", "false");
  settings.set("auto.offset.reset", "error");
  settings.set("fetch.wait.max.ms", std::to_string(config.fetch_wait.count()));
  // Either limit pauses fetching for a second in librdkafka before 2.2, so neither should be met at the rated speed.
  settings.set("queued.min.messages", "200000");
  settings.set("queued.max.messages.kbytes", std::to_string(config.reader_queue_bytes / 1024));
  settings.try_set("fetch.queue.backoff.ms", "10");
}

void set_member(Settings& settings, const Config& config, const std::string& group) {
  settings.set("group.id", group);
  settings.set("partition.assignment.strategy", "cooperative-sticky");
  settings.set("session.timeout.ms", std::to_string(config.session_timeout.count()));
  settings.set("heartbeat.interval.ms", std::to_string(config.heartbeat_interval.count()));
  settings.set("max.poll.interval.ms", std::to_string(config.max_poll_interval.count()));
  rd_kafka_conf_set_events(settings.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
}

}  // namespace

OpenedClient open_client(const Config& config, Role role, const std::string& group) {
  OpenedClient opened;
  for (const auto& file : {config.security.ca_file, config.security.certificate_file, config.security.key_file}) {
    if (file.empty() || ::access(file.c_str(), R_OK) == 0) continue;
    opened.problem = fmt::format("Kafka's certificates: {} cannot be read: {}", file, std::strerror(errno));
    return opened;
  }
  Settings settings;
  settings.set("bootstrap.servers", config.brokers);
  settings.set("client.id", config.client_id);
  settings.set_security(config.security);
  // A lost broker is noticed, and found again, within about a second.
  settings.set("socket.timeout.ms", "6000");
  settings.set("socket.connection.setup.timeout.ms", "3000");
  settings.set("reconnect.backoff.ms", "50");
  settings.set("reconnect.backoff.max.ms", "1000");
  settings.set("retry.backoff.ms", "50");
  settings.set("topic.metadata.refresh.fast.interval.ms", "100");
  settings.set("socket.nagle.disable", "true");
  settings.set("log.connection.close", "false");
  if (role == Role::producer) {
    set_producer(settings, config);
  } else {
    set_reader(settings, config);
  }
  if (role == Role::member) set_member(settings, config, group);
  for (const auto& [name, value] : config.properties) settings.set(name, value);
  if (role == Role::control) rd_kafka_conf_set_events(settings.get(), RD_KAFKA_EVENT_ERROR);
  rd_kafka_conf_set_log_cb(settings.get(), take_log_line);
  opened.problem = settings.problem();
  if (!opened.problem.empty()) return opened;

  std::array<char, 512> text{};
  const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  opened.client.handle.reset(rd_kafka_new(type, settings.get(), text.data(), text.size()));
  if (!opened.client.handle) {
    opened.problem = fmt::format("Kafka's client cannot be made: {}", text.data());
    return opened;
  }
  settings.release();
  opened.client.topic.reset(rd_kafka_topic_new(opened.client.handle.get(), config.topic.c_str(), nullptr));
  if (!opened.client.topic) {
    opened.problem = fmt::format("Kafka's client does not take the topic {}: {}", config.topic,
                                 rd_kafka_err2str(rd_kafka_last_error()));
  }
  return opened;
}

void wake_on_arrival(rd_kafka_queue_s* queue, Wake& wake) {
  rd_kafka_queue_cb_event_enable(queue, [](rd_kafka_t*, void* opaque) { (*static_cast<Wake*>(opaque))(); }, &wake);
}

}  // namespace skat::log::kafka
