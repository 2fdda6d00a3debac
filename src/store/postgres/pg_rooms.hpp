// Rooms and their members: a projection of the events, and the lists read from it.
// Calls that block run on a worker of PgStore, inside a request.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "model/event.hpp"
#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace skat::store::postgres {

// Limit: rooms in one answer of list_rooms_blocking.
inline constexpr std::size_t kMaxListedRooms = 1000;

// What the events change, for the transaction that inserts them. errc::data_error for a body that is not its kind's.
[[nodiscard]] result<std::vector<Statement>> project_rooms(std::span<const model::Event> events);

// See Directory.
[[nodiscard]] result<std::vector<RoomRow>> list_rooms_blocking(Connection& connection, std::string_view after,
                                                               std::size_t limit);
[[nodiscard]] result<std::vector<MyRoom>> rooms_of_blocking(Connection& connection, const model::UserId& user);

}  // namespace skat::store::postgres
