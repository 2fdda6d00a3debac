#include "log/kafka/kafka_log.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/logger.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "log/errc.hpp"
#include "log/kafka/breaker.hpp"
#include "log/kafka/kafka_admin.hpp"
#include "log/kafka/kafka_membership.hpp"
#include "log/kafka/kafka_producer.hpp"
#include "log/kafka/kafka_reader.hpp"
#include "log/kafka/offset_query.hpp"
#include "log/kafka/streams.hpp"

namespace skat::log::kafka {
namespace {

using base::LogLevel;

template <class T>
using Done = base::Function<void(result<T>)>;

// KafkaLog: the port. Joins producer, readers and offset questions, and looks after the topic.
// Lives on: `owner`; two workers take what blocks. Ends by: destruction; see open_kafka_log().
class KafkaLog final : public Log, private ReaderHost {
 public:
  KafkaLog(const Config& config, base::Executor& owner, Client control, std::string log_id);
  ~KafkaLog() override;
  KafkaLog(const KafkaLog&) = delete;
  KafkaLog& operator=(const KafkaLog&) = delete;
  [[nodiscard]] std::string open() { return producer_.open(); }

  void append(Partition partition, std::string key, std::string value, Done<Appended> done) override;
  [[nodiscard]] std::unique_ptr<LogReader> read(Partition partition, Offset from) override;
  void bounds(Partition partition, Done<Bounds> done) override;
  void trim(Partition partition, Offset below, base::WallTime keep_newer_than, Done<void> done) override;
  [[nodiscard]] std::unique_ptr<Membership> join(std::string group, Membership::Listener& listener) override;
  [[nodiscard]] std::uint32_t partition_count() const override { return config_.partitions; }
  [[nodiscard]] std::string log_id() const override { return log_id_; }

 private:
  struct WaitingBounds {
    std::uint64_t appends_before;  // of its partition
    Done<Bounds> done;
  };
  struct PartitionState {
    std::deque<WaitingBounds> bounds;
    bool probed = false;                          // a question is under way because the breaker is open
    Offset end{0};                                // the highest that was told
    std::optional<base::SteadyTime> short_since;  // since then a lower one is told
  };

  // ReaderHost.
  void serve_later(Id reader) override;
  void serve_after(Id reader, base::Duration delay) override;
  void open_stream(Id reader, Partition partition, Offset from) override;
  void close_stream(Stream stream) override;
  void ask_bounds(Id reader, Partition partition) override;
  void forget(Id reader) override { readers_.erase(reader); }

  PartitionState& at(Partition partition) {
    SKAT_CHECK(partition.value() < partitions_.size(), "the log has no such partition");
    return partitions_[partition.value()];
  }
  // Runs `task` in a later turn, unless the log is gone by then.
  void later(base::Executor::Task task);
  template <class Call>
  void with_reader(Id reader, Call call) {
    if (const auto found = readers_.find(reader); found != readers_.end()) call(*found->second);
  }
  void work(base::Worker::Request request);
  void reply(base::Executor::Task task);
  void ask(Partition partition, OffsetQuery::Start start, Done<Bounds> done);
  void probe(Partition partition);
  void answer_bounds();
  void look_at_topic_later();
  void look_at_topic(const Observed& observed);
  [[nodiscard]] result<Bounds> checked(Partition partition, const result<Bounds>& bounds);
  void close_for_good(const std::string& why);

  // Set at construction.
  const Config config_;
  base::Executor& owner_;
  const std::string log_id_;

  // Owner only.
  std::vector<PartitionState> partitions_;
  std::size_t waiting_bounds_ = 0;
  std::unordered_map<Id, KafkaReader*> readers_;
  Id last_reader_ = 0;
  std::vector<KafkaMembership*> members_;
  std::size_t streams_under_way_ = 0;  // opening, open, or closing
  bool closed_ = false;                // for good: the topic is another one than at the start, or has lost records
  bool wrong_settings_ = false;        // at the last look
  Breaker breaker_;
  base::Executor::TimerId look_ = base::Executor::TimerId::none;
  // Shared with posted turns and timers, which find it gone when the log was destroyed first.
  std::shared_ptr<KafkaLog*> self_ = std::make_shared<KafkaLog*>(this);

  // Destroyed from below: the producer while the worker still takes requests, both workers before what they use.
  Client control_;              // librdkafka's own locks: used by both workers
  Streams streams_;             // the worker's
  base::Mailbox<Id> arrivals_;  // from librdkafka: this reader's queue is no longer empty
  base::TaskMailbox replies_;   // from the worker
  OffsetQuery offsets_;
  base::Worker worker_;
  base::Worker members_worker_;  // a good-bye may take seconds
  KafkaProducer producer_;
};

// The worker's queue holds an opening and a closing for each stream, retired producers, and one look at the topic.
constexpr std::size_t kMaxRetiredProducers = 64;
// That of the members holds what each may ask, and the good-byes of those that have gone.
constexpr std::size_t kMaxRetiredMembers = 64;
// A new leader answers no question before it knows all that its predecessor had confirmed, so an end that stays lower
// than one that was told is no passing thing.
constexpr base::Duration kTruncationShows = std::chrono::seconds(3);

KafkaLog::KafkaLog(const Config& config, base::Executor& owner, Client control, std::string log_id)
    : config_(config),
      owner_(owner),
      log_id_(std::move(log_id)),
      partitions_(config.partitions),
      breaker_(config.partitions, config.breaker_silence),
      control_(std::move(control)),
      streams_(config),
      arrivals_("log-arrivals", 2 * config.max_readers, owner,
                [this](std::vector<Id>& batch) {
                  for (const auto reader : batch) {
                    with_reader(reader, [](KafkaReader& found) { found.serve(); });
                  }
                }),
      replies_("log-replies", 2 * config.max_readers + 1, owner),
      offsets_(config, config.partitions, owner, control_),
      worker_("log-kafka", 2 * config.max_readers + kMaxRetiredProducers + 1),
      members_worker_("log-groups", KafkaMembership::kMaxRequests * config.max_memberships + kMaxRetiredMembers),
      producer_(config, config.partitions, owner, worker_, breaker_, [this] { answer_bounds(); }) {
  look_at_topic_later();
}

KafkaLog::~KafkaLog() {
  SKAT_CHECK(readers_.empty(), "a log goes after its readers");
  SKAT_CHECK(members_.empty(), "a log goes after its memberships");
  owner_.cancel(look_);
}

void KafkaLog::later(base::Executor::Task task) {
  owner_.post([self = std::weak_ptr(self_), task = std::move(task)]() mutable {
    if (self.lock()) task();
  });
}

void KafkaLog::work(base::Worker::Request request) {
  const bool taken = worker_.submit(std::move(request));
  SKAT_CHECK(taken, "the log's worker has more to do than was counted");
}

void KafkaLog::reply(base::Executor::Task task) {
  const bool pushed = replies_.push(std::move(task));
  SKAT_CHECK(pushed, "more replies than requests");
}

// ---- Appending ------------------------------------------------------------------------------------------------------

void KafkaLog::append(Partition partition, std::string key, std::string value, Done<Appended> done) {
  (void)at(partition);
  const error_code refused = closed_ || wrong_settings_
                                 ? make_error_code(errc::unavailable)
                                 : producer_.append(partition, std::move(key), std::move(value), done);
  if (!refused) return;
  if (refused == errc::unavailable && !closed_) probe(partition);
  later([refused, done = std::move(done)]() mutable { done(refused); });
}

// While the breaker is open, somebody has to find out that the partition answers again.
void KafkaLog::probe(Partition partition) {
  if (std::exchange(at(partition).probed, true)) return;
  ask(partition, OffsetQuery::Start::cached,
      [this, partition](const result<Bounds>&) { at(partition).probed = false; });
}

// ---- Bounds ---------------------------------------------------------------------------------------------------------

void KafkaLog::ask(Partition partition, OffsetQuery::Start start, Done<Bounds> done) {
  offsets_.ask(partition, start, [this, partition, done = std::move(done)](const result<Bounds>& found) mutable {
    const auto bounds = checked(partition, found);
    if (found) {
      breaker_.question_answered(partition);
    } else {
      breaker_.question_unanswered(partition, owner_.now());
    }
    done(bounds);
  });
}

void KafkaLog::bounds(Partition partition, Done<Bounds> done) {
  auto& state = at(partition);
  error_code refused;
  if (closed_) refused = errc::unavailable;
  if (waiting_bounds_ + offsets_.waiting() >= config_.max_waiting_bounds) refused = errc::busy;
  if (refused) return later([refused, done = std::move(done)]() mutable { done(refused); });
  ++waiting_bounds_;
  state.bounds.push_back({.appends_before = producer_.taken(partition), .done = std::move(done)});
  later([this] { answer_bounds(); });
}

// What was appended before the question has its place, or never gets one: the question goes out.
void KafkaLog::answer_bounds() {
  for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
    const Partition partition{i};
    auto& waiting = partitions_[i].bounds;
    while (!waiting.empty() && producer_.answered(partition, waiting.front().appends_before)) {
      auto done = std::move(waiting.front().done);
      waiting.pop_front();
      --waiting_bounds_;
      ask(partition, OffsetQuery::Start::cached, std::move(done));
    }
  }
}

void KafkaLog::trim(Partition partition, Offset, base::WallTime, Done<void> done) {
  (void)at(partition);
  later([done = std::move(done)]() mutable { done({}); });
}

// ---- Readers --------------------------------------------------------------------------------------------------------

std::unique_ptr<LogReader> KafkaLog::read(Partition partition, Offset from) {
  (void)at(partition);
  const Id id = ++last_reader_;
  ReaderHost& host = *this;
  auto reader = std::make_unique<KafkaReader>(host, id, partition, from, config_.max_answer_bytes);
  readers_.emplace(id, reader.get());
  if (closed_) reader->on_log_replaced();
  return reader;
}

void KafkaLog::serve_later(Id reader) {
  later([this, reader] { with_reader(reader, [](KafkaReader& found) { found.serve(); }); });
}

void KafkaLog::serve_after(Id reader, base::Duration delay) {
  (void)owner_.after(delay, [this, self = std::weak_ptr(self_), reader] {
    if (self.lock()) with_reader(reader, [](KafkaReader& found) { found.serve(); });
  });
}

void KafkaLog::open_stream(Id reader, Partition partition, Offset from) {
  if (streams_under_way_ >= config_.max_readers) {
    return later([this, reader] { with_reader(reader, [](KafkaReader& found) { found.on_stream({}); }); });
  }
  ++streams_under_way_;
  work([this, reader, partition, from] {
    auto stream = streams_.open_blocking(partition, from, [this, reader] { (void)arrivals_.push(reader); });
    reply([this, reader, stream = std::move(stream)]() mutable {
      if (!stream.queue) --streams_under_way_;
      const auto found = readers_.find(reader);
      if (found != readers_.end()) {
        found->second->on_stream(std::move(stream));
      } else if (stream.queue) {
        close_stream(std::move(stream));
      }
    });
  });
}

void KafkaLog::close_stream(Stream stream) {
  work([this, stream = std::move(stream)]() mutable {
    streams_.close_blocking(std::move(stream));
    reply([this] { --streams_under_way_; });
  });
}

void KafkaLog::ask_bounds(Id reader, Partition partition) {
  ask(partition, OffsetQuery::Start::fresh, [this, reader](const result<Bounds>& bounds) {
    with_reader(reader, [&](KafkaReader& found) { found.on_bounds(bounds); });
  });
}

// ---- Membership -----------------------------------------------------------------------------------------------------

std::unique_ptr<Membership> KafkaLog::join(std::string group, Membership::Listener& listener) {
  SKAT_CHECK(members_.size() < config_.max_memberships, "more memberships than Config::max_memberships");
  // The address is known before the member is: its slot is.
  auto slot = std::make_shared<KafkaMembership*>(nullptr);
  auto member = std::make_unique<KafkaMembership>(config_, std::move(group), owner_, members_worker_, listener,
                                                  [this, slot] { std::erase(members_, *slot); });
  *slot = member.get();
  members_.push_back(member.get());
  if (closed_) member->on_log_replaced();
  return member;
}

// ---- The topic ------------------------------------------------------------------------------------------------------

void KafkaLog::look_at_topic_later() {
  look_ = owner_.after(config_.check_interval, [this] {
    work([this] {
      auto observed = observe_topic_blocking(config_, control_, config_.query_timeout);
      reply([this, observed = std::move(observed)] { look_at_topic(observed); });
    });
  });
}

void KafkaLog::look_at_topic(const Observed& observed) {
  look_at_topic_later();
  if (closed_) return;
  if (!observed.problem.empty()) return base::log(LogLevel::warn, "log", "{}", observed.problem);
  if (identity_of(observed.topic) != log_id_ || observed.topic.partitions != config_.partitions) {
    return close_for_good(fmt::format("the topic {} is not the one this node started with", config_.topic));
  }
  const auto verdict = judge(observed.topic, config_);
  for (const auto& problem : verdict.problems) base::log(LogLevel::error, "log", "{}", problem);
  for (const auto& warning : verdict.warnings) base::log(LogLevel::warn, "log", "{}", warning);
  if (const bool wrong = !verdict.problems.empty(); std::exchange(wrong_settings_, wrong) != wrong) {
    base::log(wrong ? LogLevel::error : LogLevel::info, "log", "the topic {} {}", config_.topic,
              wrong ? "has wrong settings: nothing is appended until they are mended"
                    : "has the settings it needs again: appends are taken");
  }
  // Their ends, so that a log that nobody asks is watched too.
  for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
    ask(Partition{i}, OffsetQuery::Start::fresh, [](const result<Bounds>&) {});
  }
}

// An end that goes back is either an answer out of date, which is not passed on, or a log that has lost records.
result<Bounds> KafkaLog::checked(Partition partition, const result<Bounds>& bounds) {
  auto& state = at(partition);
  if (!bounds) return bounds;
  if (bounds->end >= state.end) {
    state.end = bounds->end;
    state.short_since.reset();
    return bounds;
  }
  const auto now = owner_.now();
  if (!state.short_since) state.short_since = now;
  if (!closed_ && now - *state.short_since >= kTruncationShows) {
    close_for_good(fmt::format("partition {} of the topic {} ends at {} and has ended at {}: records are lost",
                               partition.value(), config_.topic, bounds->end.value(), state.end.value()));
  }
  return make_error_code(errc::unavailable);
}

void KafkaLog::close_for_good(const std::string& why) {
  closed_ = true;
  base::log(LogLevel::error, "log", "{}: nothing is read or appended", why);
  std::vector<Id> ids;
  for (const auto& [id, reader] : readers_) ids.push_back(id);
  for (const auto id : ids) with_reader(id, [](KafkaReader& found) { found.on_log_replaced(); });
  for (auto* member : members_) member->on_log_replaced();
}

}  // namespace
}  // namespace skat::log::kafka

namespace skat::log {

OpenedKafkaLog open_kafka_log(const kafka::Config& config, base::Executor& owner) {
  if (const auto wrong = validate(config)) return {.log = nullptr, .problem = *wrong};
  const auto scram = scram_warning(config.security, rd_kafka_version());
  if (scram) base::log(base::LogLevel::warn, "log", "{}", *scram);
  auto control = kafka::open_client(config, kafka::Role::control);
  if (!control.problem.empty()) return {.log = nullptr, .problem = std::move(control.problem)};
  const auto observed = kafka::prepare_topic_blocking(config, control.client);
  if (!observed.problem.empty()) {
    return {.log = nullptr,
            .problem = scram && !observed.away ? observed.problem + "; " + *scram : observed.problem,
            .away = observed.away};
  }
  const auto verdict = judge(observed.topic, config);
  if (!verdict.problems.empty()) {
    std::string problem;
    for (const auto& each : verdict.problems) problem += (problem.empty() ? "" : "; also, ") + each;
    return {.log = nullptr, .problem = std::move(problem)};
  }
  for (const auto& warning : verdict.warnings) base::log(base::LogLevel::warn, "log", "{}", warning);
  auto log = std::make_unique<kafka::KafkaLog>(config, owner, std::move(control.client), *identity_of(observed.topic));
  if (auto problem = log->open(); !problem.empty()) return {.log = nullptr, .problem = std::move(problem)};
  return {.log = std::move(log), .problem = {}};
}

}  // namespace skat::log
