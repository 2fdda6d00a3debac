#include "log/sqlite/disk_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/logger.hpp"
#include "log/errc.hpp"

namespace skat::log::sqlite {

using base::sqlite::Database;
using base::sqlite::Transaction;

result<void> DiskReader::connect() {
  auto database = Database::open_blocking({.path = config_.path,
                                           .access = base::sqlite::Access::read_write,
                                           .busy_timeout = config_.busy_timeout,
                                           .vfs = config_.vfs});
  if (!database) return database.error();
  auto first_offset = database->prepare("SELECT offset FROM log_entries WHERE partition = ? ORDER BY offset LIMIT 1");
  if (!first_offset) return first_offset.error();
  auto entries = database->prepare(
      "SELECT offset, append_time, key, value FROM log_entries "
      "WHERE partition = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?");
  if (!entries) return entries.error();
  connection_.emplace();
  connection_->database = std::move(*database);
  connection_->first_offset = std::move(*first_offset);
  connection_->entries = std::move(*entries);
  return {};
}

result<std::vector<Entry>> DiskReader::read_blocking(Partition partition, Offset from, Offset end,
                                                     std::size_t max_entries) {
  result<std::vector<Entry>> answer = make_error_code(errc::unavailable);
  if (auto connected = connection_ ? result<void>{} : connect(); !connected) {
    base::log(base::LogLevel::error, "log", "{} cannot be read: {}", config_.path, connected.error().message());
    return answer;
  }
  answer = read(partition, from, end, max_entries);
  if (answer || answer.error() == errc::offset_lost) return answer;
  base::log(base::LogLevel::error, "log", "reading entries failed: {} ({})", answer.error().message(),
            connection_->database.last_message());
  connection_.reset();
  return make_error_code(errc::unavailable);
}

result<std::vector<Entry>> DiskReader::read(Partition partition, Offset from, Offset end, std::size_t max_entries) {
  // One snapshot for both questions: a trim in between would open a hole.
  auto snapshot = Transaction::begin(connection_->database, Transaction::Kind::read);
  if (!snapshot) return snapshot.error();
  auto& first = connection_->first_offset;
  auto row = first.bind(1, std::int64_t{partition.value()}).step();
  if (!row) return row.error();
  const bool lost = !*row || static_cast<std::uint64_t>(first.column_int64(0)) > from.value();
  first.reset();
  if (lost) return make_error_code(errc::offset_lost);

  auto& entries = connection_->entries;
  entries.bind(1, std::int64_t{partition.value()});
  entries.bind(2, static_cast<std::int64_t>(from.value())).bind(3, static_cast<std::int64_t>(end.value()));
  entries.bind(4, static_cast<std::int64_t>(std::min<std::size_t>(max_entries, INT64_MAX)));
  std::vector<Entry> batch;
  std::size_t bytes = 0;
  while (bytes < config_.max_answer_bytes) {
    row = entries.step();
    if (!row) return row.error();
    if (!*row) break;
    auto& entry = batch.emplace_back();
    entry.offset = Offset{static_cast<std::uint64_t>(entries.column_int64(0))};
    entry.append_time = base::from_millis(entries.column_int64(1));
    entry.key = entries.column_text(2);
    entry.value = entries.column_text(3);
    bytes += entry.key.size() + entry.value.size();
  }
  entries.reset();
  if (batch.empty()) return make_error_code(errc::offset_lost);
  return batch;
}

}  // namespace skat::log::sqlite
