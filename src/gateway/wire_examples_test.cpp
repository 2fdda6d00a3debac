// protocol/examples/*.json: every request is parsed, every answer and payload is encoded, and must come out the same.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "chat/errc.hpp"
#include "chat/event_json.hpp"
#include "gateway/errc.hpp"
#include "gateway/wire.hpp"
#include "gateway/wire_answers.hpp"
#include "gateway/wire_error.hpp"

namespace skat::gateway {
namespace {

namespace json = boost::json;

json::value load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

std::vector<json::value> examples(std::string_view from) {
  std::vector<json::value> found;
  for (const auto& entry : std::filesystem::directory_iterator(SKAT_EXAMPLES)) {
    if (entry.path().extension() != ".json") continue;
    auto example = load(entry.path());
    if (example.at("from").as_string() == from) found.push_back(std::move(example));
  }
  return found;
}

std::string text(const json::value& v, const char* key) {
  return std::string(v.at(key).as_string().c_str());
}
std::uint64_t number(const json::value& v, const char* key) {
  return v.at(key).to_number<std::uint64_t>();
}

// ---- values from their JSON ----

model::Epoch epoch(const json::value& v) {
  return model::Epoch{model::parse_hex64(text(v, "epoch")).value()};
}
model::RoomId room_id(const std::string& hex) {
  return model::RoomId::parse(hex).value();
}
model::UserId user_id(const std::string& hex) {
  return model::UserId::parse(hex).value();
}

chat::RoomInfo room_info(const json::value& v) {
  const auto access = text(v, "access");
  return {room_id(text(v, "id")),
          text(v, "name"),
          access == "open"     ? model::Access::open
          : access == "closed" ? model::Access::closed
                               : model::Access::everyone,
          epoch(v),
          model::Seq{number(v, "seq")},
          model::MSeq{number(v, "mseq")},
          model::Seq{number(v, "read_seq")},
          model::MSeq{number(v, "read_mseq")},
          number(v, "members")};
}

chat::PresenceNews presence_news(const json::value& v) {
  chat::PresenceNews news;
  news.online = static_cast<std::uint32_t>(number(v, "online"));
  news.listed = v.at("listed").as_bool();
  for (const auto& item : v.at("people").as_array()) {
    const auto& user = item.at("user");
    const auto state = text(item, "state");
    chat::PresentPerson person{user_id(text(user, "id")), text(user, "name"), {}};
    person.presence.state = state == "active" ? chat::PresenceState::active
                            : state == "away" ? chat::PresenceState::away
                            : state == "dnd"  ? chat::PresenceState::dnd
                                              : chat::PresenceState::offline;
    if (item.as_object().contains("text")) person.presence.text = text(item, "text");
    news.people.push_back(std::move(person));
  }
  return news;
}

std::vector<chat::RoomInfo> room_infos(const json::value& v) {
  std::vector<chat::RoomInfo> rooms;
  for (const auto& item : v.as_array()) rooms.push_back(room_info(item));
  return rooms;
}

chat::Accepted accepted(const json::value& v) {
  chat::Accepted a{model::Seq{number(v, "seq")}, {}, epoch(v), {}};
  if (v.as_object().contains("mseq")) a.mseq = model::MSeq{number(v, "mseq")};
  if (v.as_object().contains("ts")) a.ts = base::from_millis(v.at("ts").as_int64());
  return a;
}

model::Event event(const json::value& v) {
  model::Event e{room_id(text(v, "room")),
                 epoch(v),
                 model::Seq{number(v, "seq")},
                 {},
                 model::parse_event_kind(text(v, "kind")).value(),
                 user_id(text(v, "sender")),
                 model::DeviceId{model::parse_hex64(text(v, "device")).value()},
                 model::N{number(v, "n")},
                 base::from_millis(v.at("ts").as_int64()),
                 json::serialize(v.at("body"))};
  if (v.as_object().contains("mseq")) e.mseq = model::MSeq{number(v, "mseq")};
  return e;
}

error_code error_of(std::string_view code) {
  for (int i = 1; i <= static_cast<int>(errc::no_stream); ++i) {
    if (to_wire(static_cast<errc>(i)).code == code) return static_cast<errc>(i);
  }
  for (int i = 1; i <= static_cast<int>(chat::errc::shutting_down); ++i) {
    if (to_wire(static_cast<chat::errc>(i)).code == code) return static_cast<chat::errc>(i);
  }
  ADD_FAILURE() << "no error has the code " << code;
  return {};
}

// ---- requests ----

template <class T>
error_code failure(const result<T>& parsed) {
  return parsed ? error_code{} : parsed.error();
}

error_code parse(RequestParser& parser, const std::string& event, const std::string& request) {
  if (event == "connect") return failure(parser.connect(request));
  if (event == "room.create") return failure(parser.room_create(request));
  if (event == "room.list") return failure(parser.room_list(request));
  if (event == "room.join" || event == "room.leave") return failure(parser.room_member(request));
  if (event == "message.send") return failure(parser.message_send(request));
  if (event == "history.get") return failure(parser.history_get(request));
  if (event == "resume") return failure(parser.resume(request));
  if (event == "typing") return failure(parser.typing(request));
  if (event == "read.mark") return failure(parser.read_mark(request));
  if (event == "presence.set") return failure(parser.presence_set(request));
  if (event == "presence.get") return failure(parser.presence_get(request));
  if (event == "event:message") return failure(parser.root_message(request));
  return errc::unknown_event;
}

// Follow from the request alone (protocol/examples/README.md).
bool is_found_by_the_parser(std::string_view code) {
  static const std::set<std::string_view> kCodes{"bad_request", "bad_text",      "text_too_long", "bad_name",
                                                 "bad_n",       "auth_required", "unknown_event"};
  return kCodes.contains(code);
}

TEST(WireExamples, EveryRequestIsUnderstoodOrRefusedWithItsCode) {
  RequestParser parser;
  std::size_t count = 0;
  for (const auto& example : examples("client")) {
    for (const auto& one : example.at("cases").as_array()) {
      SCOPED_TRACE(text(example, "event") + ": " + text(one, "name"));
      const auto* raw = one.as_object().if_contains("request_json");
      const auto request = raw ? std::string(raw->as_string().c_str()) : json::serialize(one.at("request"));
      const auto failed = parse(parser, text(example, "event"), request);
      const auto* answer = one.as_object().if_contains("answer");
      const auto* error = answer ? answer->as_object().if_contains("error") : nullptr;
      if (error && is_found_by_the_parser(text(*error, "code"))) {
        ASSERT_TRUE(failed);
        EXPECT_EQ(to_wire(failed).code, text(*error, "code"));
      } else {
        EXPECT_FALSE(failed) << failed.message();
      }
      ++count;
    }
  }
  EXPECT_GT(count, 100U);
}

// ---- answers ----

std::string encode_answer(const std::string& event_name, const json::value& answer) {
  if (event_name == "room.create") return encode_room_created(room_info(answer.at("room")));
  if (event_name == "room.join") return encode_room_entered(accepted(answer), room_info(answer.at("room")));
  if (event_name == "room.leave") return encode_room_departed(accepted(answer));
  if (event_name == "message.send" || event_name == "event:message") return encode_message_sent(accepted(answer));
  if (event_name == "typing" || event_name == "presence.set") return encode_ok();
  if (event_name == "presence.get") return encode_people(presence_news(answer));
  if (event_name == "read.mark") {
    return encode_marker(model::Seq{number(answer, "seq")}, model::MSeq{number(answer, "mseq")});
  }
  if (event_name == "room.list") {
    chat::RoomListPage page{room_infos(answer.at("rooms")), {}};
    if (answer.as_object().contains("next")) page.next = text(answer, "next");
    return encode_room_page(page);
  }
  if (event_name == "history.get") {
    chat::HistoryPage page{epoch(answer),
                           {},
                           model::Seq{number(answer, "head")},
                           answer.at("more").as_bool(),
                           answer.at("complete").as_bool()};
    for (const auto& item : answer.at("events").as_array()) page.events.push_back(chat::make_feed_event(event(item)));
    return encode_history_page(page);
  }
  if (event_name == "resume") {
    std::vector<std::pair<model::RoomId, result<StreamAnswer>>> rooms;
    for (const auto& [key, value] : answer.at("rooms").as_object()) {
      if (const auto* error = value.as_object().if_contains("error")) {
        rooms.emplace_back(room_id(std::string(key)), error_of(text(*error, "code")));
      } else {
        rooms.emplace_back(room_id(std::string(key)),
                           StreamAnswer{epoch(value), model::Seq{number(value, "seq")},
                                        model::MSeq{number(value, "mseq")}, value.at("resync").as_bool()});
      }
    }
    return encode_streams(rooms);
  }
  return {};
}

TEST(WireExamples, EveryAnswerIsEncodedAsShown) {
  for (const auto& example : examples("client")) {
    for (const auto& one : example.at("cases").as_array()) {
      const auto* answer = one.as_object().if_contains("answer");
      if (!answer) continue;
      SCOPED_TRACE(text(example, "event") + ": " + text(one, "name"));
      const auto* error = answer->as_object().if_contains("error");
      const auto encoded =
          error ? encode_error(error_of(text(*error, "code"))) : encode_answer(text(example, "event"), *answer);
      EXPECT_EQ(json::parse(encoded), *answer) << encoded;
    }
  }
}

// ---- events ----

std::string encode_payload(const std::string& event_name, const json::value& payload) {
  if (event_name == "event") return chat::encode_event(event(payload));
  if (event_name == "resync") return encode_resync(room_id(text(payload, "room")), text(payload, "reason"));
  if (event_name == "room.joined") return encode_room_info(room_info(payload));
  if (event_name == "room.left") return encode_room_left(room_id(text(payload, "room")));
  if (event_name == "read.marked") {
    return encode_read_marked(room_id(text(payload, "room")), model::Seq{number(payload, "seq")},
                              model::MSeq{number(payload, "mseq")});
  }
  if (event_name == "presence") {
    auto news = presence_news(payload);
    news.room = room_id(text(payload, "room"));
    news.whole = payload.at("whole").as_bool();
    return encode_presence(news);
  }
  if (event_name == "typing") {
    const auto& user = payload.at("user");
    return encode_typing(room_id(text(payload, "room")), {user_id(text(user, "id")), text(user, "name"), {}},
                         payload.at("on").as_bool());
  }
  if (event_name == "welcome") {
    const auto& user = payload.at("user");
    const chat::Welcome welcome{{user_id(text(user, "id")), text(user, "name"),
                                 model::DeviceId{model::parse_hex64(text(payload, "device")).value()}},
                                text(payload, "token"),
                                room_infos(payload.at("rooms")),
                                payload.at("rooms_complete").as_bool()};
    const auto& server = payload.at("server");
    return encode_welcome(welcome, text(server, "version"), base::from_millis(server.at("time").as_int64()));
  }
  if (event_name == "message") {
    return encode_root_message(text(json::parse(payload.as_string()), "message"));
  }
  return "null";
}

TEST(WireExamples, EveryPayloadIsEncodedAsShown) {
  std::size_t count = 0;
  for (const auto& example : examples("server")) {
    for (const auto& one : example.at("cases").as_array()) {
      SCOPED_TRACE(text(example, "event") + ": " + text(one, "name"));
      const auto encoded = encode_payload(text(example, "event"), one.at("payload"));
      EXPECT_EQ(json::parse(encoded), one.at("payload")) << encoded;
      ++count;
    }
  }
  EXPECT_GT(count, 10U);
}

}  // namespace
}  // namespace skat::gateway
