// The events of rooms: written as the archiver gives them, read by pages, ranges and keys.
// Calls that block run on a worker of PgStore, inside a request.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "model/event.hpp"
#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace skat::store::postgres {

// One INSERT of them all. errc::data_error when one is there already.
[[nodiscard]] Statement insert_events(std::span<const model::Event> events);

// See Conversations.
[[nodiscard]] result<Page> page_before_blocking(Connection& connection, const model::RoomId& room, model::Seq before,
                                                std::size_t limit);
[[nodiscard]] result<Page> page_after_blocking(Connection& connection, const model::RoomId& room, model::Seq after,
                                               std::size_t limit);
[[nodiscard]] result<Page> range_blocking(Connection& connection, const model::RoomId& room, model::Seq after,
                                          model::Seq up_to, std::size_t max_events);
[[nodiscard]] result<std::optional<StoredKey>> find_key_blocking(Connection& connection, const model::RoomId& room,
                                                                 const model::UserId& sender, model::DeviceId device,
                                                                 model::N n);

}  // namespace skat::store::postgres
