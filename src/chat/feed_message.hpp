// The bytes on a room's bus channel, and on its partition's. Sans-I/O. Numbers are big-endian; a receiver copies the
// encoded event without parsing it.
//
//   events    'E' | u64 epoch | { u64 seq | u8 kind | 16 sender | u32 bytes | the event's JSON }*      ascending seq
//   head      'H' | u64 epoch | u64 seq                                 the newest number, once more
//   typing    'T' | u8 on | 16 user | u64 device | name to the end
//
// On a partition's channel: 16 room | one of these.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chat/byte_codec.hpp"
#include "chat/types.hpp"
#include "log/log.hpp"

namespace skat::chat {

// "room/" and the id: events and typing of one room.
[[nodiscard]] std::string room_channel(const model::RoomId& room);
[[nodiscard]] std::optional<model::RoomId> parse_room_channel(std::string_view channel);
// "partition/" and its number in decimal: the same of all its rooms, while somebody listens there.
[[nodiscard]] std::string partition_channel(log::Partition partition);
[[nodiscard]] bool is_partition_channel(std::string_view channel);

// Puts a room's events of one turn together.
class EventsMessage {
 public:
  explicit EventsMessage(model::Epoch epoch);
  void add(const FeedEvent& event);
  [[nodiscard]] base::Bytes take() && { return std::move(out_).take(); }

 private:
  ByteWriter out_;
};
[[nodiscard]] base::Bytes encode_head(model::Epoch epoch, model::Seq seq);
[[nodiscard]] base::Bytes encode_typing(const Identity& who, bool on);
// As it goes onto a partition's channel.
[[nodiscard]] base::Bytes with_room(const model::RoomId& room, std::string_view message);
struct RoomMessage {
  model::RoomId room;
  std::string_view message;  // of the bytes given
};
// nullopt: too short.
[[nodiscard]] std::optional<RoomMessage> split_room(std::string_view bytes);

struct FeedEvents {
  model::Epoch epoch;
  std::vector<FeedEventPtr> events;
};
struct FeedTyping {
  Identity who;
  bool on = false;
};
struct FeedHead {
  model::Epoch epoch;
  model::Seq seq;
};
using FeedMessage = std::variant<FeedEvents, FeedTyping, FeedHead>;
// nullopt: not such a message; whatever the bytes are.
[[nodiscard]] std::optional<FeedMessage> decode_feed_message(const model::RoomId& room, std::string_view bytes);

}  // namespace skat::chat
