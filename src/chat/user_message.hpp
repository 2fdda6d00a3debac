// The bytes on a user's bus channel: what concerns him on whatever device, from the node that knows it first.
// Sans-I/O; fields as byte_codec.hpp has them.
//
//   joined    'J' | u64 node | 16 room | name | u8 access | u64 epoch | u64 seq | u64 mseq | u64 read_seq |
//             u64 read_mseq | u64 members
//   left      'L' | u64 node | 16 room | u64 epoch | u64 seq of the leave
//   marked    'M' | u64 node | 16 room | u64 seq | u64 mseq
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "chat/peer_message.hpp"
#include "chat/types.hpp"

namespace skat::chat {

struct UserJoined {
  RoomInfo room;
};
struct UserLeft {
  model::RoomId room;
  model::Epoch epoch;
  model::Seq seq;
};
struct UserMarked {
  model::RoomId room;
  model::Seq seq;
  model::MSeq mseq;
};
using UserNews = std::variant<UserJoined, UserLeft, UserMarked>;

struct UserMessage {
  Incarnation from = 0;
  UserNews news;
};

// "user/" and the id.
[[nodiscard]] std::string user_channel(const model::UserId& user);
[[nodiscard]] std::optional<model::UserId> parse_user_channel(std::string_view channel);

[[nodiscard]] base::Bytes encode(const UserMessage& message);
// nullopt: not such a message; whatever the bytes are.
[[nodiscard]] std::optional<UserMessage> decode_user_message(std::string_view bytes);

}  // namespace skat::chat
