// A ManualExecutor whose clock follows real time while it is run: for what waits on real brokers and on timers.
#pragma once

#include <chrono>
#include <thread>

#include "base/testing/manual_executor.hpp"

namespace skat::log::kafka::testing {

class ClockedExecutor {
 public:
  [[nodiscard]] base::testing::ManualExecutor& executor() { return executor_; }

  // Runs until `done()` holds, at most `limit`. False: it did not.
  template <class Done>
  bool run_until(Done done, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto end = Clock::now() + limit;
    for (;;) {
      const auto now = Clock::now();
      executor_.advance(now - last_);
      last_ = now;
      if (done()) return true;
      if (now > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  void run_for(std::chrono::milliseconds time) {
    (void)run_until([] { return false; }, time);
  }

 private:
  using Clock = std::chrono::steady_clock;
  base::testing::ManualExecutor executor_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace skat::log::kafka::testing
