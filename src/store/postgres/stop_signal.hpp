// StopSignal: tells workers that wait for the database that the store is being destroyed.
// Lives on: stop() on the owner's thread, everything else on any. Ends by: destruction, after the workers.
#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace skat::store::postgres {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Whoever waits goes on waiting until `deadline` at most.
  void stop(base::SteadyTime deadline);
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(); }
  // Valid once stopped() holds.
  [[nodiscard]] base::SteadyTime deadline() const noexcept { return deadline_; }
  // Readable once stopped() holds.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  const int descriptor_;
  base::SteadyTime deadline_;  // written before stopped_
  std::atomic<bool> stopped_{false};
};

}  // namespace skat::store::postgres
