// What the body of a room.created says, for the backends' projections: {"name","room_name","access"}. Sans-I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/record.hpp"

namespace skat::store {

struct RoomCreated {
  std::string name;  // of the room
  model::Access access;
};
// nullopt: the body is not such a one.
[[nodiscard]] std::optional<RoomCreated> parse_room_created(std::string_view body);

}  // namespace skat::store
