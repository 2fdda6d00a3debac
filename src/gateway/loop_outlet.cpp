#include "gateway/loop_outlet.hpp"

#include <utility>

#include "base/logger.hpp"

namespace skat::gateway {

LoopOutlet::LoopOutlet(std::string name, std::size_t capacity, base::Executor& loop, base::Executor& core,
                       std::chrono::milliseconds retry, MakeResync make_resync)
    : capacity_(capacity),
      core_(core),
      retry_(retry),
      make_resync_(std::move(make_resync)),
      mailbox_(std::move(name), capacity, loop) {}

LoopOutlet::~LoopOutlet() {
  core_.cancel(timer_);
}

void LoopOutlet::answer(Task task) {
  if (waiting_.empty() && has_room()) return push(std::move(task));
  waiting_.push_back(std::move(task));
  retry_later();
}

void LoopOutlet::event(const model::RoomId& room, Task task) {
  // Behind answers that wait, or behind a loss of the same room, an event would come out of order.
  if (waiting_.empty() && resyncs_.empty() && has_room()) return push(std::move(task));
  if (resyncs_.empty()) {
    base::log(base::LogLevel::warn, "gateway", "{} is full: rooms of this loop are loaded again", mailbox_.name());
  }
  resyncs_.insert(room);
  retry_later();
}

void LoopOutlet::ephemeral(Task task) {
  if (waiting_.empty() && has_room()) push(std::move(task));
}

bool LoopOutlet::has_room() {
  if (free_ > 0) return true;
  const auto depth = mailbox_.stats().depth;
  free_ = depth < capacity_ ? capacity_ - depth : 0;
  return free_ > 0;
}

void LoopOutlet::push(Task task) {
  --free_;
  if (!mailbox_.push(std::move(task))) free_ = 0;  // closed: the loop has ended
}

void LoopOutlet::retry_later() {
  if (timer_ != base::Executor::TimerId::none) return;
  timer_ = core_.after(retry_, [this] {
    timer_ = base::Executor::TimerId::none;
    flush();
  });
}

void LoopOutlet::flush() {
  while (!waiting_.empty() && has_room()) {
    push(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  while (waiting_.empty() && !resyncs_.empty() && has_room()) {
    push(make_resync_(*resyncs_.begin()));
    resyncs_.erase(resyncs_.begin());
  }
  if (!waiting_.empty() || !resyncs_.empty()) retry_later();
}

}  // namespace skat::gateway
