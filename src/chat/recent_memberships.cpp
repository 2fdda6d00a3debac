#include "chat/recent_memberships.hpp"

namespace skat::chat {

void RecentMemberships::on_event(const HotEvent& event) {
  if (changes_membership(event)) ++changed_[event.event.sender][event.event.room];
}

void RecentMemberships::on_archived(std::span<const HotEventPtr> events) {
  forget_old();
  for (const HotEventPtr& event : events) {
    if (changes_membership(*event)) archived_.push_back({core_.now(), event->event.sender, event->event.room});
  }
}

void RecentMemberships::forget_old() {
  while (!archived_.empty() && core_.now() - archived_.front().at >= kKept) {
    const Archived oldest = archived_.front();
    archived_.pop_front();
    const auto user = changed_.find(oldest.user);
    if (user == changed_.end()) continue;
    const auto room = user->second.find(oldest.room);
    if (room == user->second.end() || --room->second > 0) continue;
    user->second.erase(room);
    if (user->second.empty()) changed_.erase(user);
  }
}

void RecentMemberships::forget(base::Function<bool(const model::RoomId&)> gone) {
  for (auto user = changed_.begin(); user != changed_.end();) {
    std::erase_if(user->second, [&](const auto& room) { return gone(room.first); });
    user = user->second.empty() ? changed_.erase(user) : std::next(user);
  }
  std::erase_if(archived_, [&](const Archived& entry) { return gone(entry.room); });
}

std::vector<model::RoomId> RecentMemberships::of(const model::UserId& user) {
  forget_old();
  std::vector<model::RoomId> rooms;
  if (const auto found = changed_.find(user); found != changed_.end()) {
    for (const auto& [room, count] : found->second) rooms.push_back(room);
  }
  return rooms;
}

}  // namespace skat::chat
