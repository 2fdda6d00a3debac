// KafkaMembership: a member of a consumer group (cooperative-sticky, dynamic). It is told which partitions it holds and
// assigns none of them to its consumer, so it fetches nothing: reading is KafkaReader's business. Lives on: `owner`;
// `worker` takes what blocks; librdkafka's threads only wake it. Ends by: destruction, or leave().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "log/kafka/client.hpp"
#include "log/kafka/config.hpp"
#include "log/membership.hpp"

namespace skat::log::kafka {

class KafkaMembership final : public Membership {
 public:
  // Requests that one membership has at `worker` at a time, at most: opening, answering, closing, and again.
  static constexpr std::size_t kMaxRequests = 4;

  // `gone` is called by the destructor.
  KafkaMembership(const Config& config, std::string group, base::Executor& owner, base::Worker& worker,
                  Listener& listener, base::Function<void()> gone);
  ~KafkaMembership() override;
  KafkaMembership(const KafkaMembership&) = delete;
  KafkaMembership& operator=(const KafkaMembership&) = delete;

  void leave(base::Function<void()> left) override;
  // For ever without partitions: the log is closed.
  void on_log_replaced();

 private:
  enum class State {
    opening,  // the client is being made
    joined,   // or joining: librdkafka does what it takes
    waiting,  // for a moment, before it joins again
    leaving,
    left,
  };
  struct Event;
  // Shared with requests at the worker, which may run when this is gone.
  using SharedClient = std::shared_ptr<Client>;

  void work(base::Worker::Request request);
  void open();
  void on_opened(const std::string& problem);
  void serve();
  void take(const Event& event);
  void answer_rebalance(bool gained);
  void join_again(const std::string& why);
  void begin_leaving();
  void end_leaving();
  void close();
  // The listener may destroy this.
  void gain(std::vector<Partition> partitions);
  void lose(std::vector<Partition> partitions);
  void tick();

  // Librdkafka counts a consumer as dead that is not polled for `max_poll_interval`.
  static constexpr base::Duration kTick = std::chrono::seconds(1);

  // Set at construction.
  const Config config_;
  const std::string group_;
  base::Executor& owner_;
  base::Worker& worker_;
  Listener& listener_;
  base::Function<void()> gone_;

  // Owner only.
  State state_ = State::opening;
  bool assigned_ = false;  // the client at hand has been, if only nothing
  std::vector<Partition> held_;
  std::string last_trouble_;  // told once
  base::Function<void()> left_;
  base::Executor::TimerId tick_ = base::Executor::TimerId::none;   // while joined or leaving
  base::Executor::TimerId pause_ = base::Executor::TimerId::none;  // until it joins again, or gives leaving up
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);          // posted turns find it gone

  std::shared_ptr<base::TaskMailbox> replies_;  // from the worker
  base::Mailbox<char> wakes_;                   // from librdkafka: events wait
  Wake wake_;
  SharedClient client_;
  QueueHandle events_, farewell_;  // of `client_`, and go before it; `farewell_`: while it leaves
};

}  // namespace skat::log::kafka
