// PresenceRooms: the rooms whose people this node knows, and the telling of what changes there to the loops: at once,
// then not again for a while.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include <chrono>
#include <unordered_map>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/lifetime.hpp"
#include "chat/presence_room.hpp"

namespace skat::chat {

class PresenceRooms {
 public:
  using Show = base::Function<void(PresenceNews)>;

  PresenceRooms(base::Executor& core, Show show) : core_(core), show_(std::move(show)) {}
  PresenceRooms(const PresenceRooms&) = delete;
  PresenceRooms& operator=(const PresenceRooms&) = delete;

  // nullptr: kMaxRooms are known already.
  PresenceRoom* open(const model::RoomId& room);
  void close(const model::RoomId& room);
  [[nodiscard]] const PresenceRoom* find(const model::RoomId& room) const;
  // Lets `edit(PresenceRoom&)` change a room that is known; its news is told in its time.
  template <class Edit>
  void change(const model::RoomId& room, Edit edit) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return;
    entries_ -= found->second.people.entries();
    edit(found->second.people);
    entries_ += found->second.people.entries();
    tell_in_time(room, found->second);
  }

  [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
  // Of all rooms: pairs of a person and a node.
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }

  // Limit: rooms known at a time; one more has no presence here (errc::busy) until another is closed.
  static constexpr std::size_t kMaxRooms = 20'000;
  // Between two events of a room; of one that is counted only, they say nothing but the number.
  static constexpr std::chrono::seconds kTellEvery{1}, kCountEvery{30};

 private:
  struct Place {
    PresenceRoom people;
    base::SteadyTime told{};
    bool waiting = false;  // a timer will tell
  };

  void tell_in_time(const model::RoomId& room, Place& place);
  void tell(const model::RoomId& room);

  // set at construction
  base::Executor& core_;
  Show show_;

  std::unordered_map<model::RoomId, Place, model::Id128Hash> rooms_;
  std::size_t entries_ = 0;
  Lifetime lifetime_;
};

}  // namespace skat::chat
