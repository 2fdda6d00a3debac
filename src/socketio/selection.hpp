// Whom a broadcast reaches.
#pragma once

#include <string>
#include <vector>

namespace skat::socketio {

using RoomName = std::string;

// The union of `rooms` (all of the namespace when empty) without anybody in `except`. Each socket gets it once.
struct Selection {
  std::vector<RoomName> rooms, except;
};

}  // namespace skat::socketio
