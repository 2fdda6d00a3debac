#include "chat/feed_message.hpp"

#include <utility>

namespace skat::chat {
namespace {

constexpr std::string_view kChannelPrefix = "room/", kPartitionPrefix = "partition/";
constexpr char kEvents = 'E';
constexpr char kTyping = 'T';
constexpr char kHead = 'H';

std::optional<FeedMessage> decode_events(const model::RoomId& room, ByteReader in) {
  FeedEvents message;
  in.get(message.epoch);
  while (in.ok() && !in.empty()) {
    const auto seq = in.get<model::Seq>();
    const auto kind = in.get<std::uint8_t>();
    const auto sender = in.get<model::UserId>();
    const auto json = in.get<std::string_view>();
    if (!in.ok() || kind > static_cast<std::uint8_t>(model::EventKind::message)) return std::nullopt;
    message.events.push_back(std::make_shared<const FeedEvent>(
        FeedEvent{room, seq, static_cast<model::EventKind>(kind), sender, base::Bytes(json)}));
  }
  if (!in.ok()) return std::nullopt;
  return message;
}

std::optional<FeedMessage> decode_typing(ByteReader in) {
  FeedTyping message;
  in.get(message.on);
  in.get(message.who.user);
  in.get(message.who.device);
  if (!in.ok()) return std::nullopt;
  message.who.name = in.rest();
  return message;
}

std::optional<FeedMessage> decode_head(ByteReader in) {
  FeedHead message;
  in.get(message.epoch);
  in.get(message.seq);
  if (!in.done()) return std::nullopt;
  return message;
}

}  // namespace

std::string room_channel(const model::RoomId& room) {
  return std::string(kChannelPrefix) + room.hex();
}

std::optional<model::RoomId> parse_room_channel(std::string_view channel) {
  if (!channel.starts_with(kChannelPrefix)) return std::nullopt;
  return model::RoomId::parse(channel.substr(kChannelPrefix.size()));
}

std::string partition_channel(log::Partition partition) {
  return std::string(kPartitionPrefix) + std::to_string(partition.value());
}

bool is_partition_channel(std::string_view channel) {
  return channel.starts_with(kPartitionPrefix);
}

EventsMessage::EventsMessage(model::Epoch epoch) {
  out_.raw({&kEvents, 1}).put(epoch);
}

void EventsMessage::add(const FeedEvent& event) {
  out_.put(event.seq).put(static_cast<std::uint8_t>(event.kind)).put(event.sender).put(std::string_view(event.json));
}

base::Bytes encode_head(model::Epoch epoch, model::Seq seq) {
  return std::move(ByteWriter().raw({&kHead, 1}).put(epoch).put(seq)).take();
}

base::Bytes encode_typing(const Identity& who, bool on) {
  return std::move(ByteWriter().raw({&kTyping, 1}).put(on).put(who.user).put(who.device).raw(who.name)).take();
}

base::Bytes with_room(const model::RoomId& room, std::string_view message) {
  return std::move(ByteWriter().put(room).raw(message)).take();
}

std::optional<RoomMessage> split_room(std::string_view bytes) {
  ByteReader in(bytes);
  const auto room = in.get<model::RoomId>();
  if (!in.ok()) return std::nullopt;
  return RoomMessage{room, in.rest()};
}

std::optional<FeedMessage> decode_feed_message(const model::RoomId& room, std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const ByteReader in(bytes.substr(1));
  switch (bytes.front()) {
    case kEvents:
      return decode_events(room, in);
    case kTyping:
      return decode_typing(in);
    case kHead:
      return decode_head(in);
    default:
      return std::nullopt;
  }
}

}  // namespace skat::chat
