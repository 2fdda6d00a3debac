// Event: what the fold decided. It goes to people, to the store and into history; protocol/events.md shows its JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/ids.hpp"

namespace skat::model {

// The text forms are "room.created", "member.joined", "member.left", "message".
enum class EventKind : std::uint8_t { room_created, member_joined, member_left, message };

struct Event {
  RoomId room;
  Epoch epoch;
  Seq seq;
  std::optional<MSeq> mseq;  // countable messages only
  EventKind kind{};
  UserId sender;
  DeviceId device;
  N n;
  base::WallTime ts;  // never goes back within a room
  std::string
      body;  // a JSON object: message {"name","text"}; room.created {"name","room_name","access"}; else {"name"}
};

[[nodiscard]] const char* to_text(EventKind kind) noexcept;
[[nodiscard]] std::optional<EventKind> parse_event_kind(std::string_view text) noexcept;

}  // namespace skat::model
