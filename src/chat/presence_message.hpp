// The bytes of presence between nodes. Sans-I/O; fields as byte_codec.hpp has them.
//
//   on "presence/<room>":
//   people    'N' | u64 node | u64 version | u64 previous | bool whole |
//             list { 16 user | u8 state | u64 text_at | name | text }
//   count     'C' | u64 node | u64 version | u32 people                too many to name
//   question  'W' | u64 node | u64 asked                               0: all
//
//   on "presence":
//   lease     'L' | u64 node | u64 number | bool all | list { 16 room | u64 version }
//   goodbye   'G' | u64 node
//
// A node's versions rise from one message about people or count to the next, whatever the room.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "chat/peer_message.hpp"
#include "chat/presence.hpp"

namespace skat::chat {

inline constexpr std::string_view kPresenceChannel = "presence";
// "presence/" and the id.
[[nodiscard]] std::string presence_channel(const model::RoomId& room);
[[nodiscard]] std::optional<model::RoomId> parse_presence_channel(std::string_view channel);

struct PresencePeople {
  Incarnation node = 0;
  std::uint64_t version = 0;
  std::uint64_t previous = 0;  // the version that these are changes of
  bool whole = false;          // everybody of the node in the room: what was before does not matter
  std::vector<PresentPerson> people;
};
struct PresenceCount {
  Incarnation node = 0;
  std::uint64_t version = 0;
  std::uint32_t people = 0;
};
struct PresenceQuestion {
  Incarnation node = 0;
  Incarnation asked = 0;
};
// The node lives, and these rooms have had these versions since its last lease.
struct PresenceLease {
  struct Room {
    model::RoomId room;
    std::uint64_t version = 0;
  };
  Incarnation node = 0;
  std::uint64_t number = 0;  // one more each time; 1: it has just started
  bool all = false;          // more rooms than fit: any may have changed
  std::vector<Room> rooms;
};
struct PresenceGoodbye {
  Incarnation node = 0;
};
using PresenceMessage = std::variant<PresencePeople, PresenceCount, PresenceQuestion, PresenceLease, PresenceGoodbye>;

[[nodiscard]] base::Bytes encode(const PresencePeople& message);
[[nodiscard]] base::Bytes encode(const PresenceCount& message);
[[nodiscard]] base::Bytes encode(const PresenceQuestion& message);
[[nodiscard]] base::Bytes encode(const PresenceLease& message);
[[nodiscard]] base::Bytes encode(const PresenceGoodbye& message);
// nullopt: not such a message; whatever the bytes are.
[[nodiscard]] std::optional<PresenceMessage> decode_presence_message(std::string_view bytes);

}  // namespace skat::chat
