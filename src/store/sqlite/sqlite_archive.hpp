// How far the archive has come, and the one transaction that moves it.
// All calls block; they run on the writing worker of SqliteStore.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace skat::store::sqlite {

// See Conversations.
[[nodiscard]] result<StoredFold> load_fold_blocking(Connection& connection, std::uint32_t partition,
                                                    std::string_view log_id);
[[nodiscard]] result<void> archive_blocking(Connection& connection, const ArchiveBatch& batch);

}  // namespace skat::store::sqlite
