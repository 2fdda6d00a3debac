// ClusterPoll: one answer of each other server, while they come in.
// Lives on: the asking server's loop; held by its ClusterLink.
// Ends by: the last answer, or the timeout with errc::cluster_timeout and the answers so far; `done` runs once.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "socketio/cluster_link.hpp"

namespace skat::socketio {

class ClusterPoll final : public ClusterAsker, public std::enable_shared_from_this<ClusterPoll> {
 public:
  using Done = base::Function<void(error_code, std::vector<ClusterAnswer>)>;

  ClusterPoll(base::Executor& loop, Done done) : loop_(loop), done_(std::move(done)) {}
  ~ClusterPoll() override { loop_.cancel(timer_); }
  ClusterPoll(const ClusterPoll&) = delete;
  ClusterPoll& operator=(const ClusterPoll&) = delete;

  void start(std::chrono::milliseconds timeout);
  // Ends it now.
  void finish(error_code error);

  // ClusterAsker
  void on_expected(std::size_t servers) override;
  void on_answer(ClusterAnswer answer) override;

 private:
  void finish_if_complete();

  base::Executor& loop_;
  Done done_;
  std::optional<std::size_t> expected_;
  std::vector<ClusterAnswer> answers_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::socketio
