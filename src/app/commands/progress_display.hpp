// ProgressDisplay: how far a long command has come, on standard error: a bar with rate and time left on a terminal, a
// line now and then elsewhere. Lives on: the main thread. Ends by: destruction.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "maintenance/progress.hpp"

namespace skat::app {

// "folding the log [#####.....] 50 %, 12,000 of 24,000, 6,000/s, 2 s left"; without a total neither bar nor time left.
[[nodiscard]] std::string format_progress(std::string_view what, std::uint64_t done, std::uint64_t total,
                                          std::chrono::duration<double> passed);

class ProgressDisplay final : public maintenance::Progress {
 public:
  ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void begin(std::string_view what, std::uint64_t total) override;
  void reach(std::uint64_t done) override;
  void end() override;

 private:
  using Clock = std::chrono::steady_clock;
  void show(bool last);

  const bool terminal_;
  std::string what_;
  std::uint64_t total_ = 0, done_ = 0;
  Clock::time_point began_, shown_;
};

}  // namespace skat::app
