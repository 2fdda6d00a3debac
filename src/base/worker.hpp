// Worker: a named thread for calls that block (SQLite, files). Requests run one after another in the order given.
// Lives on: created and destroyed by its owner; submit() from any thread; the requests run on the worker's own thread.
// Ends by: destruction, which runs what has been accepted and then joins.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"

namespace skat::base {

class Worker {
 public:
  using Request = Function<void()>;

  // Limit: `capacity` requests waiting; one more is refused.
  Worker(std::string name, std::size_t capacity);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Any thread. False when full (or ending): the request is destroyed unrun.
  [[nodiscard]] bool submit(Request request);
  // Any thread. Requests behind the running one: a group commit waits for no more when there are none.
  [[nodiscard]] std::size_t waiting() const;
  // On the worker's thread, inside a request: until another request is behind it, or `at_most` has passed. Whether
  // there is one.
  [[nodiscard]] bool await_request(Duration at_most);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skat::base
