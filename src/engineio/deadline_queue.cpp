#include "engineio/deadline_queue.hpp"

#include <algorithm>
#include <utility>

namespace skat::engineio {

void DeadlineHook::unlink() noexcept {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

DeadlineQueue::DeadlineQueue(base::Executor& executor, base::Function<void(DeadlineHook&)> due)
    : executor_(executor), due_(std::move(due)) {
  head_.previous_ = head_.next_ = &head_;
}

DeadlineQueue::~DeadlineQueue() {
  executor_.cancel(timer_);
}

void DeadlineQueue::push(DeadlineHook& hook, base::SteadyTime at) {
  hook.unlink();
  DeadlineHook* before = head_.previous_;
  while (before != &head_ && before->at_ > at) before = before->previous_;
  hook.at_ = at;
  hook.previous_ = before;
  hook.next_ = before->next_;
  hook.next_->previous_ = &hook;
  before->next_ = &hook;
  arm();
}

void DeadlineQueue::arm() {
  if (head_.next_ == &head_) return;
  const base::SteadyTime first = head_.next_->at_;
  if (timer_ != base::Executor::TimerId::none) {
    // A timer that comes too early finds nothing due and arms itself again.
    if (armed_for_ <= first) return;
    executor_.cancel(timer_);
  }
  armed_for_ = first;
  timer_ = executor_.after(std::max(first - executor_.now(), base::Duration::zero()), [this] { fire(); });
}

void DeadlineQueue::fire() {
  timer_ = base::Executor::TimerId::none;
  const base::SteadyTime now = executor_.now();
  while (head_.next_ != &head_ && head_.next_->at_ <= now) {
    DeadlineHook& hook = *head_.next_;
    hook.unlink();
    due_(hook);
  }
  arm();
}

}  // namespace skat::engineio
