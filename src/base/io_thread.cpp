#include "base/io_thread.hpp"

#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <thread>
#include <utility>

#include "base/thread_name.hpp"

namespace skat::base {
namespace {

// Libraries that write by write(2) know no MSG_NOSIGNAL: a peer that has gone would end the process.
void ignore_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

struct IoThread::State {
  struct Timer {
    Timer(boost::asio::io_context& io, Task t) : timer(io), task(std::move(t)) {}
    boost::asio::steady_timer timer;
    Task task;
  };

  void fire(TimerId id) {
    auto node = timers.extract(id);
    if (node) node.mapped().task();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::map<TimerId, Timer> timers;  // goes before io
  std::uint64_t last_timer = 0;
  std::thread thread;
};

IoThread::IoThread(std::string name) : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get(), name = std::move(name)] {
    ignore_broken_pipes();
    name_this_thread(name);
    state->io.run();
  });
}

IoThread::~IoThread() {
  join();
}

void IoThread::join() {
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void IoThread::post(Task task) {
  boost::asio::post(state_->io, [task = std::move(task)]() mutable { task(); });
}

Executor::TimerId IoThread::after(Duration delay, Task task) {
  const TimerId id{++state_->last_timer};
  auto& timer = state_->timers.try_emplace(id, state_->io, std::move(task)).first->second.timer;
  timer.expires_after(delay);
  timer.async_wait([state = state_.get(), id](const boost::system::error_code& error) {
    if (!error) state->fire(id);
  });
  return id;
}

void IoThread::cancel(TimerId id) {
  state_->timers.erase(id);
}

SteadyTime IoThread::now() const {
  return std::chrono::steady_clock::now();
}

bool IoThread::in_this_thread() const {
  return std::this_thread::get_id() == state_->thread.get_id();
}

boost::asio::io_context& IoThread::io() noexcept {
  return state_->io;
}

}  // namespace skat::base
