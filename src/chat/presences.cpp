#include "chat/presences.hpp"

#include <utility>

namespace skat::chat {

Presences::Presences(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self,
                     PresenceRooms::Show show)
    : config_(config),
      core_(core),
      self_(self),
      rooms_(core, std::move(show)),
      link_(config, core, bus, self, rooms_) {}

void Presences::report(LoopIndex loop, const PersonHere& person) {
  const LocalPeople::Change change = people_.report(loop, person);
  apply(change);
  if (!change.leaving) return;
  const auto let_go = [this, loop, user = person.user, stamp = people_.stamp()] {
    apply(people_.let_go(loop, user, stamp));
  };
  std::ignore = core_.after(kLeaveAfter, lifetime_.guard(let_go));
}

void Presences::apply(const LocalPeople::Change& change) {
  const PresentPerson& person = change.person;
  for (const model::RoomId& room : change.here) {
    if (!open(room) || rooms_.find(room)->of_node(self_, person.user) == person) continue;
    rooms_.change(room, [&](PresenceRoom& people) { people.set(self_, person); });
    link_.say(room, person.user);
  }
  for (const model::RoomId& room : change.left) {
    if (rooms_.find(room) == nullptr) continue;
    rooms_.change(room, [&](PresenceRoom& people) { people.erase(self_, person.user); });
    link_.say(room, person.user);
    if (rooms_.find(room)->size_of_node(self_) == 0) linger(room);
  }
}

// False: there are too many rooms.
bool Presences::open(const model::RoomId& room) {
  if (rooms_.find(room) != nullptr) return true;
  if (rooms_.open(room) == nullptr) return false;
  link_.open(room);
  return true;
}

void Presences::linger(const model::RoomId& room) {
  if (!lingering_.insert(room).second) return;
  std::ignore = core_.after(config_.feed_linger, lifetime_.guard([this, room] {
    lingering_.erase(room);
    const PresenceRoom* people = rooms_.find(room);
    if (people == nullptr || people->size_of_node(self_) > 0) return;
    link_.close_room(room);
    rooms_.close(room);
  }));
}

result<PresenceNews> Presences::in_room(const model::RoomId& room) const {
  if (const PresenceRoom* people = rooms_.find(room)) return people->whole();
  if (rooms_.size() >= PresenceRooms::kMaxRooms) return errc::busy;
  return PresenceNews{room, 0, true, true, {}};
}

void Presences::on_message(const std::optional<model::RoomId>& room, std::string_view payload) {
  if (room) {
    link_.on_room_message(*room, payload);
  } else {
    link_.on_message(payload);
  }
}

}  // namespace skat::chat
