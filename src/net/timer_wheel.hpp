// TimerWheel: tasks due at ticks; add, cancel and expiry cost O(1) however many wait. Knows no clock.
// Lives on: one thread (a Loop's).
// Ends by: destruction; tasks that never fired are destroyed unrun.
// Shape: 6 levels of 64 slots. A slot of level k spans 64^k ticks; reaching it spreads its tasks over the levels below.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/executor.hpp"

namespace skat::net {

class TimerWheel {
 public:
  using Task = base::Executor::Task;
  using Tick = std::uint64_t;

  // Limit: half a turn of the top level (5 years of 5 ms); a later due tick is brought down to it.
  static constexpr Tick kMaxAhead = Tick{1} << 35;

  TimerWheel();
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // A tick that has passed means the next one. The id is never 0 and is not used again while the process lives
  // (32 bits of generation per place).
  [[nodiscard]] std::uint64_t add(Tick due, Task task);
  // Does nothing for an id that fired or was cancelled.
  void cancel(std::uint64_t id);
  // The next task due at or before `now`, earliest first, equal ticks in the order they were added; empty: none left.
  [[nodiscard]] Task pop(Tick now);
  // Not before this tick does pop() have anything to do; never later than the earliest due tick.
  [[nodiscard]] std::optional<Tick> next_tick() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void clear();

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = ~Index{0};
  static constexpr unsigned kSlotBits = 6, kSlots = 1U << kSlotBits, kLevels = 6;
  static constexpr std::uint16_t kDue = kLevels * kSlots;  // the list of what is due now
  static constexpr std::uint16_t kFree = kDue + 1;         // not in any list

  struct Node {
    Task task;
    Tick due = 0;
    Index prev = kNone, next = kNone;
    std::uint32_t generation = 1;
    std::uint16_t list = kFree;
  };
  struct List {
    Index head = kNone, tail = kNone;
  };
  struct Expiry {
    unsigned level, slot;
    Tick tick;
  };

  void place(Index i);
  void append(std::uint16_t list, Index i);
  void unlink(Index i);
  void free_node(Index i);
  [[nodiscard]] std::optional<Expiry> next_expiry() const noexcept;
  void open_slot(const Expiry& expiry);

  std::vector<Node> nodes_;
  std::vector<Index> free_;
  std::array<List, kDue + 1> lists_{};
  std::array<std::uint64_t, kLevels> occupied_{};  // bit s: slot s of the level holds something
  Tick elapsed_ = 0;
  std::size_t size_ = 0;
};

}  // namespace skat::net
