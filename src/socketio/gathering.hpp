// Gathering: the answers to one broadcast, while they come in. It is complete when every server has told how many
// clients it sent to, and that many answers are here.
// Lives on: the loop of the namespace that asked; held by whoever still may add to it.
// Ends by: completion or the timeout, whichever is first; `done` runs once. Additions after that do nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "socketio/answers.hpp"
#include "socketio/cluster_link.hpp"

namespace skat::socketio {

class Gathering final : public ClusterAsker, public std::enable_shared_from_this<Gathering> {
 public:
  using Done = base::Function<void(BroadcastAnswers)>;

  // Limit: `max_bytes` of answers; one that would exceed it is not kept and counts as missing.
  Gathering(base::Executor& loop, std::size_t max_bytes, Done done)
      : loop_(loop), max_bytes_(max_bytes), done_(std::move(done)) {}
  ~Gathering() override { loop_.cancel(timer_); }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  // One server, the asker's own, and others if it is in a cluster: expect_servers then tells how many.
  void start(std::chrono::milliseconds timeout, bool has_others);
  void expect_servers(std::size_t others);
  // One server's word: it sent to so many.
  void add_clients(std::size_t count);
  void add_answer(Answer answer);
  // Ends it now.
  void finish(error_code error);

  // ClusterAsker
  void on_expected(std::size_t servers) override { expect_servers(servers); }
  void on_answer(ClusterAnswer answer) override;

 private:
  void finish_if_complete();

  // Set at construction.
  base::Executor& loop_;
  const std::size_t max_bytes_;

  // Loop only.
  Done done_;
  std::size_t told_ = 0;                   // servers that have told their count
  std::optional<std::size_t> servers_{1};  // that will; nothing: not known yet
  std::size_t clients_ = 0;                // told of
  std::size_t bytes_ = 0;
  BroadcastAnswers gathered_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::socketio
