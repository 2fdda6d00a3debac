// Presences: who is in which room now and how available: what the loops of this node report, joined with what the other
// nodes say (PresenceLink). Decision 0017.
// Lives on: the core executor.
// Ends by: close(), destruction.
// Rule: a person is in a room while he has its stream open. Nothing enters log or store; nothing of it lies on the
// message path.
#pragma once

#include <unordered_set>

#include "chat/errc.hpp"
#include "chat/local_people.hpp"
#include "chat/presence_link.hpp"
#include "chat/presence_rooms.hpp"

namespace skat::chat {

class Presences {
 public:
  Presences(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self, PresenceRooms::Show show);
  Presences(const Presences&) = delete;
  Presences& operator=(const Presences&) = delete;

  void start() { link_.start(); }
  // Says goodbye for all who are here.
  void close() { link_.close(); }

  void report(LoopIndex loop, const PersonHere& person);
  // Those who are known to be there now. A room that nobody here has open has nobody. errc::busy: too many rooms.
  [[nodiscard]] result<PresenceNews> in_room(const model::RoomId& room) const;

  // From the bus; nullopt: on the channel of all nodes.
  void on_message(const std::optional<model::RoomId>& room, std::string_view payload);
  void on_bus_up() { link_.on_bus_up(); }

  [[nodiscard]] std::size_t people() const noexcept { return people_.size(); }

  // Who is gone is shown as gone after this time, unless he is back.
  static constexpr std::chrono::seconds kLeaveAfter{2};

 private:
  void apply(const LocalPeople::Change& change);
  [[nodiscard]] bool open(const model::RoomId& room);
  void linger(const model::RoomId& room);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  Incarnation self_;

  LocalPeople people_;
  PresenceRooms rooms_;
  PresenceLink link_;
  std::unordered_set<model::RoomId, model::Id128Hash> lingering_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
