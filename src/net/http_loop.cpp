#include "net/http_loop.hpp"

#include <algorithm>
#include <utility>

#include "net/http_connection.hpp"
#include "net/loop.hpp"

namespace skat::net {

HttpLoop* HttpService::on(const Loop& loop) const noexcept {
  const auto it = std::find_if(loops.begin(), loops.end(), [&](const auto& part) { return &part->loop() == &loop; });
  return it == loops.end() ? nullptr : it->get();
}

HttpLoop::HttpLoop(Loop& loop, HttpService& service) : loop_(loop), service_(service) {
  list(HttpWait::head).limit = config().head_timeout;
  list(HttpWait::body).limit = config().body_timeout;
  list(HttpWait::idle).limit = config().idle_timeout;
  list(HttpWait::writing).limit = config().write_timeout;
  list(HttpWait::linger).limit = config().linger_timeout;
}

HttpLoop::~HttpLoop() {
  loop_.cancel(timer_);
  for (List& l : lists_) {
    while (l.head != nullptr) l.head->on_loop_end();
  }
}

LoopShared& HttpLoop::shared() const noexcept {
  return loop_.shared();
}

void HttpLoop::adopt(Fd socket, std::string remote_address) {
  Stream stream = tls_ ? tls_->accept(std::move(socket)) : Stream(std::move(socket));
  if (stream) HttpConnection::start(*this, std::move(stream), std::move(remote_address));
}

void HttpLoop::wait_for(HttpWaiter& waiter, HttpWait wait, bool restart) {
  if (waiter.wait_ == wait && !restart) return;
  remove(waiter);
  List& l = list(wait);
  waiter.wait_ = wait;
  waiter.prev_ = l.tail;
  waiter.next_ = nullptr;
  (l.tail == nullptr ? l.head : l.tail->next_) = &waiter;
  l.tail = &waiter;
  if (wait == HttpWait::held) return;
  waiter.deadline_ = loop_.now() + l.limit;
  arm(waiter.deadline_);
}

void HttpLoop::remove(HttpWaiter& waiter) {
  if (waiter.wait_ == HttpWait::none) return;
  List& l = list(std::exchange(waiter.wait_, HttpWait::none));
  (waiter.prev_ == nullptr ? l.head : waiter.prev_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? l.tail : waiter.next_->prev_) = waiter.prev_;
}

void HttpLoop::drain() {
  draining_ = true;
  for (HttpWaiter* waiter = list(HttpWait::idle).head; waiter != nullptr;) {
    HttpWaiter* const next = waiter->next_;
    waiter->on_timeout(HttpWait::idle);
    waiter = next;
  }
}

void HttpLoop::arm(base::SteadyTime deadline) {
  if (armed_ <= deadline) return;
  loop_.cancel(timer_);
  armed_ = deadline;
  timer_ = loop_.after(deadline - loop_.now(), [this] { on_timer(); });
}

void HttpLoop::on_timer() {
  timer_ = base::Executor::TimerId::none;
  armed_ = base::SteadyTime::max();
  const auto now = loop_.now();
  auto earliest = base::SteadyTime::max();
  for (std::size_t i = 0; i < kLists; ++i) {
    const auto wait = static_cast<HttpWait>(i);
    if (wait == HttpWait::held) continue;
    while (lists_[i].head != nullptr && lists_[i].head->deadline_ <= now) {
      HttpWaiter& late = *lists_[i].head;
      wait_for(late, HttpWait::held);
      late.on_timeout(wait);
    }
    if (lists_[i].head != nullptr) earliest = std::min(earliest, lists_[i].head->deadline_);
  }
  if (earliest != base::SteadyTime::max()) arm(earliest);
}

}  // namespace skat::net
