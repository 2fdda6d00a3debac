// Gathering: the answers to one broadcast, while they come in. It is complete when every server has told how many
// clients it sent to, and that many answers are here.
// Lives on: the loop of the namespace that asked; held by whoever still may add to it.
// Ends by: completion or the timeout, whichever is first; `done` runs once. Additions after that do nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "socketio/answers.hpp"

namespace skat::socketio {

class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  using Done = base::Function<void(BroadcastAnswers)>;

  // Limit: `max_bytes` of answers; one that would exceed it is not kept and counts as missing.
  Gathering(base::Executor& loop, std::size_t max_bytes, Done done)
      : loop_(loop), max_bytes_(max_bytes), done_(std::move(done)) {}
  ~Gathering() { loop_.cancel(timer_); }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  // Starts with one server, the asker's own.
  void start(std::chrono::milliseconds timeout);
  // So many servers more, which will each call add_clients. A late word of them does no harm.
  void expect_servers(std::size_t count) { servers_ += count; }
  // One server's word: it sent to so many.
  void add_clients(std::size_t count);
  void add_answer(Answer answer);
  // Ends it now.
  void finish(error_code error);

 private:
  void finish_if_complete();

  // Set at construction.
  base::Executor& loop_;
  const std::size_t max_bytes_;

  // Loop only.
  Done done_;
  std::size_t servers_ = 1;  // still to tell
  std::size_t clients_ = 0;  // told of
  std::size_t bytes_ = 0;
  BroadcastAnswers gathered_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::socketio
