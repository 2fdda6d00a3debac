// Requests of protocol/events.md, from their JSON. One object of at most kMaxJsonDepth levels, no member twice, no
// U+0000 and no lone surrogate where text is stored; unknown members are ignored. Sans-I/O.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "chat/presence.hpp"
#include "chat/types.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"

namespace skat::gateway {

struct SendRequest {
  model::RoomId room;
  std::optional<model::N> n;
  std::string text;
};

struct MemberRequest {  // room.join, room.leave
  model::RoomId room;
  std::optional<model::N> n;
};

struct CreateRequest {
  std::string name;
  model::Access access = model::Access::open;
};

struct ListRequest {
  std::string after;
  std::size_t limit = 0;
};

struct HistoryQuery {
  model::RoomId room;
  std::optional<model::Seq> before, after;
  std::size_t limit = 0;
};

struct ResumeRequest {
  std::vector<std::pair<model::RoomId, std::optional<chat::Cursor>>> rooms;
};

struct TypingRequest {
  model::RoomId room;
  bool on = false;
};

struct ReadMarkRequest {
  model::RoomId room;
  model::Seq seq;
};

struct PresenceRequest {
  chat::PresenceState state = chat::PresenceState::active;
  std::optional<std::string> text;  // nullopt: as it was
};

// Parses requests one after another; keeps the parser's buffers between them.
// Lives on: one loop. Every method answers errc::bad_request, or the code of the member that is wrong.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  [[nodiscard]] result<chat::Credentials> connect(std::string_view json);
  [[nodiscard]] result<CreateRequest> room_create(std::string_view json);
  [[nodiscard]] result<ListRequest> room_list(std::string_view json);
  [[nodiscard]] result<MemberRequest> room_member(std::string_view json);
  [[nodiscard]] result<SendRequest> message_send(std::string_view json);
  [[nodiscard]] result<HistoryQuery> history_get(std::string_view json);
  [[nodiscard]] result<ResumeRequest> resume(std::string_view json);
  [[nodiscard]] result<TypingRequest> typing(std::string_view json);
  [[nodiscard]] result<ReadMarkRequest> read_mark(std::string_view json);
  [[nodiscard]] result<PresenceRequest> presence_set(std::string_view json);
  [[nodiscard]] result<model::RoomId> presence_get(std::string_view json);
  // Namespace "/", `event:message`: the text.
  [[nodiscard]] result<std::string> root_message(std::string_view json);
  // The text of a `message` event's body.
  [[nodiscard]] result<std::string> event_text(std::string_view event_json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skat::gateway
