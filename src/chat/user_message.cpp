#include "chat/user_message.hpp"

#include <utility>

#include "chat/byte_codec.hpp"

namespace skat::chat {
namespace {

constexpr std::string_view kChannelPrefix = "user/";
constexpr char kJoined = 'J', kLeft = 'L', kMarked = 'M';

char type_of(const UserJoined&) {
  return kJoined;
}
char type_of(const UserLeft&) {
  return kLeft;
}
char type_of(const UserMarked&) {
  return kMarked;
}

void put(ByteWriter& out, const UserJoined& joined) {
  const RoomInfo& room = joined.room;
  out.put(room.id).put(std::string_view(room.name)).put(static_cast<std::uint8_t>(room.access)).put(room.epoch);
  out.put(room.seq).put(room.mseq).put(room.read_seq).put(room.read_mseq).put(room.members);
}
void get(ByteReader& in, UserJoined& joined) {
  RoomInfo& room = joined.room;
  in.get(room.id);
  in.get(room.name);
  room.access = static_cast<model::Access>(in.get<std::uint8_t>());
  in.get(room.epoch);
  in.get(room.seq);
  in.get(room.mseq);
  in.get(room.read_seq);
  in.get(room.read_mseq);
  in.get(room.members);
}

void put(ByteWriter& out, const UserLeft& left) {
  out.put(left.room).put(left.epoch).put(left.seq);
}
void get(ByteReader& in, UserLeft& left) {
  in.get(left.room);
  in.get(left.epoch);
  in.get(left.seq);
}

void put(ByteWriter& out, const UserMarked& marked) {
  out.put(marked.room).put(marked.seq).put(marked.mseq);
}
void get(ByteReader& in, UserMarked& marked) {
  in.get(marked.room);
  in.get(marked.seq);
  in.get(marked.mseq);
}

template <class News>
std::optional<UserMessage> decode(ByteReader& in) {
  UserMessage message;
  in.get(message.from);
  News news;
  get(in, news);
  if (!in.done()) return std::nullopt;
  message.news = std::move(news);
  return message;
}

}  // namespace

std::string user_channel(const model::UserId& user) {
  return std::string(kChannelPrefix) + user.hex();
}

std::optional<model::UserId> parse_user_channel(std::string_view channel) {
  if (!channel.starts_with(kChannelPrefix)) return std::nullopt;
  return model::UserId::parse(channel.substr(kChannelPrefix.size()));
}

base::Bytes encode(const UserMessage& message) {
  ByteWriter out;
  const auto put_news = [&](const auto& news) {
    const char type = type_of(news);
    out.raw({&type, 1}).put(message.from);
    put(out, news);
  };
  std::visit(put_news, message.news);
  return std::move(out).take();
}

std::optional<UserMessage> decode_user_message(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  ByteReader in(bytes.substr(1));
  switch (bytes.front()) {
    case kJoined: {
      auto message = decode<UserJoined>(in);
      if (message && std::get<UserJoined>(message->news).room.access > model::Access::closed) return std::nullopt;
      return message;
    }
    case kLeft:
      return decode<UserLeft>(in);
    case kMarked:
      return decode<UserMarked>(in);
    default:
      return std::nullopt;
  }
}

}  // namespace skat::chat
