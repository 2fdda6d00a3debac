// Executor: one thread that runs tasks in turn and keeps timers. net::Loop is the real one,
// base::testing::ManualExecutor the one of unit tests. Objects that "live on" an executor are touched by its thread
// only.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/function.hpp"

namespace skat::base {

class Executor {
 public:
  using Task = Function<void()>;
  enum class TimerId : std::uint64_t { none = 0 };

  virtual ~Executor() = default;

  // Any thread. Runs `task` once on the executor's thread, after the tasks posted before it. Unbounded, so only
  // Mailbox (which is bounded and posts one wake-up however much it holds) and an executor's own thread may call it.
  virtual void post(Task task) = 0;

  // Own thread only. Runs `task` once, not before `delay` has passed. The id stays valid until it fires or is
  // cancelled.
  [[nodiscard]] virtual TimerId after(Duration delay, Task task) = 0;
  // Own thread only. Cancelling a timer that fired, or TimerId::none, does nothing.
  virtual void cancel(TimerId id) = 0;

  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual bool in_this_thread() const = 0;
};

}  // namespace skat::base
