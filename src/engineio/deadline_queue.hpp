// DeadlineQueue: things that all wait equally long, so the one that came last is due last. One timer for all of them
// and three words for each: what a million idle sessions pay for their heartbeat. Lives on: one executor. Ends by:
// destruction; hooks still in it then wait for nothing.
#pragma once

#include "base/executor.hpp"

namespace skat::engineio {

// Base of a thing that waits; in one queue at a time.
class DeadlineHook {
 public:
  DeadlineHook() = default;
  DeadlineHook(const DeadlineHook&) = delete;
  DeadlineHook& operator=(const DeadlineHook&) = delete;

  [[nodiscard]] bool waiting_until(base::SteadyTime at) const noexcept { return next_ != nullptr && at_ == at; }
  // Takes it out of its queue, if it is in one.
  void unlink() noexcept;

 protected:
  ~DeadlineHook() { unlink(); }

 private:
  friend class DeadlineQueue;
  DeadlineHook* previous_ = nullptr;
  DeadlineHook* next_ = nullptr;
  base::SteadyTime at_{};
};

class DeadlineQueue {
 public:
  // `due` gets each hook once its time has come, out of the queue already.
  DeadlineQueue(base::Executor& executor, base::Function<void(DeadlineHook&)> due);
  ~DeadlineQueue();
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  // Moves `hook` here from wherever it is. Kept sorted from the back, so an `at` that is not the latest costs a step
  // for each one that is later.
  void push(DeadlineHook& hook, base::SteadyTime at);

 private:
  struct Head : DeadlineHook {};

  void arm();
  void fire();

  // Set at construction.
  base::Executor& executor_;
  base::Function<void(DeadlineHook&)> due_;
  // Loop only.
  Head head_;  // of a ring
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
  base::SteadyTime armed_for_{};
};

}  // namespace skat::engineio
