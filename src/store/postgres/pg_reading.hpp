// The rows of a reading: one transaction that stays open, with a cursor for each table.
// All calls block; they run on the one worker of the reading's connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/maintenance.hpp"
#include "store/postgres/connection.hpp"

namespace skat::store::postgres {

// Inside a request. Leaves the transaction open.
[[nodiscard]] result<void> open_reading_blocking(Connection& connection);

// Inside that transaction; errc::unavailable once it was lost. See StoreReading.
[[nodiscard]] result<std::vector<PartitionState>> read_partitions_blocking(Connection& connection);
[[nodiscard]] result<std::uint64_t> count_events_blocking(Connection& connection);
[[nodiscard]] result<std::vector<model::Event>> fetch_events_blocking(Connection& connection, std::size_t limit);
[[nodiscard]] result<std::vector<ProjectedRoom>> fetch_rooms_blocking(Connection& connection, std::size_t limit);
[[nodiscard]] result<std::vector<ProjectedMember>> fetch_members_blocking(Connection& connection, std::size_t limit);
[[nodiscard]] result<std::vector<PartitionSnapshot>> fetch_snapshots_blocking(Connection& connection,
                                                                              std::size_t limit);
[[nodiscard]] result<std::vector<PartitionLetter>> fetch_letters_blocking(Connection& connection, std::size_t limit);

}  // namespace skat::store::postgres
