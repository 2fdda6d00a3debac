#include "chat/presence_rooms.hpp"

#include <algorithm>
#include <utility>

namespace skat::chat {

PresenceRoom* PresenceRooms::open(const model::RoomId& room) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) return &found->second.people;
  if (rooms_.size() >= kMaxRooms) return nullptr;
  // The first news is told at once.
  Place place{PresenceRoom(room), core_.now() - kCountEvery, false};
  return &rooms_.emplace(room, std::move(place)).first->second.people;
}

void PresenceRooms::close(const model::RoomId& room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  entries_ -= found->second.people.entries();
  rooms_.erase(found);
}

const PresenceRoom* PresenceRooms::find(const model::RoomId& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : &found->second.people;
}

void PresenceRooms::tell_in_time(const model::RoomId& room, Place& place) {
  if (place.waiting || !place.people.has_news()) return;
  place.waiting = true;
  const base::Duration every = place.people.listed() || place.people.turned() ? kTellEvery : kCountEvery;
  const base::Duration wait = place.told + every - core_.now();
  std::ignore = core_.after(std::max(wait, base::Duration::zero()), lifetime_.guard([this, room] { tell(room); }));
}

void PresenceRooms::tell(const model::RoomId& room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  Place& place = found->second;
  place.waiting = false;
  if (auto news = place.people.take_news()) {
    place.told = core_.now();
    show_(std::move(*news));
  }
  tell_in_time(room, place);
}

}  // namespace skat::chat
