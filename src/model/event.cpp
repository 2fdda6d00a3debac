#include "model/event.hpp"

namespace skat::model {

const char* to_text(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::room_created:
      return "room.created";
    case EventKind::member_joined:
      return "member.joined";
    case EventKind::member_left:
      return "member.left";
    case EventKind::message:
      return "message";
  }
  return "";
}

std::optional<EventKind> parse_event_kind(std::string_view text) noexcept {
  for (const auto kind :
       {EventKind::room_created, EventKind::member_joined, EventKind::member_left, EventKind::message}) {
    if (text == to_text(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace skat::model
