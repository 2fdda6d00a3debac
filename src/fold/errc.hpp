// Why the fold refuses. All are condition::refused, and a refusal uses up its n, with two exceptions: unknown_room
// leaves nothing behind (README.md, "What a refusal leaves behind"), and bad_snapshot, which is no refusal, is
// condition::corrupt.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::fold {

enum class errc {
  invalid_record = 1,  // not storable; goes to dead_letter
  unknown_room,        // no room.create has been accepted
  room_exists,         // a second room.create
  not_a_member,
  already_a_member,
  not_joinable,    // a closed room, or the lobby (everyone is in it)
  cannot_leave,    // the lobby
  stale,           // below the window; its outcome is no longer known to the fold
  refused_before,  // a copy of a record that was refused; whoever wants to try again takes a new n
  bad_snapshot,    // Fold::load: bytes that break the snapshot layout or one of its limits
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::fold

template <>
struct boost::system::is_error_code_enum<skat::fold::errc> : std::true_type {};
