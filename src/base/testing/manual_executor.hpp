// An executor whose clock the test turns. Tasks run only inside run() and advance(). One thread; post() from others is
// safe, so that a Worker's answers can be waited for with run_until().
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/executor.hpp"

namespace skat::base::testing {

class ManualExecutor final : public Executor {
 public:
  void post(Task task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  TimerId after(Duration delay, Task task) override {
    const auto id = TimerId{++last_timer_};
    timers_.emplace(std::pair{now_ + delay, id}, std::move(task));
    return id;
  }
  void cancel(TimerId id) override {
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
      if (it->first.second == id) {
        timers_.erase(it);
        return;
      }
    }
  }
  SteadyTime now() const override { return now_; }
  bool in_this_thread() const override { return std::this_thread::get_id() == thread_; }

  // Runs what is posted, and what that posts, until nothing is left. Returns how many tasks ran.
  std::size_t run() {
    std::size_t ran = 0;
    for (;;) {
      Task task;
      {
        const std::lock_guard lock(mutex_);
        if (tasks_.empty()) return ran;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
      ++ran;
    }
  }

  // Moves the clock on; timers fire in order of their time, each followed by run().
  void advance(Duration by) {
    const auto until = now_ + by;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      auto node = timers_.extract(timers_.begin());
      now_ = std::max(now_, node.key().first);
      node.mapped()();
      run();
    }
    now_ = until;
  }

  // For answers that come from a real Worker: runs until `done()` holds, at most `limit` of real time. False: it did
  // not.
  template <class Done>
  bool run_until(Done done, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      run();
      if (done()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  [[nodiscard]] std::size_t timer_count() const { return timers_.size(); }

 private:
  std::thread::id thread_ = std::this_thread::get_id();
  SteadyTime now_{};
  std::uint64_t last_timer_ = 0;
  std::map<std::pair<SteadyTime, TimerId>, Task> timers_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
};

}  // namespace skat::base::testing
