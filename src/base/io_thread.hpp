// IoThread: a named thread with one io_context, for a back end that speaks to a service over sockets and may not block.
// Lives on: created and destroyed by its owner; post() from any thread, all else on its own thread.
// Ends by: join() or destruction, which let the running handler finish; what waits is destroyed unrun, on the thread
// that destroys. Limit: a host name being looked up cannot be interrupted, the end waits for the resolver's answer.
#pragma once

#include <memory>
#include <string>

#include "base/executor.hpp"

namespace boost::asio {
class io_context;
}

namespace skat::base {

class IoThread final : public Executor {
 public:
  explicit IoThread(std::string name);
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Ends the thread, so that what lived on it may be destroyed by the caller, before this.
  void join();

  void post(Task task) override;
  [[nodiscard]] TimerId after(Duration delay, Task task) override;  // for few timers: each is one of Asio's
  void cancel(TimerId id) override;
  [[nodiscard]] SteadyTime now() const override;
  [[nodiscard]] bool in_this_thread() const override;

  // Sockets made with it live on this thread, and are gone before it.
  [[nodiscard]] boost::asio::io_context& io() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skat::base
