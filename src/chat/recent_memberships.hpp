// RecentMemberships: which users' memberships were changed by events that a list read from the store may lack, so that
// it can be put right by the fold.
// Lives on: the core executor.
// Ends by: destruction. An entry goes kKept after its event was archived, which is longer than any reading of the store
// that began before takes.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/hot_event.hpp"

namespace skat::chat {

class RecentMemberships {
 public:
  explicit RecentMemberships(base::Executor& core) : core_(core) {}

  void on_event(const HotEvent& event);
  void on_archived(std::span<const HotEventPtr> events);
  // Drops the rooms for which `gone` is true: this node no longer follows them.
  void forget(base::Function<bool(const model::RoomId&)> gone);
  // The rooms of one user that are to be asked of the fold.
  [[nodiscard]] std::vector<model::RoomId> of(const model::UserId& user);

  static constexpr std::chrono::seconds kKept{30};

 private:
  struct Archived {
    base::SteadyTime at;
    model::UserId user;
    model::RoomId room;
  };
  // How many events of the user there are in each room that are to be remembered.
  using Counts = std::map<model::RoomId, std::uint32_t>;

  static bool changes_membership(const HotEvent& event) { return event.event.kind != model::EventKind::message; }
  void forget_old();

  base::Executor& core_;
  std::unordered_map<model::UserId, Counts, model::Id128Hash> changed_;
  std::deque<Archived> archived_;  // the oldest first
};

}  // namespace skat::chat
