#include "chat/presence_message.hpp"

#include <utility>

#include "chat/byte_codec.hpp"

namespace skat::chat {
namespace {

constexpr std::string_view kChannelPrefix = "presence/";
constexpr char kPeople = 'N', kCount = 'C', kQuestion = 'W', kLease = 'L', kGoodbye = 'G';
constexpr std::size_t kPersonBytes = 33, kRoomBytes = 24;  // at least

ByteWriter begin(char type, Incarnation node) {
  ByteWriter out;
  out.raw({&type, 1}).put(node);
  return out;
}

std::optional<PresenceMessage> decode_people(ByteReader& in) {
  PresencePeople message;
  in.get(message.node);
  in.get(message.version);
  in.get(message.previous);
  in.get(message.whole);
  for (auto left = in.length(kPersonBytes); left > 0 && in.ok(); --left) {
    PresentPerson& person = message.people.emplace_back();
    in.get(person.user);
    const auto state = in.get<std::uint8_t>();
    if (state > static_cast<std::uint8_t>(PresenceState::dnd)) return std::nullopt;
    person.presence.state = static_cast<PresenceState>(state);
    in.get(person.presence.text_at);
    in.get(person.name);
    in.get(person.presence.text);
  }
  if (!in.done()) return std::nullopt;
  return message;
}

std::optional<PresenceMessage> decode_count(ByteReader& in) {
  PresenceCount message;
  in.get(message.node);
  in.get(message.version);
  in.get(message.people);
  if (!in.done()) return std::nullopt;
  return message;
}

std::optional<PresenceMessage> decode_question(ByteReader& in) {
  PresenceQuestion message;
  in.get(message.node);
  in.get(message.asked);
  if (!in.done()) return std::nullopt;
  return message;
}

std::optional<PresenceMessage> decode_lease(ByteReader& in) {
  PresenceLease message;
  in.get(message.node);
  in.get(message.number);
  in.get(message.all);
  for (auto left = in.length(kRoomBytes); left > 0 && in.ok(); --left) {
    PresenceLease::Room& room = message.rooms.emplace_back();
    in.get(room.room);
    in.get(room.version);
  }
  if (!in.done()) return std::nullopt;
  return message;
}

std::optional<PresenceMessage> decode_goodbye(ByteReader& in) {
  PresenceGoodbye message;
  in.get(message.node);
  if (!in.done()) return std::nullopt;
  return message;
}

}  // namespace

std::string presence_channel(const model::RoomId& room) {
  return std::string(kChannelPrefix) + room.hex();
}

std::optional<model::RoomId> parse_presence_channel(std::string_view channel) {
  if (!channel.starts_with(kChannelPrefix)) return std::nullopt;
  return model::RoomId::parse(channel.substr(kChannelPrefix.size()));
}

base::Bytes encode(const PresencePeople& message) {
  auto out = begin(kPeople, message.node);
  out.put(message.version).put(message.previous).put(message.whole);
  out.put(static_cast<std::uint32_t>(message.people.size()));
  for (const PresentPerson& person : message.people) {
    const Presence& presence = person.presence;
    out.put(person.user).put(static_cast<std::uint8_t>(presence.state)).put(presence.text_at);
    out.put(std::string_view(person.name)).put(std::string_view(presence.text));
  }
  return std::move(out).take();
}

base::Bytes encode(const PresenceCount& message) {
  auto out = begin(kCount, message.node);
  out.put(message.version).put(message.people);
  return std::move(out).take();
}

base::Bytes encode(const PresenceQuestion& message) {
  auto out = begin(kQuestion, message.node);
  out.put(message.asked);
  return std::move(out).take();
}

base::Bytes encode(const PresenceLease& message) {
  auto out = begin(kLease, message.node);
  out.put(message.number).put(message.all).put(static_cast<std::uint32_t>(message.rooms.size()));
  for (const PresenceLease::Room& room : message.rooms) out.put(room.room).put(room.version);
  return std::move(out).take();
}

base::Bytes encode(const PresenceGoodbye& message) {
  return std::move(begin(kGoodbye, message.node)).take();
}

std::optional<PresenceMessage> decode_presence_message(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  ByteReader in(bytes.substr(1));
  switch (bytes.front()) {
    case kPeople:
      return decode_people(in);
    case kCount:
      return decode_count(in);
    case kQuestion:
      return decode_question(in);
    case kLease:
      return decode_lease(in);
    case kGoodbye:
      return decode_goodbye(in);
    default:
      return std::nullopt;
  }
}

}  // namespace skat::chat
