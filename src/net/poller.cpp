#include "net/poller.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>

namespace skat::net {

struct Poller::Batch {
  std::array<epoll_event, kBatch> events;
  int next = 0, count = 0;  // [next, count) is not reported yet
};

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), batch_(new Batch) {
  if (!epoll_) {
    const int code = errno;
    delete batch_;
    throw std::system_error(code, std::generic_category(), "epoll_create1");
  }
}

Poller::~Poller() {
  delete batch_;
}

result<void> Poller::add(int fd, Pollable& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return error_code(errno, boost::system::system_category());
  }
  return {};
}

void Poller::modify(int fd, Pollable& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd, Pollable& target) {
  epoll_event unused{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &unused);
  for (int i = batch_->next; i < batch_->count; ++i) {
    auto& event = batch_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == &target) event.data.ptr = nullptr;
  }
}

void Poller::dispatch() {
  const int ready = ::epoll_wait(epoll_.get(), batch_->events.data(), kBatch, 0);
  batch_->count = ready > 0 ? ready : 0;
  for (batch_->next = 0; batch_->next < batch_->count;) {
    const auto event = batch_->events[static_cast<std::size_t>(batch_->next++)];
    if (event.data.ptr != nullptr) static_cast<Pollable*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace skat::net
