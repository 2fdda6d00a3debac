// Asker: asks ports that live on an executor, from a thread that has nothing else to do than wait for the answer.
// Lives on: the thread of a command, never the executor's own.
// Ends by: destruction, before the executor.
// Rule: one question at a time, so posting to the executor needs no mailbox.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "store/errc.hpp"

namespace skat::maintenance {

class Asker {
 public:
  // Limit: what is retryable is asked again for `patience`; an answer that has not come by then counts as unavailable.
  explicit Asker(base::Executor& core, std::chrono::milliseconds patience = std::chrono::seconds(30))
      : core_(core), patience_(patience) {}
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  // `call` gets the callback to answer to, on the executor; it may be called again.
  template <class T, class Call>
  result<T> ask_blocking(Call call) {
    base::Backoff backoff(std::chrono::milliseconds(50), std::chrono::milliseconds(2'000));
    const auto end = std::chrono::steady_clock::now() + patience_;
    for (;;) {
      // shared_ptr: an answer that comes after its time still finds where to go.
      auto promise = std::make_shared<std::promise<result<T>>>();
      auto answer = promise->get_future();
      core_.post([call, promise = std::move(promise)]() mutable {
        call(base::Function<void(result<T>)>(
            [promise = std::move(promise)](result<T> got) { promise->set_value(std::move(got)); }));
      });
      if (answer.wait_until(end) != std::future_status::ready) return store::errc::unavailable;
      auto got = take(answer);
      if (got || got.error() != condition::retryable || std::chrono::steady_clock::now() >= end) return got;
      std::this_thread::sleep_for(backoff.next());
    }
  }

  // On the executor: makes or destroys what lives there.
  template <class Work>
  void run_blocking(Work work) {
    std::promise<void> done;
    core_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  // A callback that was destroyed uncalled breaks its promise.
  template <class T>
  static result<T> take(std::future<result<T>>& answer) {
    try {
      return answer.get();
    } catch (const std::future_error&) {
      return store::errc::unavailable;
    }
  }

  base::Executor& core_;
  std::chrono::milliseconds patience_;
};

}  // namespace skat::maintenance
