// EndOffsets: how far a partition's log reaches now, asked once for all who want to know at the same time, and a wait
// until the fold has got there.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include <map>
#include <vector>

#include "base/executor.hpp"
#include "chat/lifetime.hpp"
#include "chat/partitions.hpp"

namespace skat::chat {

class EndOffsets {
 public:
  EndOffsets(base::Executor& core, const Partitions& partitions) : core_(core), partitions_(partitions) {}

  // `done(true)` once the fold of the room's partition has passed everything that was in the log before this call;
  // `done(false)` after kPatience, or when the log cannot be asked.
  void pass(const model::RoomId& room, base::Function<void(bool)> done);

  static constexpr std::chrono::milliseconds kPatience{500};

 private:
  struct Asking {
    std::vector<base::Function<void(bool)>> under_way, next;  // whoever comes while one is asked waits for the next
    bool busy = false;
  };

  void ask(const model::RoomId& room, log::Partition number);
  void wait(const model::RoomId& room, log::Offset end, base::SteadyTime until, base::Function<void(bool)> done);

  base::Executor& core_;
  const Partitions& partitions_;
  std::map<std::uint32_t, Asking> asking_;  // by partition
  Lifetime lifetime_;
};

}  // namespace skat::chat
