#include "gateway/wire_answers.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <iterator>

#include "gateway/wire_error.hpp"
#include "model/limits.hpp"

namespace skat::gateway {
namespace {

// A JSON string, quotes included. Everything else below is digits and constants.
std::string quote(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string encode_rooms(const std::vector<chat::RoomInfo>& rooms) {
  std::string json = "[";
  for (const auto& room : rooms) {
    if (json.size() > 1) json += ',';
    json += encode_room_info(room);
  }
  return json + ']';
}

std::string_view to_text(chat::PresenceState state) {
  switch (state) {
    case chat::PresenceState::active:
      return "active";
    case chat::PresenceState::away:
      return "away";
    case chat::PresenceState::dnd:
      return "dnd";
    case chat::PresenceState::offline:
      break;
  }
  return "offline";
}

std::string people_members(const chat::PresenceNews& news) {
  std::string json = fmt::format(R"("online":{},"listed":{},"people":[)", news.online, news.listed);
  for (std::size_t i = 0; i < news.people.size(); ++i) {
    const auto& [user, name, presence] = news.people[i];
    const auto text = presence.text.empty() ? std::string{} : fmt::format(R"(,"text":{})", quote(presence.text));
    fmt::format_to(std::back_inserter(json), R"({}{{"user":{{"id":"{}","name":{}}},"state":"{}"{}}})",
                   i == 0 ? "" : ",", user.hex(), quote(name), to_text(presence.state), text);
  }
  return json + ']';
}

}  // namespace

std::string encode_room_info(const chat::RoomInfo& room) {
  return fmt::format(R"({{"id":"{}","name":{},"access":"{}","epoch":"{}","seq":{},"mseq":{},)"
                     R"("read_seq":{},"read_mseq":{},"members":{}}})",
                     room.id.hex(), quote(room.name), model::to_text(room.access), model::hex64(room.epoch.value()),
                     room.seq.value(), room.mseq.value(), room.read_seq.value(), room.read_mseq.value(), room.members);
}

std::string encode_ok() {
  return R"({"ok":true})";
}

std::string encode_room_created(const chat::RoomInfo& room) {
  return fmt::format(R"({{"ok":true,"room":{}}})", encode_room_info(room));
}

std::string encode_room_page(const chat::RoomListPage& page) {
  const auto next = page.next ? fmt::format(R"(,"next":{})", quote(*page.next)) : std::string{};
  return fmt::format(R"({{"ok":true,"rooms":{}{}}})", encode_rooms(page.rooms), next);
}

std::string encode_room_entered(const chat::Accepted& accepted, const chat::RoomInfo& room) {
  return fmt::format(R"({{"ok":true,"seq":{},"epoch":"{}","room":{}}})", accepted.seq.value(),
                     model::hex64(accepted.epoch.value()), encode_room_info(room));
}

std::string encode_room_departed(const chat::Accepted& accepted) {
  return fmt::format(R"({{"ok":true,"seq":{},"epoch":"{}"}})", accepted.seq.value(),
                     model::hex64(accepted.epoch.value()));
}

std::string encode_message_sent(const chat::Accepted& accepted) {
  return fmt::format(R"({{"ok":true,"seq":{},"mseq":{},"epoch":"{}","ts":{}}})", accepted.seq.value(),
                     accepted.mseq.value_or(model::MSeq{}).value(), model::hex64(accepted.epoch.value()),
                     base::to_millis(accepted.ts));
}

std::string encode_history_page(const chat::HistoryPage& page) {
  std::size_t bytes = 128;
  for (const auto& event : page.events) bytes += event->json.size() + 1;
  std::string json;
  json.reserve(bytes);
  fmt::format_to(std::back_inserter(json), R"({{"ok":true,"epoch":"{}","head":{},"events":[)",
                 model::hex64(page.epoch.value()), page.head.value());
  for (std::size_t i = 0; i < page.events.size(); ++i) {
    if (i > 0) json += ',';
    json += page.events[i]->json;
  }
  fmt::format_to(std::back_inserter(json), R"(],"more":{},"complete":{}}})", page.more, page.complete);
  return json;
}

std::string encode_streams(const std::vector<std::pair<model::RoomId, result<StreamAnswer>>>& rooms) {
  std::string json = R"({"ok":true,"rooms":{)";
  bool first = true;
  for (const auto& [room, answer] : rooms) {
    fmt::format_to(std::back_inserter(json), R"({}"{}":)", first ? "" : ",", room.hex());
    first = false;
    if (answer) {
      fmt::format_to(std::back_inserter(json), R"({{"epoch":"{}","seq":{},"mseq":{},"resync":{}}})",
                     model::hex64(answer->epoch.value()), answer->seq.value(), answer->mseq.value(), answer->resync);
    } else {
      json += encode_error(answer.error());
    }
  }
  return json + "}}";
}

std::string encode_marker(model::Seq seq, model::MSeq mseq) {
  return fmt::format(R"({{"ok":true,"seq":{},"mseq":{}}})", seq.value(), mseq.value());
}

std::string encode_welcome(const chat::Welcome& welcome, std::string_view version, base::WallTime now) {
  const auto& who = welcome.identity;
  return fmt::format(
      R"({{"user":{{"id":"{}","name":{}}},"device":"{}","token":{},"lobby":"{}","rooms":{},"rooms_complete":{},)"
      R"("limits":{{"text_bytes":{},"name_code_points":{},"page_messages":{},"unresolved_n":{}}},)"
      R"("server":{{"version":{},"time":{}}}}})",
      who.user.hex(), quote(who.name), model::hex64(who.device.value()), quote(welcome.token), model::kLobby.hex(),
      encode_rooms(welcome.rooms), welcome.rooms_complete, model::kMaxTextBytes, model::kMaxNameCodePoints,
      model::kMaxPageMessages, model::kMaxUnresolvedSpan, quote(version), base::to_millis(now));
}

std::string encode_resync(const model::RoomId& room, std::string_view reason) {
  return fmt::format(R"({{"room":"{}","reason":{}}})", room.hex(), quote(reason));
}

std::string encode_typing(const model::RoomId& room, const chat::Identity& who, bool on) {
  return fmt::format(R"({{"room":"{}","user":{{"id":"{}","name":{}}},"on":{}}})", room.hex(), who.user.hex(),
                     quote(who.name), on);
}

std::string encode_people(const chat::PresenceNews& news) {
  return fmt::format(R"({{"ok":true,{}}})", people_members(news));
}

std::string encode_presence(const chat::PresenceNews& news) {
  return fmt::format(R"({{"room":"{}","whole":{},{}}})", news.room.hex(), news.whole, people_members(news));
}

std::string encode_room_left(const model::RoomId& room) {
  return fmt::format(R"({{"room":"{}"}})", room.hex());
}

std::string encode_read_marked(const model::RoomId& room, model::Seq seq, model::MSeq mseq) {
  return fmt::format(R"({{"room":"{}","seq":{},"mseq":{}}})", room.hex(), seq.value(), mseq.value());
}

std::string encode_root_message(std::string_view text) {
  return quote(fmt::format(R"({{"message":{}}})", quote(text)));
}

}  // namespace skat::gateway
