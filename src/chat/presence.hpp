// Presence: how available people are. Plain values; nothing of it enters log or store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chat/types.hpp"

namespace skat::chat {

// The more available first wins (away < active), but who does not want to be disturbed has said so for all his devices.
// The numbers are those of the bytes between nodes.
enum class PresenceState : std::uint8_t { offline, away, active, dnd };

struct Presence {
  PresenceState state = PresenceState::active;
  std::string text;           // Limit: model::kMaxPresenceTextCodePoints
  std::uint64_t text_at = 0;  // when the text was set, ms since 1970; 0: never. The newest counts

  bool operator==(const Presence&) const = default;
};

// Of one person with two sockets.
[[nodiscard]] inline Presence merge(const Presence& one, const Presence& other) {
  const bool other_text = std::pair(other.text_at, other.text) > std::pair(one.text_at, one.text);
  const Presence& said = other_text ? other : one;
  return {std::max(one.state, other.state), said.text, said.text_at};
}

// What a loop has of a user now: `presence` of all his sockets there, nullopt: none is left; `rooms`: whose streams
// they have open.
struct PersonHere {
  model::UserId user;
  std::string name;
  std::optional<Presence> presence;
  std::vector<model::RoomId> rooms;
};

struct PresentPerson {
  model::UserId user;
  std::string name;
  Presence presence;

  bool operator==(const PresentPerson&) const = default;
};

// Who is in a room, or what has changed there. Not `listed`: too many to name, `online` is all that is known, and
// somebody on two nodes counts twice.
struct PresenceNews {
  model::RoomId room;
  std::uint32_t online = 0;
  bool listed = true;
  bool whole = false;  // `people` is everybody; else those who changed, who left as `offline`
  std::vector<PresentPerson> people;
};

}  // namespace skat::chat
