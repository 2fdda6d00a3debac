#include "socketio/cluster_poll.hpp"

#include "socketio/errc.hpp"

namespace skat::socketio {

void ClusterPoll::start(std::chrono::milliseconds timeout) {
  timer_ = loop_.after(timeout, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_ = base::Executor::TimerId::none;
    self->finish(errc::cluster_timeout);
  });
}

void ClusterPoll::on_expected(std::size_t servers) {
  expected_ = servers;
  finish_if_complete();
}

void ClusterPoll::on_answer(ClusterAnswer answer) {
  if (!done_) return;
  answers_.push_back(std::move(answer));
  finish_if_complete();
}

void ClusterPoll::finish_if_complete() {
  if (expected_ && answers_.size() >= *expected_) finish({});
}

void ClusterPoll::finish(error_code error) {
  if (!done_) return;
  loop_.cancel(std::exchange(timer_, base::Executor::TimerId::none));
  auto done = std::exchange(done_, nullptr);
  done(error, std::move(answers_));
}

}  // namespace skat::socketio
