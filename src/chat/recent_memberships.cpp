#include "chat/recent_memberships.hpp"

namespace skat::chat {

void RecentMemberships::on_event(const HotEvent& event) {
  if (!changes_membership(event)) return;
  ++changed_[event.event.sender][event.event.room];
  const auto [first, last] = readings_.equal_range(event.event.sender);
  for (auto reading = first; reading != last; ++reading) {
    if (const auto rooms = reading->second.lock()) rooms->insert(event.event.room);
  }
}

void RecentMemberships::on_archived(std::span<const HotEventPtr> events) {
  for (const HotEventPtr& event : events) {
    if (!changes_membership(*event)) continue;
    const auto user = changed_.find(event->event.sender);
    if (user == changed_.end()) continue;
    const auto room = user->second.find(event->event.room);
    if (room == user->second.end() || --room->second > 0) continue;
    user->second.erase(room);
    if (user->second.empty()) changed_.erase(user);
  }
}

RecentMemberships::Reading RecentMemberships::begin(const model::UserId& user) {
  const auto [first, last] = readings_.equal_range(user);
  for (auto reading = first; reading != last;) {
    reading = reading->second.expired() ? readings_.erase(reading) : std::next(reading);
  }
  auto rooms = std::make_shared<std::set<model::RoomId>>();
  if (const auto found = changed_.find(user); found != changed_.end()) {
    for (const auto& [room, count] : found->second) rooms->insert(room);
  }
  readings_.emplace(user, rooms);
  return rooms;
}

}  // namespace skat::chat
