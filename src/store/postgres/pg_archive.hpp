// How far the archive has come, and the one transaction that moves it.
// All calls block; they run on a worker of PgStore, inside a request.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace skat::store::postgres {

// See Conversations.
[[nodiscard]] result<StoredFold> load_fold_blocking(Connection& connection, std::uint32_t partition,
                                                    std::string_view log_id);
[[nodiscard]] result<StoredFold> load_rooms_blocking(Connection& connection, std::uint32_t partition,
                                                     std::string_view log_id, const std::vector<model::RoomId>& rooms);
[[nodiscard]] result<void> archive_blocking(Connection& connection, const ArchiveBatch& batch);
[[nodiscard]] result<std::vector<StoredProgress>> progress_blocking(Connection& connection);

}  // namespace skat::store::postgres
