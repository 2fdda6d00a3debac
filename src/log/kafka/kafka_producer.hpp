// KafkaProducer: appends with an idempotent, gapless producer, one of librdkafka's at a time. Group commit: what comes
// to a partition while a batch of it is under way waits for the answer and is the next batch. After an error that ends
// a producer (Kafka calls it fatal) what was never sent goes out again, in order, by a new one; what may have been
// written is answered as unknown. Lives on: `owner`; librdkafka's threads only wake it. Ends by: destruction, which
// waits `close_timeout` for answers; their callbacks are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "log/kafka/breaker.hpp"
#include "log/kafka/client.hpp"
#include "log/kafka/config.hpp"
#include "log/log.hpp"

namespace skat::log::kafka {

class KafkaProducer {
 public:
  using Done = base::Function<void(result<Appended>)>;

  // `on_answers` is called after every turn in which appends were answered. `worker` takes what blocks.
  KafkaProducer(const Config& config, std::uint32_t partitions, base::Executor& owner, base::Worker& worker,
                Breaker& breaker, base::Function<void()> on_answers);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // At the start. Empty: done; else why not, in one sentence.
  [[nodiscard]] std::string open();

  // Takes the append, or says at once why not (too_large, busy, unavailable); then `done` is not called.
  [[nodiscard]] error_code append(Partition partition, std::string key, std::string value, Done& done);

  // Appends to the partition so far, and: are all of the first `count` of them answered?
  [[nodiscard]] std::uint64_t taken(Partition partition) const { return lines_[partition.value()].taken; }
  [[nodiscard]] bool answered(Partition partition, std::uint64_t count) const;

 private:
  struct Append {
    Partition partition;
    std::uint64_t number;  // 1, 2, 3 … in its partition
    std::string key, value;
    Done done;
    base::SteadyTime since;
    bool sent = false;  // librdkafka has it and owes a report
  };
  struct Line {
    std::map<std::uint64_t, Append> appends;  // unanswered, by number; librdkafka points at them
    std::uint64_t taken = 0;
    std::size_t in_flight = 0;  // sent ones of `appends`
    bool due = false;           // it is in `due_`
  };
  struct Report;
  // Between two new producers: what ended one may end the next.
  static constexpr base::Duration kRenewPause = std::chrono::milliseconds(500);

  void make_due(Partition partition);
  bool send_due();
  void send_batch(Line& line);
  void send(Line& line, Append& append);
  bool drop_late(Line& line);
  void serve();
  void take(const Report& report);
  void answer(Append& append, result<Appended> outcome);
  void end_producer(const std::string& why);
  void renew_when_quiet();

  // Set at construction.
  const Config config_;
  base::Executor& owner_;
  base::Worker& worker_;
  Breaker& breaker_;
  base::Function<void()> on_answers_;

  // Owner only.
  std::vector<Line> lines_;  // by partition
  std::size_t queued_ = 0, queued_bytes_ = 0;
  std::size_t sent_ = 0;        // reports that librdkafka owes
  std::vector<Partition> due_;  // nothing of them is under way and something waits: sent at the end of the turn
  base::Executor::TimerId turn_end_ = base::Executor::TimerId::none;
  bool ending_ = false;  // the producer at hand has failed; it is renewed when it owes nothing
  bool opened_ = false;
  std::optional<base::SteadyTime> renewed_;
  base::Executor::TimerId retry_ = base::Executor::TimerId::none;

  base::Mailbox<char> wakes_;  // from librdkafka: reports wait
  Wake wake_;
  Client client_;
  QueueHandle reports_;  // the main queue of `client_`; goes before it
};

}  // namespace skat::log::kafka
