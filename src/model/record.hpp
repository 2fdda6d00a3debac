// Record: what somebody asked for. It lies in the log; docs/log-format.md is its contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"

namespace skat::model {

// Kinds of fold version 1. The text forms (record_format.hpp) are "room.create", "member.join", "member.leave",
// "message.send".
enum class RecordKind : std::uint8_t { room_create, member_join, member_leave, message_send };

enum class Access : std::uint8_t {
  everyone,  // the lobby: each user is a member without asking
  open,      // listed; whoever wants may join
  closed,    // not listed; only members read and write
};

// "everyone", "open", "closed": in the log, in events and on the wire.
[[nodiscard]] const char* to_text(Access access) noexcept;
[[nodiscard]] std::optional<Access> parse_access(std::string_view text) noexcept;

struct Record {
  RoomId room;
  RecordKind kind{};
  UserId sender;
  DeviceId device;
  N n;
  std::string name;              // the sender's display name at that time
  std::string text;              // message.send: the text
  std::string room_name;         // room.create
  Access access = Access::open;  // room.create
  std::uint64_t origin = 0;      // incarnation of the node that appended it
};

}  // namespace skat::model
