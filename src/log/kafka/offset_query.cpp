#include "log/kafka/offset_query.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <optional>

#include "base/check.hpp"
#include "log/errc.hpp"

namespace skat::log::kafka {

// Asks the brokers. One request holds all partitions and fails as a whole when one leader is away. Then each is asked
// alone, and the ones without an answer are kept apart: one of them is asked again in each later request, the others
// are unavailable until it is their turn. Briefly, if leaders in health wait behind it; else with all the time there
// is, so that brokers that come back slowly are found again. Lives on: the "log-offsets" worker.
class OffsetQuery::Source {
 public:
  using Tell = base::Function<void(Answers)>;

  Source(const Config& config, std::uint32_t partitions, Client& control, Tell tell)
      : topic_(config.topic),
        timeout_(config.query_timeout),
        control_(control),
        tell_(std::move(tell)),
        known_(partitions) {}

  // Tells the answers in parts: those of leaders in health do not wait for the others.
  void ask_blocking(const std::vector<std::pair<Partition, Start>>& wanted) {
    std::vector<Partition> together, alone;
    bool starts = false;
    for (const auto& [partition, start] : wanted) {
      auto& at = known_[partition.value()];
      (at.silent ? alone : together).push_back(partition);
      starts |= start == Start::fresh || !at.start || Clock::now() - at.start_asked > kStartLasts;
    }
    std::size_t attempts = 1;
    if (!together.empty()) {
      if (auto bounds = ask(together, starts, timeout_)) {
        tell_({.bounds = std::move(*bounds), .last = alone.empty()});
      } else {
        attempts = together.size();
        alone.insert(alone.begin(), together.begin(), together.end());
      }
    }
    const auto patience = together.empty() ? timeout_ : std::min<std::chrono::milliseconds>(kAloneTimeout, timeout_);
    std::ranges::sort(alone, {}, [this](Partition partition) { return known_[partition.value()].tried; });
    for (std::size_t i = 0; i < alone.size(); ++i) {
      tell_({.bounds = {ask_alone(alone[i], i < attempts, patience)}, .last = i + 1 == alone.size()});
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Found = std::vector<std::pair<Partition, result<Bounds>>>;
  struct Known {
    std::optional<Offset> start;
    Clock::time_point start_asked{};
    bool silent = false;        // its last question had no answer
    Clock::time_point tried{};  // when it was last asked alone
  };
  static constexpr auto kStartLasts = std::chrono::seconds(1);
  static constexpr auto kAloneTimeout = std::chrono::milliseconds(200);
  // The timestamps of Kafka's ListOffsets request that mean the two ends.
  static constexpr std::int64_t kLatest = -1, kEarliest = -2;

  std::pair<Partition, result<Bounds>> ask_alone(Partition partition, bool now, std::chrono::milliseconds patience) {
    auto& at = known_[partition.value()];
    if (now) {
      at.tried = Clock::now();
      auto bounds = ask({partition}, true, patience);
      at.silent = !bounds;
      if (bounds) return bounds->front();
    }
    return {partition, make_error_code(errc::unavailable)};
  }

  // Nothing: somebody did not answer.
  std::optional<Found> ask(const std::vector<Partition>& partitions, bool starts, std::chrono::milliseconds timeout) {
    if (starts) {
      const auto found = list_offsets(partitions, kEarliest, timeout);
      if (found.empty()) return std::nullopt;
      for (std::size_t i = 0; i < found.size(); ++i) {
        auto& at = known_[partitions[i].value()];
        at.start = found[i];
        at.start_asked = Clock::now();
      }
    }
    const auto ends = list_offsets(partitions, kLatest, timeout);
    if (ends.empty()) return std::nullopt;
    Found bounds;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const Offset start = *known_[partitions[i].value()].start;
      bounds.emplace_back(partitions[i], Bounds{.start = std::min(start, ends[i]), .end = ends[i]});
    }
    return bounds;
  }

  // By partition as asked; empty: no answer.
  std::vector<Offset> list_offsets(const std::vector<Partition>& partitions, std::int64_t which,
                                   std::chrono::milliseconds timeout) {
    auto* list = rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()));
    for (const auto partition : partitions) {
      rd_kafka_topic_partition_list_add(list, topic_.c_str(), static_cast<std::int32_t>(partition.value()))->offset =
          which;
    }
    std::vector<Offset> offsets;
    const auto error = rd_kafka_offsets_for_times(control_.handle.get(), list, static_cast<int>(timeout.count()));
    for (int i = 0; error == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; ++i) {
      const auto& element = list->elems[i];
      if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR || element.offset < 0) {
        offsets.clear();
        break;
      }
      offsets.emplace_back(static_cast<std::uint64_t>(element.offset));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return offsets;
  }

  const std::string topic_;
  const std::chrono::milliseconds timeout_;
  Client& control_;
  Tell tell_;
  std::vector<Known> known_;  // by partition
};

// A request is answered in at most one part for all, or one for each partition and one for the rest.
OffsetQuery::OffsetQuery(const Config& config, std::uint32_t partitions, base::Executor& owner, Client& control)
    : config_(config),
      owner_(owner),
      answers_("log-offset-answers", partitions + 1, owner,
               [this](std::vector<Answers>& batch) {
                 for (auto& answers : batch) take(answers);
               }),
      source_(std::make_unique<Source>(config, partitions, control,
                                       [this](Answers answers) {
                                         const bool pushed = answers_.push(std::move(answers));
                                         SKAT_CHECK(pushed, "more parts of an answer than partitions");
                                       })),
      worker_("log-offsets", 1) {}

OffsetQuery::~OffsetQuery() {
  owner_.cancel(timer_);
}

void OffsetQuery::ask(Partition partition, Start start, Done done) {
  waiting_.push_back({.partition = partition, .start = start, .done = std::move(done)});
  go_on();
}

void OffsetQuery::go_on() {
  if (under_way_ || waiting_.empty() || timer_ != base::Executor::TimerId::none) return;
  if (const auto since = owner_.now() - last_start_.value_or(base::SteadyTime{});
      last_start_ && since < config_.query_interval) {
    timer_ = owner_.after(config_.query_interval - since, [this] {
      timer_ = base::Executor::TimerId::none;
      go_on();
    });
    return;
  }
  asked_ = std::exchange(waiting_, {});
  under_way_ = true;
  last_start_ = owner_.now();
  std::vector<std::pair<Partition, Start>> wanted;
  for (const auto& question : asked_) {
    const auto same = std::ranges::find(wanted, question.partition, &std::pair<Partition, Start>::first);
    if (same == wanted.end()) {
      wanted.emplace_back(question.partition, question.start);
    } else if (question.start == Start::fresh) {
      same->second = Start::fresh;
    }
  }
  const bool taken = worker_.submit([this, wanted = std::move(wanted)] { source_->ask_blocking(wanted); });
  SKAT_CHECK(taken, "more than one request for offsets at a time");
}

void OffsetQuery::take(Answers& answers) {
  std::vector<std::pair<Done, result<Bounds>>> ready;
  for (auto& [partition, bounds] : answers.bounds) {
    for (auto& question : asked_) {
      if (question.partition == partition && question.done) ready.emplace_back(std::move(question.done), bounds);
    }
  }
  if (answers.last) {
    asked_.clear();
    under_way_ = false;
  }
  for (auto& [done, bounds] : ready) done(bounds);
  go_on();
}

}  // namespace skat::log::kafka
