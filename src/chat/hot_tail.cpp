#include "chat/hot_tail.hpp"

#include "base/check.hpp"
#include "model/limits.hpp"

namespace skat::chat {

void HotTail::add(HotEventPtr event, State state) {
  const model::RoomId room = event->event.room;
  Events& events = rooms_[room];
  SKAT_CHECK(events.empty() || events.back().event->event.seq.next() == event->event.seq, "a room's numbers are dense");
  bytes_ += event->cost_bytes();
  keys_.emplace(key_of(event->event), event);
  events.push_back({std::move(event), std::nullopt});
  if (state == State::archived) archive(events.back());
  trim(room);
}

void HotTail::mark_archived(std::span<const HotEventPtr> archived) {
  for (const HotEventPtr& event : archived) {
    const auto found = rooms_.find(event->event.room);
    SKAT_CHECK(found != rooms_.end(), "an event stays until it is archived");
    Events& events = found->second;
    const std::uint64_t index = event->event.seq.value() - events.front().event->event.seq.value();
    SKAT_CHECK(index < events.size(), "an event stays until it is archived");
    archive(events[index]);
    trim(event->event.room);
  }
}

void HotTail::put_before(const model::RoomId& room, std::vector<HotEventPtr> events) {
  const auto found = rooms_.find(room);
  while (!events.empty()) {
    HotEventPtr event = std::move(events.back());
    events.pop_back();
    Events& here = found == rooms_.end() ? rooms_[room] : found->second;
    const bool fits = here.empty() || here.front().event->event.seq == event->event.seq.next();
    if (!fits || here.size() >= model::kHotTailEvents || bytes_ + event->cost_bytes() > max_bytes_) {
      if (here.empty()) rooms_.erase(room);
      return;
    }
    bytes_ += event->cost_bytes();
    keys_.emplace(key_of(event->event), event);
    ages_.push_front(room);
    here.push_front({std::move(event), ages_.begin()});
  }
}

void HotTail::forget(base::Function<bool(const model::RoomId&)> gone) {
  std::erase_if(rooms_, [&](auto& entry) {
    if (!gone(entry.first)) return false;
    for (const Slot& slot : entry.second) {
      if (slot.age) ages_.erase(*slot.age);
      bytes_ -= slot.event->cost_bytes();
      keys_.erase(key_of(slot.event->event));
    }
    return true;
  });
}

HotEventPtr HotTail::find(const EventKey& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : found->second;
}

const HotEvent* HotTail::at(const model::RoomId& room, model::Seq seq) const {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return nullptr;
  const Events& events = found->second;
  const model::Seq front = events.front().event->event.seq;
  if (seq < front || seq.value() - front.value() >= events.size()) return nullptr;
  return events[seq.value() - front.value()].event.get();
}

std::optional<model::Seq> HotTail::first(const model::RoomId& room) const {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return std::nullopt;
  return found->second.front().event->event.seq;
}

std::optional<std::vector<FeedEventPtr>> HotTail::range(const model::RoomId& room, model::Seq after,
                                                        model::Seq up_to) const {
  std::vector<FeedEventPtr> events;
  if (up_to <= after) return events;
  if (at(room, after.next()) == nullptr || at(room, up_to) == nullptr) return std::nullopt;
  events.reserve(up_to.value() - after.value());
  for (model::Seq seq = after.next(); seq <= up_to; seq = seq.next()) events.push_back(at(room, seq)->encoded);
  return events;
}

void HotTail::archive(Slot& slot) {
  ages_.push_back(slot.event->event.room);
  slot.age = std::prev(ages_.end());
}

void HotTail::trim(const model::RoomId& room) {
  for (;;) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end() || found->second.size() <= model::kHotTailEvents || !found->second.front().age) break;
    drop_oldest(room);
  }
  while (bytes_ > max_bytes_ && !ages_.empty()) {
    const model::RoomId oldest = ages_.front();
    drop_oldest(oldest);
  }
}

// The oldest archived event of a room is also its oldest event.
void HotTail::drop_oldest(const model::RoomId& room) {
  const auto found = rooms_.find(room);
  const Slot slot = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) rooms_.erase(found);
  ages_.erase(*slot.age);
  bytes_ -= slot.event->cost_bytes();
  keys_.erase(key_of(slot.event->event));
}

}  // namespace skat::chat
