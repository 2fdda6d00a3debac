#include "socketio/gathering.hpp"

#include <utility>
#include <variant>

#include "socketio/errc.hpp"

namespace skat::socketio {

void Gathering::start(std::chrono::milliseconds timeout, bool has_others) {
  if (has_others) servers_.reset();
  timer_ = loop_.after(timeout, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_ = base::Executor::TimerId::none;
    self->finish(errc::ack_timeout);
  });
}

void Gathering::expect_servers(std::size_t others) {
  servers_ = others + 1;
  finish_if_complete();
}

void Gathering::on_answer(ClusterAnswer answer) {
  if (const auto* count = std::get_if<ClientCount>(&answer)) add_clients(count->clients);
  if (auto* one = std::get_if<Answer>(&answer)) add_answer(std::move(*one));
}

void Gathering::add_clients(std::size_t count) {
  ++told_;
  clients_ += count;
  finish_if_complete();
}

void Gathering::add_answer(Answer answer) {
  std::size_t size = answer.args_json.size();
  for (const auto& bytes : answer.attachments) size += bytes.size();
  if (!done_ || size > max_bytes_ - bytes_) return;
  bytes_ += size;
  gathered_.answers.push_back(std::move(answer));
  finish_if_complete();
}

void Gathering::finish_if_complete() {
  if (servers_ && told_ >= *servers_ && gathered_.answers.size() >= clients_) finish({});
}

void Gathering::finish(error_code error) {
  if (!done_) return;
  loop_.cancel(std::exchange(timer_, base::Executor::TimerId::none));
  gathered_.error = error;
  auto done = std::exchange(done_, nullptr);
  done(std::move(gathered_));
}

}  // namespace skat::socketio
