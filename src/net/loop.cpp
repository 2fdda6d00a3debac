#include "net/loop.hpp"

#include <signal.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "base/thread_name.hpp"
#include "net/loop_shared.hpp"
#include "net/timer_wheel.hpp"

namespace skat::net {
namespace {

constexpr base::Duration kStep = std::chrono::milliseconds(5);
constexpr base::Duration kMaxDelay = kStep * static_cast<std::int64_t>(TimerWheel::kMaxAhead / 2);

thread_local const Loop* t_current = nullptr;

// OpenSSL writes by write(2), which has no MSG_NOSIGNAL: a peer that has gone would end the process.
void ignore_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

struct Loop::Impl {
  Impl(Loop& loop, std::string loop_name)
      : name(std::move(loop_name)),
        shared(loop),
        timer(io),
        poll_fd(io, shared.poller().fd()),
        work(io.get_executor()) {
    wait_ready();
  }

  ~Impl() {
    poll_fd.release();  // the Poller closes it
    wheel.clear();
  }

  // The wheel's tick that lies behind `time`: a task placed there never fires early.
  [[nodiscard]] TimerWheel::Tick tick_after(base::SteadyTime time) const {
    return static_cast<TimerWheel::Tick>((time - origin) / kStep) + 1;
  }

  void arm() {
    const auto next = wheel.next_tick();
    if (!next || (armed && *armed <= *next)) return;
    armed = next;
    timer.expires_at(origin + kStep * static_cast<std::int64_t>(*next));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) fire();
    });
  }

  void fire() {
    armed.reset();
    const auto now = static_cast<TimerWheel::Tick>((std::chrono::steady_clock::now() - origin) / kStep);
    while (auto task = wheel.pop(now)) task();
    arm();
  }

  void wait_ready() {
    poll_fd.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (error) return;
                         shared.run_ready();
                         wait_ready();
                       });
  }

  const std::string name;
  const base::SteadyTime origin = std::chrono::steady_clock::now();
  std::optional<TimerWheel::Tick> armed;  // when `timer` goes off

  // Tasks and handlers that die with io and wheel may still cancel timers and remove sockets: both outlive io.
  TimerWheel wheel;
  LoopShared shared;
  boost::asio::io_context io{1};
  boost::asio::steady_timer timer;
  boost::asio::posix::stream_descriptor poll_fd;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
};

Loop::Loop(std::string name) : impl_(std::make_unique<Impl>(*this, std::move(name))) {}
Loop::~Loop() = default;

void Loop::run() {
  const Loop* const before = std::exchange(t_current, this);
  ignore_broken_pipes();
  base::name_this_thread(impl_->name);
  impl_->io.run();
  t_current = before;
}

void Loop::stop() {
  impl_->io.stop();
}

void Loop::post(Task task) {
  boost::asio::post(impl_->io, [task = std::move(task)]() mutable { task(); });
}

base::Executor::TimerId Loop::after(base::Duration delay, Task task) {
  delay = std::clamp(delay, base::Duration::zero(), kMaxDelay);
  const auto id = impl_->wheel.add(impl_->tick_after(std::chrono::steady_clock::now() + delay), std::move(task));
  impl_->arm();
  return TimerId{id};
}

void Loop::cancel(TimerId id) {
  if (id != TimerId::none) impl_->wheel.cancel(static_cast<std::uint64_t>(id));
}

base::SteadyTime Loop::now() const {
  return std::chrono::steady_clock::now();
}
bool Loop::in_this_thread() const {
  return t_current == this;
}
const std::string& Loop::name() const noexcept {
  return impl_->name;
}
boost::asio::io_context& Loop::io() noexcept {
  return impl_->io;
}
LoopShared& Loop::shared() noexcept {
  return impl_->shared;
}

}  // namespace skat::net
