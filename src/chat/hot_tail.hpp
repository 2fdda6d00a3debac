// HotTail: each room's newest events in memory: all that are not archived, and up to model::kHotTailEvents that are.
// Lives on: the core executor; one per node, filled by the partition owners.
// Ends by: destruction. What is archived goes when its room has enough newer ones or the byte limit is reached, oldest
// first; what is not archived never goes.
// Rule: a room's events lie here without a hole, and the store has everything below the first of them.
#pragma once

#include <deque>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/function.hpp"
#include "chat/event_key.hpp"
#include "chat/hot_event.hpp"

namespace skat::chat {

class HotTail {
 public:
  // Limit: `max_bytes` of all rooms, as far as archived events are concerned.
  explicit HotTail(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  HotTail(const HotTail&) = delete;
  HotTail& operator=(const HotTail&) = delete;

  enum class State : bool { unarchived, archived };
  // The room's next event.
  void add(HotEventPtr event, State state);
  // Events from the store, ascending, that end right before the room's first one here; the room's newest ones, if it
  // has none here. The first to go when the byte limit is reached. What does not fit there is dropped.
  void put_before(const model::RoomId& room, std::vector<HotEventPtr> events);
  // Drops the rooms for which `gone` is true, unarchived events included: this node no longer follows them.
  void forget(base::Function<bool(const model::RoomId&)> gone);
  // The store has committed them, in offset order.
  void mark_archived(std::span<const HotEventPtr> events);

  [[nodiscard]] HotEventPtr find(const EventKey& key) const;
  // nullptr: not here.
  [[nodiscard]] const HotEvent* at(const model::RoomId& room, model::Seq seq) const;
  // The oldest one of the room; nullopt: none is here.
  [[nodiscard]] std::optional<model::Seq> first(const model::RoomId& room) const;
  // Events with after < seq ≤ up_to; nullopt unless all of them are here.
  [[nodiscard]] std::optional<std::vector<FeedEventPtr>> range(const model::RoomId& room, model::Seq after,
                                                               model::Seq up_to) const;
  // Archived ones have room here up to this many bytes.
  [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.size(); }

 private:
  using AgeList = std::list<model::RoomId>;  // one entry for each archived event, the oldest first
  struct Slot {
    HotEventPtr event;
    std::optional<AgeList::iterator> age;  // set: archived
  };
  using Events = std::deque<Slot>;

  void archive(Slot& slot);
  void trim(const model::RoomId& room);
  void drop_oldest(const model::RoomId& room);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::unordered_map<model::RoomId, Events, model::Id128Hash> rooms_;
  std::unordered_map<EventKey, HotEventPtr, EventKeyHash> keys_;
  AgeList ages_;
};

}  // namespace skat::chat
