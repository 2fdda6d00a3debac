// GatherPolicy: how long a commit may wait for company. A commit costs one flush of the disk and one round to every
// subscriber however many records it holds, so a record that comes ahead of a burst is worth holding back a moment; one
// that is alone is not. Lives in: GroupCommit.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/clock.hpp"

namespace skat::log::sqlite {

class GatherPolicy {
 public:
  // `at_most`: from the first record of a commit on. 0: commits never wait.
  explicit GatherPolicy(base::Duration at_most) : at_most_(at_most) {}

  // A commit of `records` was written.
  void on_commit(std::size_t records) noexcept { expected_ = std::max(records, expected_ - (expected_ + 3) / 4); }

  // `gathered` records wait since `first`: how much longer they may. Zero as soon as there are half as many as
  // commits had of late.
  [[nodiscard]] base::Duration patience(std::size_t gathered, base::SteadyTime first,
                                        base::SteadyTime now) const noexcept {
    if (gathered * 2 >= expected_) return {};
    return std::max(base::Duration{}, first + at_most_ - now);
  }

 private:
  const base::Duration at_most_;
  std::size_t expected_ = 1;
};

}  // namespace skat::log::sqlite
