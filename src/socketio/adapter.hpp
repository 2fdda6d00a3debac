// Adapter: who is in which room of one namespace on this loop.
// Lives on: one loop, inside its namespace.
// Ends by: the namespace's end; every recipient was removed before.
// Spec: Socket.IO protocol v5, rooms: union of rooms, without those excepted, each recipient once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/function.hpp"
#include "engineio/frame.hpp"
#include "socketio/selection.hpp"

namespace skat::socketio {

class Recipient;

// One room as a contiguous array. `slot` is the room's place in the recipient's memberships, so that leaving is O(1).
struct RoomMembers {
  struct Member {
    Recipient* recipient;  // null: left while the room was being walked
    std::uint32_t slot;
  };
  RoomName name;
  std::vector<Member> members;
  std::uint32_t walkers = 0;  // broadcasts going over it now: nobody may be moved
  std::uint32_t holes = 0;
};

// All that an adapter knows of a socket.
class Recipient {
 public:
  explicit Recipient(std::string id) : id_(std::move(id)) {}
  Recipient(const Recipient&) = delete;
  Recipient& operator=(const Recipient&) = delete;

  // May end this recipient or any other, join and leave rooms, and broadcast.
  virtual void deliver(const engineio::Frame& frame) = 0;
  virtual void deliver_volatile(const engineio::Frame& frame) = 0;
  [[nodiscard]] const std::string& recipient_id() const noexcept { return id_; }

 protected:
  ~Recipient() = default;
  // While it is in no adapter.
  void rename(std::string id) { id_ = std::move(id); }

 private:
  friend class Adapter;
  struct Membership {
    RoomMembers* room;
    std::uint32_t index;  // in room->members
  };

  std::string id_;
  std::vector<Membership> memberships_;  // the first is that of everyone, once added
  std::uint64_t mark_ : 63 = 0;          // the last selection that has seen this recipient
  std::uint64_t in_own_room_ : 1 = 0;    // the room named by id_: no object of its own, most never need more
};

class Adapter {
 public:
  // Limit: rooms of one recipient, its own not counted; join() then answers false.
  explicit Adapter(std::size_t max_rooms_per_recipient) : max_rooms_(max_rooms_per_recipient) {}
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  // Puts it into the namespace and the room named by its id.
  void add(Recipient& recipient);
  // Out of every room and of broadcasts under way.
  void remove(Recipient& recipient);

  // False at the limit. Joining twice, or leaving where it is not, does nothing.
  [[nodiscard]] bool join(Recipient& recipient, std::string_view room);
  void leave(Recipient& recipient, std::string_view room);
  [[nodiscard]] std::vector<RoomName> rooms(const Recipient& recipient) const;

  // The hot path: goes over the room's array, allocates nothing. A recipient that leaves meanwhile gets nothing, one
  // that joins meanwhile neither.
  void broadcast(std::string_view room, const engineio::Frame& frame);
  void broadcast(const Selection& to, const engineio::Frame& frame);
  void broadcast_volatile(const Selection& to, const engineio::Frame& frame);
  // The same for anything else that is to be done with each.
  void for_each(const Selection& of, base::Function<void(Recipient&)> visit);

  [[nodiscard]] std::vector<Recipient*> select(const Selection& of) const;
  [[nodiscard]] std::size_t room_size(std::string_view room) const;
  [[nodiscard]] Recipient* find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_id_.size(); }
  [[nodiscard]] std::size_t room_count() const noexcept { return rooms_.size(); }  // own rooms not counted

 private:
  // A broadcast to a selection, under way: remove() takes its recipient out of the list.
  struct Flight {
    std::vector<Recipient*> targets;
    Flight* outer = nullptr;
  };

  // visit(Recipient&) on each.
  template <class Visit>
  void visit_selected(const Selection& of, Visit& visit);
  template <class Visit>
  void walk(RoomMembers& room, Visit& visit);
  template <class Visit>
  void walk_named(std::string_view room, Visit& visit);
  void collect(const Selection& of, std::vector<Recipient*>& out) const;
  void enter(Recipient& recipient, RoomMembers& room);
  void drop(Recipient& recipient, std::size_t slot);
  void vacate(RoomMembers& room, std::uint32_t index);
  void settle(RoomMembers& room);
  void erase_if_empty(RoomMembers& room);
  [[nodiscard]] RoomMembers* find_room(std::string_view room) const;
  [[nodiscard]] Recipient* in_own_room(std::string_view room) const;

  const std::size_t max_rooms_;
  RoomMembers everyone_;
  std::unordered_map<std::string_view, std::unique_ptr<RoomMembers>> rooms_;  // keys: their names
  std::unordered_map<std::string_view, Recipient*> by_id_;                    // keys: the recipients' ids
  mutable std::uint64_t selection_ = 0;                                       // number of the latest, for mark_
  Flight* flight_ = nullptr;
  std::vector<Recipient*> spare_targets_;  // capacity kept from flight to flight
};

}  // namespace skat::socketio
