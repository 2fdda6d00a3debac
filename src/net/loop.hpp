// Loop: one thread with one io_context. A connection, its session, its sockets and their rooms live and die on one
// loop. Lives on: created by app; run() makes the calling thread the loop's thread. Ends by: stop(), which lets the
// running handler finish.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/executor.hpp"

namespace boost::asio {
class io_context;
}

namespace skat::net {

class LoopShared;

class Loop final : public base::Executor {
 public:
  explicit Loop(std::string name);
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop(). Named (prctl) after the loop. SIGPIPE stays blocked in this thread, also afterwards.
  void run();
  // Any thread.
  void stop();

  // base::Executor
  void post(Task task) override;
  [[nodiscard]] TimerId after(base::Duration delay, Task task) override;  // timer wheel, 5 ms steps, never early
  void cancel(TimerId id) override;
  [[nodiscard]] base::SteadyTime now() const override;
  [[nodiscard]] bool in_this_thread() const override;

  [[nodiscard]] const std::string& name() const noexcept;

  // For net, engineio's transports and backends only.
  [[nodiscard]] boost::asio::io_context& io() noexcept;
  // For net only. Own thread (or before run()).
  [[nodiscard]] LoopShared& shared() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skat::net
