// Patience: how long a start waits for a service that is away, and whom it tells meanwhile.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "app/errors.hpp"

namespace skat::app {

inline constexpr std::chrono::milliseconds kStep{20};  // how soon a cancelled start is noticed between two attempts

inline constexpr std::chrono::milliseconds kLeastAttempt{1'000};

struct Patience {
  std::chrono::steady_clock::time_point began;  // the limit counts for all services together
  std::chrono::seconds limit{60};
  std::chrono::milliseconds attempt{10'000};  // one attempt takes at most this, and at most what is left
  std::chrono::milliseconds pause{1'000};     // between two attempts
  std::function<void(const std::string& line)> tell = [](const std::string&) {};
  std::function<bool()> cancelled = [] { return false; };

  // What the next attempt may take.
  [[nodiscard]] std::chrono::milliseconds attempt_limit() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(began + limit - std::chrono::steady_clock::now());
    return std::min(attempt, std::max(left, kLeastAttempt));
  }
};

// Either a value, or one sentence that names the service and the cause. `away`: it may be there later.
template <class T>
struct Attempt {
  T value{};
  std::string problem = {};
  bool away = false;
};

// Blocks. Calls attempt() until it gives a value. Throws StartError at once for what waiting does not mend, and for a
// service that is away once the limit has passed.
template <class T, class Call>
[[nodiscard]] T retry(const char* service, const Patience& patience, Call attempt) {
  for (;;) {
    auto outcome = attempt();
    if (outcome.problem.empty()) return std::move(outcome.value);
    if (!outcome.away) throw StartError(outcome.problem);
    const auto passed =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - patience.began);
    if (passed >= patience.limit) {
      throw StartError(fmt::format("{}; given up after {} s (--start-timeout)", outcome.problem, passed.count()));
    }
    patience.tell(fmt::format("waiting for {}, {} of {} s: {}", service, passed.count(), patience.limit.count(),
                              outcome.problem));
    for (auto slept = std::chrono::milliseconds(0); slept < patience.pause; slept += kStep) {
      if (patience.cancelled()) throw StartError("the start was cancelled");
      std::this_thread::sleep_for(kStep);
    }
  }
}

}  // namespace skat::app
