#include "log/kafka/kafka_producer.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <utility>

#include "base/check.hpp"
#include "base/failpoint.hpp"
#include "base/logger.hpp"
#include "log/errc.hpp"
#include "model/limits.hpp"

namespace skat::log::kafka {

using base::LogLevel;

// What librdkafka says became of one append.
struct KafkaProducer::Report {
  Append& append;
  rd_kafka_resp_err_t error;
  rd_kafka_msg_status_t status;
  std::int64_t offset;
  std::int64_t append_time;  // milliseconds since 1970; -1: not said
};

KafkaProducer::KafkaProducer(const Config& config, std::uint32_t partitions, base::Executor& owner,
                             base::Worker& worker, Breaker& breaker, base::Function<void()> on_answers)
    : config_(config),
      owner_(owner),
      worker_(worker),
      breaker_(breaker),
      on_answers_(std::move(on_answers)),
      lines_(partitions),
      wakes_("log-reports", 1, owner, [this](std::vector<char>&) { serve(); }),
      wake_([this] { (void)wakes_.push('\0'); }) {}

// Reports still tell when everything is on the brokers; nobody is called any more.
KafkaProducer::~KafkaProducer() {
  owner_.cancel(retry_);
  owner_.cancel(turn_end_);
  for (auto& line : lines_) {
    if (opened_ && !ending_) send_batch(line);
  }
  const auto until = std::chrono::steady_clock::now() + config_.close_timeout;
  while (sent_ > 0 && std::chrono::steady_clock::now() < until) {
    auto* event = rd_kafka_queue_poll(reports_.get(), 50);
    if (event == nullptr) continue;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) sent_ -= rd_kafka_event_message_count(event);
    rd_kafka_event_destroy(event);
  }
  reports_.reset();
  client_ = {};  // before the records it may still look at
}

std::string KafkaProducer::open() {
  auto opened = open_client(config_, Role::producer);
  if (!opened.problem.empty()) return opened.problem;
  client_ = std::move(opened.client);
  reports_.reset(rd_kafka_queue_get_main(client_.handle.get()));
  wake_.arm();
  wake_on_arrival(reports_.get(), wake_);
  opened_ = true;
  return {};
}

// ---- Appending ------------------------------------------------------------------------------------------------------

error_code KafkaProducer::append(Partition partition, std::string key, std::string value, Done& done) {
  const std::size_t bytes = key.size() + value.size();
  if (value.size() > model::kMaxRecordBytes) return errc::too_large;
  if (queued_ >= config_.max_queued_appends || queued_bytes_ + bytes > config_.max_queued_bytes) return errc::busy;
  const auto now = owner_.now();
  if (breaker_.is_open(partition, now)) return errc::unavailable;
  if (SKAT_FAILPOINT("kafka.before_produce")) return errc::unavailable;

  ++queued_;
  queued_bytes_ += bytes;
  breaker_.append_sent(partition, now);
  auto& line = lines_[partition.value()];
  const auto number = ++line.taken;
  line.appends.emplace_hint(line.appends.end(), number,
                            Append{.partition = partition,
                                   .number = number,
                                   .key = std::move(key),
                                   .value = std::move(value),
                                   .done = std::move(done),
                                   .since = now});
  if (line.in_flight == 0) make_due(partition);
  return {};
}

// The batch leaves when the turn is over, with all that the turn appends.
void KafkaProducer::make_due(Partition partition) {
  SKAT_CHECK(opened_, "append() before open()");
  if (std::exchange(lines_[partition.value()].due, true)) return;
  due_.push_back(partition);
  if (turn_end_ != base::Executor::TimerId::none) return;
  turn_end_ = owner_.after(base::Duration::zero(), [this] {
    turn_end_ = base::Executor::TimerId::none;
    if (send_due()) on_answers_();
  });
}

// True if it answered an append.
bool KafkaProducer::send_due() {
  owner_.cancel(std::exchange(turn_end_, base::Executor::TimerId::none));
  bool answers = false;
  for (const auto partition : std::exchange(due_, {})) {
    auto& line = lines_[partition.value()];
    line.due = false;
    if (line.in_flight > 0 || ending_) continue;  // its reports, or the next producer, go on with it
    answers |= drop_late(line);
    send_batch(line);
  }
  return answers;
}

// What has waited behind others for too long. True if there was something.
bool KafkaProducer::drop_late(Line& line) {
  const auto latest = owner_.now() - config_.batch_wait;
  bool dropped = false;
  while (!line.appends.empty() && line.appends.begin()->second.since <= latest) {
    answer(line.appends.begin()->second, make_error_code(errc::unavailable));
    dropped = true;
  }
  return dropped;
}

void KafkaProducer::send_batch(Line& line) {
  for (auto& [number, append] : line.appends) {
    if (!append.sent) send(line, append);
    if (ending_) return;
  }
}

// Never calls back: what librdkafka refuses stays in its line and goes to the next producer.
void KafkaProducer::send(Line& line, Append& append) {
  // No copy: the record stays where it is until the report.
  const int failed =
      rd_kafka_produce(client_.topic.get(), static_cast<std::int32_t>(append.partition.value()), 0, append.value.data(),
                       append.value.size(), append.key.data(), append.key.size(), &append);
  if (failed == 0) {
    append.sent = true;
    ++line.in_flight;
    ++sent_;
    (void)SKAT_FAILPOINT("kafka.after_produce");
    return;
  }
  // The topic and the limits were checked before, so this is a producer that has failed.
  end_producer(rd_kafka_err2str(rd_kafka_last_error()));
}

bool KafkaProducer::answered(Partition partition, std::uint64_t count) const {
  const auto& appends = lines_[partition.value()].appends;
  return appends.empty() || appends.begin()->first > count;
}

void KafkaProducer::answer(Append& append, result<Appended> outcome) {
  const auto now = owner_.now();
  if (outcome || outcome.error() == errc::too_large) {
    breaker_.append_answered(append.partition, now);
  } else {
    breaker_.append_unanswered(append.partition, now);
  }
  --queued_;
  queued_bytes_ -= append.key.size() + append.value.size();
  auto done = std::move(append.done);
  lines_[append.partition.value()].appends.erase(append.number);
  done(std::move(outcome));
}

// ---- Reports --------------------------------------------------------------------------------------------------------

void KafkaProducer::serve() {
  wake_.arm();
  bool answers = false;
  if (!reports_) return;  // between two producers
  while (auto* event = rd_kafka_queue_poll(reports_.get(), 0)) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
      answers = true;
      while (const auto* message = rd_kafka_event_message_next(event)) {
        rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        const auto time = rd_kafka_message_timestamp(message, &type);
        take({.append = *static_cast<Append*>(message->_private),
              .error = message->err,
              .status = rd_kafka_message_status(message),
              .offset = message->offset,
              .append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? time : -1});
      }
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
      if (rd_kafka_event_error_is_fatal(event) != 0 || rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__FATAL) {
        std::array<char, 512> text{};
        (void)rd_kafka_fatal_error(client_.handle.get(), text.data(), text.size());
        end_producer(text.data());
      } else {
        base::log(LogLevel::debug, "log", "producer: {}", rd_kafka_event_error_string(event));
      }
    }
    rd_kafka_event_destroy(event);
  }
  if (ending_) renew_when_quiet();
  if (send_due() || answers) on_answers_();
}

void KafkaProducer::take(const Report& report) {
  auto& append = report.append;
  auto& line = lines_[append.partition.value()];
  append.sent = false;
  --sent_;
  if (--line.in_flight == 0) make_due(append.partition);
  if (SKAT_FAILPOINT("kafka.delivery")) return answer(append, make_error_code(errc::maybe_appended));
  if (report.error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    // A confirmed duplicate of a batch that the broker has forgotten has no place to tell.
    if (report.offset < 0 || report.append_time < 0) return answer(append, make_error_code(errc::maybe_appended));
    return answer(append, Appended{.offset = Offset{static_cast<std::uint64_t>(report.offset)},
                                   .append_time = base::from_millis(report.append_time)});
  }
  if (report.status != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) return answer(append, make_error_code(errc::maybe_appended));
  if (report.error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return answer(append, make_error_code(errc::too_large));
  // Taken back from a producer that ends: it has its turn with the next one, while it has time.
  const bool taken_back = report.error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || report.error == RD_KAFKA_RESP_ERR__FATAL;
  if (taken_back && owner_.now() - append.since < config_.delivery_timeout) return;
  base::log(LogLevel::debug, "log", "an append was not written: {}", rd_kafka_err2str(report.error));
  answer(append, make_error_code(errc::unavailable));
}

// ---- A producer that failed -----------------------------------------------------------------------------------------

void KafkaProducer::end_producer(const std::string& why) {
  if (std::exchange(ending_, true)) return;
  base::log(LogLevel::warn, "log", "the producer has failed and is replaced: {}", why);
  (void)rd_kafka_purge(client_.handle.get(),
                       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  // With nothing owed no report will come to go on with.
  (void)wakes_.push('\0');
}

void KafkaProducer::renew_when_quiet() {
  if (sent_ > 0 || retry_ != base::Executor::TimerId::none) return;
  if (client_.handle) {
    reports_.reset();
    const bool taken = worker_.submit([old = std::move(client_)]() mutable { old.close(); });
    SKAT_CHECK(taken, "the log's worker has more to do than was counted");
  }
  const auto now = owner_.now();
  const bool too_soon = renewed_ && now - *renewed_ < kRenewPause;
  if (const auto problem = too_soon ? std::string() : open(); too_soon || !problem.empty()) {
    if (!problem.empty()) base::log(LogLevel::error, "log", "{}", problem);
    retry_ = owner_.after(kRenewPause, [this] {
      retry_ = base::Executor::TimerId::none;
      renew_when_quiet();
    });
    return;
  }
  renewed_ = now;
  ending_ = false;
  for (auto& line : lines_) {
    if (!ending_) send_batch(line);
  }
}

}  // namespace skat::log::kafka
