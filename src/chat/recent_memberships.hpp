// RecentMemberships: which users' memberships were changed by events that the store may lack, so that a list read from
// the store can be put right by the fold.
// Lives on: the core executor.
// Ends by: destruction. An entry goes when its event is archived.
// Rule: a reading that has begun also learns of what changes until it ends.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <unordered_map>

#include "chat/hot_event.hpp"

namespace skat::chat {

class RecentMemberships {
 public:
  // The rooms of one user that are to be asked of the fold. Lives as long as its holder reads.
  using Reading = std::shared_ptr<std::set<model::RoomId>>;

  void on_event(const HotEvent& event);
  void on_archived(std::span<const HotEventPtr> events);
  [[nodiscard]] Reading begin(const model::UserId& user);

 private:
  static bool changes_membership(const HotEvent& event) { return event.event.kind != model::EventKind::message; }

  // How many unarchived events of the user there are in each room.
  using Counts = std::map<model::RoomId, std::uint32_t>;
  std::unordered_map<model::UserId, Counts, model::Id128Hash> changed_;
  // weak_ptr: a reading ends when its holder lets go of it.
  std::unordered_multimap<model::UserId, std::weak_ptr<std::set<model::RoomId>>, model::Id128Hash> readings_;
};

}  // namespace skat::chat
