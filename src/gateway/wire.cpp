#include "gateway/wire.hpp"

#include <simdjson.h>

#include <algorithm>

#include "chat/errc.hpp"
#include "chat/text_rules.hpp"
#include "gateway/errc.hpp"
#include "model/limits.hpp"

namespace skat::gateway {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kDefaultPageMessages = 50;
constexpr std::size_t kDefaultPageRooms = 50;
constexpr std::size_t kMaxPageRooms = 100;
// Limit: buffers that a larger request made are given back once it was read.
constexpr std::size_t kKeptBytes = 256 * 1024;
// Up to so many members are compared in pairs, more are sorted first.
constexpr std::size_t kPairwiseMembers = 16;

bool has_member_twice(const dom::object& object) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (const auto& field : object) keys.push_back(field.key);
  if (keys.size() <= kPairwiseMembers) {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (keys[i] == keys[j]) return true;
      }
    }
    return false;
  }
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

// Also within what is ignored: two readers must never see two different requests. The parser has limited the depth.
bool has_member_twice_anywhere(const dom::element& element) {
  dom::object object;
  dom::array array;
  if (element.get(object) == simdjson::SUCCESS) {
    if (has_member_twice(object)) return true;
    for (const auto& field : object) {
      if (has_member_twice_anywhere(field.value)) return true;
    }
  } else if (element.get(array) == simdjson::SUCCESS) {
    for (const auto& item : array) {
      if (has_member_twice_anywhere(item)) return true;
    }
  }
  return false;
}

std::optional<dom::element> find(const dom::object& object, std::string_view key) {
  dom::element found;
  if (object.at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

result<std::string_view> as_string(const std::optional<dom::element>& value) {
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) return errc::bad_request;
  return text;
}

result<std::uint64_t> as_number(const dom::element& value, std::uint64_t low, std::uint64_t high,
                                error_code otherwise) {
  std::uint64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < low || number > high) return otherwise;
  return number;
}

result<bool> as_bool(const std::optional<dom::element>& value) {
  bool on = false;
  if (!value || value->get(on) != simdjson::SUCCESS) return errc::bad_request;
  return on;
}

result<model::RoomId> room_of(const dom::object& object) {
  const auto text = as_string(find(object, "room"));
  if (!text) return text.error();
  const auto room = model::RoomId::parse(*text);
  if (!room) return errc::bad_request;
  return *room;
}

result<std::optional<model::N>> n_of(const dom::object& object) {
  const auto value = find(object, "n");
  if (!value) return std::optional<model::N>{};
  const auto n = as_number(*value, 1, model::kMaxN, chat::errc::bad_n);
  if (!n) return n.error();
  return std::optional(model::N{*n});
}

result<std::optional<model::Seq>> seq_of(const dom::object& object, std::string_view key) {
  const auto value = find(object, key);
  if (!value) return std::optional<model::Seq>{};
  const auto seq = as_number(*value, 0, model::kMaxN, errc::bad_request);
  if (!seq) return seq.error();
  return std::optional(model::Seq{*seq});
}

result<std::size_t> limit_of(const dom::object& object, std::size_t otherwise, std::size_t high) {
  const auto value = find(object, "limit");
  if (!value) return otherwise;
  return as_number(*value, 1, high, errc::bad_request);
}

result<std::string> text_of(const dom::object& object, std::string_view key) {
  const auto text = as_string(find(object, key));
  if (!text) return text.error();
  if (const auto checked = chat::check_text(*text); !checked) return checked.error();
  return std::string(*text);
}

result<std::string> name_of(const dom::object& object) {
  const auto name = as_string(find(object, "name"));
  if (!name) return name.error();
  if (const auto checked = chat::check_name(*name); !checked) return checked.error();
  return std::string(*name);
}

result<std::optional<chat::Cursor>> cursor_of(const dom::element& value) {
  if (value.is_null()) return std::optional<chat::Cursor>{};
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return errc::bad_request;
  const auto text = as_string(find(object, "epoch"));
  if (!text) return text.error();
  const auto epoch = model::parse_hex64(*text);
  const auto seq = seq_of(object, "seq");
  if (!seq) return seq.error();
  if (!epoch || !*seq) return errc::bad_request;
  return std::optional(chat::Cursor{model::Epoch{*epoch}, **seq});
}

}  // namespace

struct RequestParser::Impl {
  dom::parser parser{simdjson::SIMDJSON_MAXSIZE_BYTES};

  // `text_member`: the member whose lone surrogate has a code of its own, `text_error`.
  result<dom::object> object(std::string_view json, std::string_view text_member = {}, error_code text_error = {}) {
    if (parser.capacity() > kKeptBytes) parser = dom::parser{simdjson::SIMDJSON_MAXSIZE_BYTES};
    if (parser.capacity() < json.size() || parser.max_depth() != static_cast<std::size_t>(model::kMaxJsonDepth)) {
      if (parser.allocate(json.size(), model::kMaxJsonDepth) != simdjson::SUCCESS) return chat::errc::busy;
    }
    dom::element root;
    dom::object request;
    const auto failed = parser.parse(json.data(), json.size()).get(root);  // copies into its own padded buffer
    if (failed == simdjson::STRING_ERROR && !text_member.empty() && breaks_in(json, text_member)) return text_error;
    if (failed != simdjson::SUCCESS || root.get(request) != simdjson::SUCCESS) return errc::bad_request;
    if (has_member_twice_anywhere(root)) return errc::bad_request;
    return request;
  }

  // Whether it is the string of `member` that cannot be decoded. Off the usual path.
  static bool breaks_in(std::string_view json, std::string_view member) {
    const simdjson::padded_string padded(json);
    simdjson::ondemand::parser on_demand;
    simdjson::ondemand::document document;
    simdjson::ondemand::object request;
    if (on_demand.iterate(padded).get(document) != simdjson::SUCCESS) return false;
    if (document.get_object().get(request) != simdjson::SUCCESS) return false;
    simdjson::ondemand::value value;
    if (request.find_field_unordered(member).get(value) != simdjson::SUCCESS) return false;
    std::string_view text;
    return value.get_string().get(text) == simdjson::STRING_ERROR;
  }
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

result<chat::Credentials> RequestParser::connect(std::string_view json) {
  const auto object = impl_->object(json, "name", chat::errc::bad_name);
  if (!object) return object.error();
  chat::Credentials credentials;
  if (const auto token = find(*object, "token")) {  // whoever has a token keeps the name it was issued to
    const auto text = as_string(token);
    if (!text) return text.error();
    credentials.token = std::string(*text);
    if (const auto device = find(*object, "new_device")) {
      const auto wanted = as_bool(device);
      if (!wanted) return wanted.error();
      credentials.new_device = *wanted;
    }
    return credentials;
  }
  if (!find(*object, "name")) return errc::auth_required;
  auto name = name_of(*object);
  if (!name) return name.error();
  credentials.name = std::move(*name);
  return credentials;
}

result<CreateRequest> RequestParser::room_create(std::string_view json) {
  const auto object = impl_->object(json, "name", chat::errc::bad_name);
  if (!object) return object.error();
  auto name = name_of(*object);
  if (!name) return name.error();
  CreateRequest request{std::move(*name)};
  if (const auto value = find(*object, "access")) {
    const auto access = as_string(value);
    if (!access || (*access != "open" && *access != "closed")) return errc::bad_request;
    request.access = *access == "open" ? model::Access::open : model::Access::closed;
  }
  return request;
}

result<ListRequest> RequestParser::room_list(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto limit = limit_of(*object, kDefaultPageRooms, kMaxPageRooms);
  if (!limit) return limit.error();
  ListRequest request{{}, *limit};
  if (const auto value = find(*object, "after")) {
    const auto after = as_string(value);
    if (!after) return after.error();
    request.after = std::string(*after);
  }
  return request;
}

result<MemberRequest> RequestParser::room_member(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto room = room_of(*object);
  if (!room) return room.error();
  const auto n = n_of(*object);
  if (!n) return n.error();
  return MemberRequest{*room, *n};
}

result<SendRequest> RequestParser::message_send(std::string_view json) {
  const auto object = impl_->object(json, "text", chat::errc::bad_text);
  if (!object) return object.error();
  const auto room = room_of(*object);
  if (!room) return room.error();
  const auto n = n_of(*object);
  if (!n) return n.error();
  auto text = text_of(*object, "text");
  if (!text) return text.error();
  return SendRequest{*room, *n, std::move(*text)};
}

result<HistoryQuery> RequestParser::history_get(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto room = room_of(*object);
  if (!room) return room.error();
  const auto before = seq_of(*object, "before");
  if (!before) return before.error();
  const auto after = seq_of(*object, "after");
  if (!after) return after.error();
  if (*before && *after) return errc::bad_request;
  const auto limit = limit_of(*object, kDefaultPageMessages, model::kMaxPageMessages);
  if (!limit) return limit.error();
  return HistoryQuery{*room, *before, *after, *limit};
}

result<ResumeRequest> RequestParser::resume(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto value = find(*object, "rooms");
  dom::object rooms;
  if (!value || value->get(rooms) != simdjson::SUCCESS) return errc::bad_request;
  ResumeRequest request;
  for (const auto& field : rooms) {
    const auto room = model::RoomId::parse(field.key);
    if (!room || request.rooms.size() == model::kMaxRoomsPerResume) return errc::bad_request;
    const auto cursor = cursor_of(field.value);
    if (!cursor) return cursor.error();
    request.rooms.emplace_back(*room, *cursor);
  }
  return request;
}

result<TypingRequest> RequestParser::typing(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto room = room_of(*object);
  if (!room) return room.error();
  const auto on = as_bool(find(*object, "on"));
  if (!on) return on.error();
  return TypingRequest{*room, *on};
}

result<ReadMarkRequest> RequestParser::read_mark(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto room = room_of(*object);
  if (!room) return room.error();
  const auto seq = seq_of(*object, "seq");
  if (!seq) return seq.error();
  if (!*seq) return errc::bad_request;
  return ReadMarkRequest{*room, **seq};
}

result<PresenceRequest> RequestParser::presence_set(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  const auto state = as_string(find(*object, "state"));
  if (!state) return state.error();
  PresenceRequest request;
  if (*state == "away") {
    request.state = chat::PresenceState::away;
  } else if (*state == "dnd") {
    request.state = chat::PresenceState::dnd;
  } else if (*state != "active") {
    return errc::bad_request;
  }
  if (const auto value = find(*object, "text")) {
    const auto text = as_string(value);
    if (!text || !chat::check_presence_text(*text)) return errc::bad_request;
    request.text = std::string(*text);
  }
  return request;
}

result<model::RoomId> RequestParser::presence_get(std::string_view json) {
  const auto object = impl_->object(json);
  if (!object) return object.error();
  return room_of(*object);
}

result<std::string> RequestParser::root_message(std::string_view json) {
  const auto object = impl_->object(json, "message", chat::errc::bad_text);
  if (!object) return object.error();
  return text_of(*object, "message");
}

result<std::string> RequestParser::event_text(std::string_view event_json) {
  const auto event = impl_->object(event_json);
  if (!event) return event.error();
  const auto value = find(*event, "body");
  dom::object body;
  if (!value || value->get(body) != simdjson::SUCCESS) return errc::bad_request;
  const auto text = as_string(find(body, "text"));
  if (!text) return text.error();
  return std::string(*text);
}

}  // namespace skat::gateway
