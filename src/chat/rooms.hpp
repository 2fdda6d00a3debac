// Rooms: creating, listing and describing rooms; which of them are a user's; the lobby.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: names come from the directory, heads and memberships from the fold, also while the store lags behind it.
#pragma once

#include "chat/authority.hpp"
#include "chat/submit.hpp"

namespace skat::chat {

class Rooms {
 public:
  Rooms(Authority& authority, store::Directory& directory, Submitter& submitter)
      : authority_(authority), directory_(directory), submitter_(submitter) {}

  // Reserves the lobby's name and, where there is no lobby yet, makes it. Repeating it is harmless, on any node.
  void ensure_lobby(Done<void> done);
  // The name is reserved before the room is made; a repeat from the same user and device finds its own reservation and
  // its own room.
  void create(Identity who, std::string name, model::Access access, Done<RoomInfo> done);
  void list(std::string after, std::size_t limit, Done<RoomListPage> done);
  // For whom it is listed or who may read it; anybody else gets unknown_room.
  void info(const model::RoomId& room, const model::UserId& user, Done<RoomInfo> done);

  struct Mine {
    std::vector<RoomInfo> rooms;  // the lobby first
    bool complete = true;         // false: the store, or somebody who knows a room, is away
  };
  void of_user(const model::UserId& user, base::Function<void(Mine)> done);

 private:
  void append_create(const Identity& who, const store::NameReservation& name, Done<RoomInfo> done);

  Authority& authority_;
  store::Directory& directory_;
  Submitter& submitter_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
