#include "chat/feed_message.hpp"

#include <algorithm>
#include <concepts>

namespace skat::chat {
namespace {

constexpr std::string_view kChannelPrefix = "room/";
constexpr char kEvents = 'E';
constexpr char kTyping = 'T';

template <std::unsigned_integral T>
void put(base::Bytes& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void put(base::Bytes& out, const model::UserId& user) {
  for (const std::uint8_t byte : user.bytes()) out += static_cast<char>(byte);
}

// Takes from the front of `bytes`; false: too short.
template <std::unsigned_integral T>
bool get(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(T)) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((std::uint64_t{value} << 8) | static_cast<unsigned char>(bytes[i]));
  }
  bytes.remove_prefix(sizeof(T));
  return true;
}

bool get(std::string_view& bytes, model::UserId& user) {
  std::array<std::uint8_t, 16> id{};
  if (bytes.size() < id.size()) return false;
  std::ranges::transform(bytes.substr(0, id.size()), id.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  user = model::UserId{id};
  bytes.remove_prefix(id.size());
  return true;
}

std::optional<FeedMessage> decode_events(const model::RoomId& room, std::string_view bytes) {
  FeedEvents message;
  std::uint64_t epoch = 0;
  if (!get(bytes, epoch)) return std::nullopt;
  message.epoch = model::Epoch{epoch};
  while (!bytes.empty()) {
    std::uint64_t seq = 0;
    std::uint8_t kind = 0;
    model::UserId sender;
    std::uint32_t size = 0;
    if (!get(bytes, seq) || !get(bytes, kind) || !get(bytes, sender) || !get(bytes, size)) return std::nullopt;
    if (size > bytes.size() || kind > static_cast<std::uint8_t>(model::EventKind::message)) return std::nullopt;
    message.events.push_back(std::make_shared<const FeedEvent>(FeedEvent{
        room, model::Seq{seq}, static_cast<model::EventKind>(kind), sender, base::Bytes(bytes.substr(0, size))}));
    bytes.remove_prefix(size);
  }
  return message;
}

std::optional<FeedMessage> decode_typing(std::string_view bytes) {
  FeedTyping message;
  std::uint8_t on = 0;
  std::uint64_t device = 0;
  if (!get(bytes, on) || !get(bytes, message.who.user) || !get(bytes, device)) return std::nullopt;
  message.on = on != 0;
  message.who.device = model::DeviceId{device};
  message.who.name = bytes;
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

EventsMessage::EventsMessage(model::Epoch epoch) {
  bytes_ += kEvents;
  put(bytes_, epoch.value());
}

void EventsMessage::add(const FeedEvent& event) {
  put(bytes_, event.seq.value());
  put(bytes_, static_cast<std::uint8_t>(event.kind));
  put(bytes_, event.sender);
  put(bytes_, static_cast<std::uint32_t>(event.json.size()));
  bytes_ += event.json;
}

base::Bytes encode_typing(const Identity& who, bool on) {
  base::Bytes bytes;
  bytes += kTyping;
  put(bytes, static_cast<std::uint8_t>(on ? 1 : 0));
  put(bytes, who.user);
  put(bytes, who.device.value());
  bytes += who.name;
  return bytes;
}

std::optional<FeedMessage> decode_feed_message(const model::RoomId& room, std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const char type = bytes.front();
  bytes.remove_prefix(1);
  if (type == kEvents) return decode_events(room, bytes);
  if (type == kTyping) return decode_typing(bytes);
  return std::nullopt;
}

}  // namespace skat::chat
