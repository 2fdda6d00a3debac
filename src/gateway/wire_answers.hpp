// Answers and payloads of protocol/events.md, as the JSON of one argument. Sans-I/O.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "chat/presence.hpp"
#include "chat/types.hpp"

namespace skat::gateway {

// What the answer to `resume` says of one room.
struct StreamAnswer {
  model::Epoch epoch;
  model::Seq seq;
  model::MSeq mseq;
  bool resync = false;
};

[[nodiscard]] std::string encode_room_info(const chat::RoomInfo& room);  // also the payload of `room.joined`

// Answers to requests, "ok" among them.
[[nodiscard]] std::string encode_ok();
[[nodiscard]] std::string encode_room_created(const chat::RoomInfo& room);
[[nodiscard]] std::string encode_room_page(const chat::RoomListPage& page);
[[nodiscard]] std::string encode_room_entered(const chat::Accepted& accepted, const chat::RoomInfo& room);
[[nodiscard]] std::string encode_room_departed(const chat::Accepted& accepted);
[[nodiscard]] std::string encode_message_sent(const chat::Accepted& accepted);
[[nodiscard]] std::string encode_history_page(const chat::HistoryPage& page);
[[nodiscard]] std::string encode_streams(const std::vector<std::pair<model::RoomId, result<StreamAnswer>>>& rooms);
[[nodiscard]] std::string encode_marker(model::Seq seq, model::MSeq mseq);

// Payloads of events.
[[nodiscard]] std::string encode_welcome(const chat::Welcome& welcome, std::string_view version, base::WallTime now);
[[nodiscard]] std::string encode_resync(const model::RoomId& room, std::string_view reason);
[[nodiscard]] std::string encode_typing(const model::RoomId& room, const chat::Identity& who, bool on);
// presence.get's answer; the event `presence`.
[[nodiscard]] std::string encode_people(const chat::PresenceNews& news);
[[nodiscard]] std::string encode_presence(const chat::PresenceNews& news);
[[nodiscard]] std::string encode_room_left(const model::RoomId& room);
[[nodiscard]] std::string encode_read_marked(const model::RoomId& room, model::Seq seq, model::MSeq mseq);
// `message` of namespace "/": a JSON string that holds {"message": text}.
[[nodiscard]] std::string encode_root_message(std::string_view text);

}  // namespace skat::gateway
