// How far the archive has come, and the one transaction that moves it.
// All calls block; they run on the writing worker of SqliteStore, progress_blocking on a reading one.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace skat::store::sqlite {

// See Conversations.
[[nodiscard]] result<StoredFold> load_fold_blocking(Connection& connection, std::uint32_t partition,
                                                    std::string_view log_id);
[[nodiscard]] result<StoredFold> load_rooms_blocking(Connection& connection, std::uint32_t partition,
                                                     std::string_view log_id, std::vector<model::RoomId> rooms);
[[nodiscard]] result<void> archive_blocking(Connection& connection, const ArchiveBatch& batch);
[[nodiscard]] result<std::vector<StoredProgress>> progress_blocking(Connection& connection);

}  // namespace skat::store::sqlite
