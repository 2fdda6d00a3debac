// Backoff: how long to wait before the next attempt: doubling, capped, and jittered by half so that many waiters
// spread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/random.hpp"

namespace skat::base {

class Backoff {
 public:
  constexpr Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest) noexcept
      : first_(first), longest_(longest), next_(first) {}

  std::chrono::milliseconds next() {
    const auto whole = next_;
    next_ = std::min(next_ * 2, longest_);
    const auto half = static_cast<std::uint64_t>(whole.count()) / 2;
    return whole - std::chrono::milliseconds{static_cast<std::int64_t>(random_u64() % (half + 1))};
  }
  void reset() noexcept { next_ = first_; }

 private:
  std::chrono::milliseconds first_, longest_, next_;
};

}  // namespace skat::base
