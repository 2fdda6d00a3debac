// DiskReader: reads entries that are no longer in memory, over a connection of its own (WAL: it and the writer do not
// wait for each other).
// Lives on: the "log-reader" worker.
// Ends by: destruction, after the worker.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/sqlite/database.hpp"
#include "log/log.hpp"
#include "log/sqlite/config.hpp"

namespace skat::log::sqlite {

class DiskReader {
 public:
  explicit DiskReader(Config config) : config_(std::move(config)) {}

  // Entries of [from, end), at most `max_entries` and about Config::max_answer_bytes of them, but at least one.
  // errc::offset_lost: `from` was trimmed. errc::unavailable: the file cannot be read now; the next call tries again.
  [[nodiscard]] result<std::vector<Entry>> read_blocking(Partition partition, Offset from, Offset end,
                                                         std::size_t max_entries);

 private:
  [[nodiscard]] result<void> connect();
  [[nodiscard]] result<std::vector<Entry>> read(Partition partition, Offset from, Offset end, std::size_t max_entries);

  const Config config_;
  // Empty until the first read and after an error. Statements go before their connection.
  struct Connection {
    base::sqlite::Database database;
    base::sqlite::Statement first_offset, entries;
  };
  std::optional<Connection> connection_;
};

}  // namespace skat::log::sqlite
