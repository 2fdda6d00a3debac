// OffsetQuery: where partitions begin and end now. Questions of a few milliseconds share one request, and one request
// at a time is under way. Lives on: `owner`; the asking itself blocks, on a thread of its own ("log-offsets"). Ends by:
// destruction; unanswered callbacks are dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "log/kafka/client.hpp"
#include "log/kafka/config.hpp"
#include "log/log.hpp"

namespace skat::log::kafka {

class OffsetQuery {
 public:
  using Done = base::Function<void(result<Bounds>)>;
  // fresh: the start is asked for too; otherwise it may be a second old (it only grows).
  enum class Start { cached, fresh };

  // `control` outlives this.
  OffsetQuery(const Config& config, std::uint32_t partitions, base::Executor& owner, Client& control);
  ~OffsetQuery();
  OffsetQuery(const OffsetQuery&) = delete;
  OffsetQuery& operator=(const OffsetQuery&) = delete;

  // The request goes out after this call. errc::unavailable: the partition's leader gave no answer.
  void ask(Partition partition, Start start, Done done);
  [[nodiscard]] std::size_t waiting() const { return waiting_.size() + asked_.size(); }

 private:
  class Source;
  struct Question {
    Partition partition;
    Start start;
    Done done;
  };
  struct Answers {
    std::vector<std::pair<Partition, result<Bounds>>> bounds;
    bool last = false;  // of this request
  };

  void go_on();
  void take(Answers& answers);

  const Config config_;
  base::Executor& owner_;
  std::vector<Question> waiting_, asked_;
  bool under_way_ = false;
  std::optional<base::SteadyTime> last_start_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
  base::Mailbox<Answers> answers_;
  std::unique_ptr<Source> source_;  // the worker's
  base::Worker worker_;             // last: it joins before what it uses goes
};

}  // namespace skat::log::kafka
