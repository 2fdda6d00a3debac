// SqliteReading: one connection inside one read transaction, with a statement under way for each table.
// Lives on: the worker of the StoreReading that has it; all calls block.
// Ends by: destruction, which ends the transaction.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "store/maintenance.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/query.hpp"

namespace skat::store::sqlite {

class SqliteReading {
 public:
  [[nodiscard]] static result<std::unique_ptr<SqliteReading>> open_blocking(const Config& config);
  SqliteReading(const SqliteReading&) = delete;
  SqliteReading& operator=(const SqliteReading&) = delete;

  // See StoreReading.
  [[nodiscard]] result<std::vector<PartitionState>> partitions();
  [[nodiscard]] result<std::uint64_t> count_events();
  [[nodiscard]] result<std::vector<model::Event>> next_events(std::size_t limit);
  [[nodiscard]] result<std::vector<ProjectedRoom>> next_rooms(std::size_t limit);
  [[nodiscard]] result<std::vector<ProjectedMember>> next_members(std::size_t limit);
  [[nodiscard]] result<std::vector<PartitionSnapshot>> next_snapshots(std::size_t limit);
  [[nodiscard]] result<std::vector<PartitionLetter>> next_letters(std::size_t limit);

 private:
  // A table's rows, as far as they were taken.
  struct Cursor {
    std::optional<Query> query;
    bool ended = false;
  };

  explicit SqliteReading(Connection connection) noexcept : connection_(std::move(connection)) {}
  template <class Row, class Read>
  [[nodiscard]] result<std::vector<Row>> take(Cursor& cursor, std::string_view sql, std::size_t limit, Read read);

  Connection connection_;
  std::optional<base::sqlite::Transaction> transaction_;
  Cursor events_, rooms_, members_, snapshots_, letters_;  // reset before the transaction ends
};

}  // namespace skat::store::sqlite
