#include "chat/local_people.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace skat::chat {

LocalPeople::Change LocalPeople::report(LoopIndex loop, const PersonHere& reported) {
  ++stamp_;
  if (!reported.presence && !people_.contains(reported.user)) return {{reported.user, {}, {}}, {}, {}, false};
  Person& person = people_[reported.user];
  const auto before = rooms_of(person);
  auto at = std::ranges::find(person.at, loop, &AtLoop::loop);
  if (at == person.at.end()) {
    if (!reported.presence) return change(reported.user, before);
    at = person.at.insert(person.at.end(), AtLoop{loop, {}, 0, {}});
  }
  if (reported.presence) {
    person.name = reported.name;
    at->presence = *reported.presence;
  }
  const std::unordered_set<model::RoomId, model::Id128Hash> wanted(reported.rooms.begin(), reported.rooms.end());
  std::unordered_set<model::RoomId, model::Id128Hash> known;
  bool leaving = !reported.presence;
  for (Open& open : at->rooms) {
    known.insert(open.room);
    if (wanted.contains(open.room)) {
      open.missing_since = 0;
    } else {
      if (open.missing_since == 0) open.missing_since = stamp_;
      leaving = true;
    }
  }
  for (const model::RoomId& room : reported.rooms) {
    if (known.insert(room).second) at->rooms.push_back({room, 0});
  }
  at->missing_since = reported.presence ? 0 : (at->missing_since == 0 ? stamp_ : at->missing_since);
  Change changed = change(reported.user, before);
  changed.leaving = leaving;
  return changed;
}

LocalPeople::Change LocalPeople::let_go(LoopIndex loop, const model::UserId& user, std::uint64_t stamp) {
  const auto found = people_.find(user);
  if (found == people_.end()) return {{user, {}, {}}, {}, {}, false};
  const auto before = rooms_of(found->second);
  const auto due = [stamp](std::uint64_t since) { return since != 0 && since <= stamp; };
  std::erase_if(found->second.at, [&](AtLoop& at) {
    if (at.loop != loop) return false;
    if (due(at.missing_since)) return true;
    std::erase_if(at.rooms, [&](const Open& open) { return due(open.missing_since); });
    return false;
  });
  return change(user, before);
}

std::vector<model::RoomId> LocalPeople::rooms_of(const Person& person) {
  std::vector<model::RoomId> rooms;
  for (const AtLoop& at : person.at) {
    for (const Open& open : at.rooms) rooms.push_back(open.room);
  }
  std::ranges::sort(rooms);
  const auto twice = std::ranges::unique(rooms);
  rooms.erase(twice.begin(), twice.end());
  return rooms;
}

// A socket that is missing for a moment says what it said.
LocalPeople::Change LocalPeople::change(const model::UserId& user, const std::vector<model::RoomId>& before) {
  const auto found = people_.find(user);
  Person& person = found->second;
  Change changed{{user, person.name, {PresenceState::offline, {}, 0}}, rooms_of(person), {}, false};
  for (const AtLoop& at : person.at) changed.person.presence = merge(changed.person.presence, at.presence);
  std::ranges::set_difference(before, changed.here, std::back_inserter(changed.left));
  if (person.at.empty()) people_.erase(found);
  return changed;
}

}  // namespace skat::chat
