#include "net/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace skat::net {

TimerWheel::TimerWheel() = default;
TimerWheel::~TimerWheel() = default;

std::uint64_t TimerWheel::add(Tick due, Task task) {
  Index i;
  if (free_.empty()) {
    i = static_cast<Index>(nodes_.size());
    nodes_.emplace_back();
  } else {
    i = free_.back();
    free_.pop_back();
  }
  Node& node = nodes_[i];
  node.due = std::clamp(due, elapsed_ + 1, elapsed_ + kMaxAhead);
  node.task = std::move(task);
  ++size_;
  place(i);
  return (std::uint64_t{node.generation} << 32) | i;
}

void TimerWheel::cancel(std::uint64_t id) {
  const auto i = static_cast<Index>(id);
  if (i >= nodes_.size() || nodes_[i].generation != id >> 32 || nodes_[i].list == kFree) return;
  unlink(i);
  const Task dropped = std::move(nodes_[i].task);  // destroyed last: it may own what calls back into the wheel
  free_node(i);
}

TimerWheel::Task TimerWheel::pop(Tick now) {
  while (lists_[kDue].head == kNone) {
    const auto expiry = next_expiry();
    if (!expiry || expiry->tick > now) {
      elapsed_ = std::max(elapsed_, now);
      return {};
    }
    open_slot(*expiry);
  }
  const Index i = lists_[kDue].head;
  unlink(i);
  Task task = std::move(nodes_[i].task);
  free_node(i);
  return task;
}

std::optional<TimerWheel::Tick> TimerWheel::next_tick() const noexcept {
  if (lists_[kDue].head != kNone) return elapsed_;
  const auto expiry = next_expiry();
  if (!expiry) return std::nullopt;
  return expiry->tick;
}

void TimerWheel::clear() {
  for (Index i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].list == kFree) continue;
    unlink(i);
    const Task dropped = std::move(nodes_[i].task);
    free_node(i);
  }
}

void TimerWheel::place(Index i) {
  const Tick due = nodes_[i].due;
  if (due <= elapsed_) return append(kDue, i);
  // The highest bit in which due and now differ names the level: below it both lie in the same slot.
  const unsigned level =
      std::min((static_cast<unsigned>(std::bit_width((elapsed_ ^ due) | (kSlots - 1))) - 1) / kSlotBits, kLevels - 1);
  const auto slot = static_cast<unsigned>((due >> (level * kSlotBits)) & (kSlots - 1));
  append(static_cast<std::uint16_t>(level * kSlots + slot), i);
}

void TimerWheel::append(std::uint16_t list, Index i) {
  List& l = lists_[list];
  nodes_[i].list = list;
  nodes_[i].prev = l.tail;
  nodes_[i].next = kNone;
  (l.tail == kNone ? l.head : nodes_[l.tail].next) = i;
  l.tail = i;
  if (list < kDue) occupied_[list / kSlots] |= std::uint64_t{1} << (list % kSlots);
}

void TimerWheel::unlink(Index i) {
  Node& node = nodes_[i];
  List& l = lists_[node.list];
  (node.prev == kNone ? l.head : nodes_[node.prev].next) = node.next;
  (node.next == kNone ? l.tail : nodes_[node.next].prev) = node.prev;
  if (l.head == kNone && node.list < kDue) {
    occupied_[node.list / kSlots] &= ~(std::uint64_t{1} << (node.list % kSlots));
  }
}

void TimerWheel::free_node(Index i) {
  Node& node = nodes_[i];
  node.list = kFree;
  if (++node.generation == 0) node.generation = 1;  // an id is never 0
  free_.push_back(i);
  --size_;
}

std::optional<TimerWheel::Expiry> TimerWheel::next_expiry() const noexcept {
  // What waits on a lower level is due before anything on the levels above.
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const unsigned shift = level * kSlotBits;
    const auto now_slot = static_cast<unsigned>((elapsed_ >> shift) & (kSlots - 1));
    const auto ahead = static_cast<unsigned>(std::countr_zero(std::rotr(occupied_[level], static_cast<int>(now_slot))));
    const unsigned slot = (now_slot + ahead) % kSlots;
    const Tick turn = Tick{1} << (shift + kSlotBits);
    Tick tick = (elapsed_ & ~(turn - 1)) + (Tick{slot} << shift);
    if (slot < now_slot) tick += turn;  // top level only: it wraps round
    return Expiry{level, slot, tick};
  }
  return std::nullopt;
}

void TimerWheel::open_slot(const Expiry& expiry) {
  elapsed_ = std::max(elapsed_, expiry.tick);
  const List taken = std::exchange(lists_[expiry.level * kSlots + expiry.slot], List{});
  occupied_[expiry.level] &= ~(std::uint64_t{1} << expiry.slot);
  for (Index i = taken.head; i != kNone;) {
    const Index next = nodes_[i].next;
    place(i);
    i = next;
  }
}

}  // namespace skat::net
