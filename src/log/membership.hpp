// Membership: which partitions this process holds, agreed with every other process that has joined the same group.
// A partition is held by at most one member as far as the members know; one that was cut off may still believe it holds
// it, so whoever acts on it must be harmless twice (the fold's numbers are; the store's position is a condition).
//
// Threads: as the log: called on the executor of the log, calls back there.
#pragma once

#include <span>

#include "base/function.hpp"
#include "log/place.hpp"

namespace skat::log {

class Membership {
 public:
  // May destroy the membership from inside a call.
  class Listener {
   public:
    virtual ~Listener() = default;
    // Held from now on. Never called from inside Log::join().
    virtual void on_gained(std::span<const Partition> partitions) = 0;
    // No longer held; another member gets it only after this call, unless this one had been cut off.
    virtual void on_lost(std::span<const Partition> partitions) = 0;
  };

  // Leaves without waiting; nothing is called any more. The other members notice by the session timeout at the latest.
  virtual ~Membership() = default;
  // Called once. Leaves the group in an orderly way, so that others take over at once: on_lost() for everything held,
  // then `left`, both in later turns and without waiting for long for a log that does not answer.
  virtual void leave(base::Function<void()> left) = 0;
};

}  // namespace skat::log
