// Users, sessions, reserved names, read markers and settings: the store's own small transactions. Each may be repeated.
// All calls block; they run on a worker of PgStore, inside a request.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace skat::store::postgres {

// See Directory.
[[nodiscard]] result<void> create_session_blocking(Connection& connection, const User& user, const SessionRow& session);
[[nodiscard]] result<User> find_session_blocking(Connection& connection, std::string_view token_hash,
                                                 base::WallTime now);
[[nodiscard]] result<NameReservation> reserve_room_name_blocking(Connection& connection, const NameReservation& wanted);
[[nodiscard]] result<void> write_read_markers_blocking(Connection& connection, std::span<const ReadMarker> markers);
[[nodiscard]] result<std::string> get_or_put_setting_blocking(Connection& connection, std::string_view name,
                                                              std::string_view value);

}  // namespace skat::store::postgres
