#include "log/sqlite/group_commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/encoding.hpp"
#include "base/failpoint.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "log/errc.hpp"
#include "log/sqlite/schema.hpp"

namespace skat::log::sqlite {
namespace {

using base::LogLevel;
using base::sqlite::Database;
using base::sqlite::Transaction;

std::int64_t to_sql(Partition partition) {
  return partition.value();
}
std::int64_t to_sql(Offset offset) {
  return static_cast<std::int64_t>(offset.value());
}
Offset to_offset(std::int64_t value) {
  return Offset{static_cast<std::uint64_t>(value)};
}

std::string random_id() {
  std::array<std::byte, 16> bytes{};
  base::fill_random(bytes);
  return base::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::size_t bytes_of(const AppendRequest& request) {
  return request.key.size() + request.value.size();
}

// Facts that are written with the file and never again.
result<void> initialise(Database& database, std::uint32_t partitions) {
  auto put = database.prepare("INSERT OR IGNORE INTO log_meta (name, value) VALUES (?, ?)");
  if (!put) return put.error();
  put->bind(1, "log_id").bind(2, random_id());
  if (auto done = put->run(); !done) return done;
  put->bind(1, "partition_count").bind(2, std::to_string(partitions));
  return put->run();
}

result<std::string> read_fact(Database& database, std::string_view name) {
  auto get = database.prepare("SELECT value FROM log_meta WHERE name = ?");
  if (!get) return get.error();
  auto row = get->bind(1, name).step();
  if (!row) return row.error();
  if (!*row) return make_error_code(base::sqlite::errc::corrupt);
  return std::string(get->column_text(0));
}

}  // namespace

GroupCommit::GroupCommit(Config config, OnCommit on_commit)
    : config_(std::move(config)), on_commit_(std::move(on_commit)), policy_(config_.max_gather_time) {}

result<void> GroupCommit::connect() {
  auto database =
      Database::open_blocking({.path = config_.path, .busy_timeout = config_.busy_timeout, .vfs = config_.vfs});
  if (!database) return database.error();
  if (auto done = database->migrate(schema_scripts()); !done) return done;
  if (auto done = initialise(*database, config_.partitions); !done) return done;

  Connection connection;
  connection.database = std::move(*database);
  const auto prepare = [&](base::sqlite::Statement& into, std::string_view sql) -> result<void> {
    auto statement = connection.database.prepare(sql);
    if (!statement) return statement.error();
    into = std::move(*statement);
    return {};
  };
  const std::array<std::pair<base::sqlite::Statement*, std::string_view>, 7> statements{{
      {&connection.read_end, "SELECT next_offset FROM log_partitions WHERE partition = ?"},
      {&connection.write_end,
       "INSERT INTO log_partitions (partition, next_offset) VALUES (?1, ?2) "
       "ON CONFLICT (partition) DO UPDATE SET next_offset = ?2"},
      {&connection.insert,
       "INSERT INTO log_entries (partition, offset, append_time, key, value) VALUES (?, ?, ?, ?, ?)"},
      {&connection.first_offset, "SELECT offset FROM log_entries WHERE partition = ? ORDER BY offset LIMIT 1"},
      {&connection.last_offset, "SELECT offset FROM log_entries WHERE partition = ? ORDER BY offset DESC LIMIT 1"},
      {&connection.oldest,
       "SELECT offset, append_time FROM log_entries WHERE partition = ? AND offset < ? ORDER BY offset LIMIT ?"},
      {&connection.remove, "DELETE FROM log_entries WHERE partition = ? AND offset < ?"},
  }};
  for (const auto& [into, sql] : statements) {
    if (auto done = prepare(*into, sql); !done) return done;
  }
  connection_ = std::move(connection);
  return {};
}

result<LogFile> GroupCommit::open_blocking() {
  if (auto done = connect(); !done) return done.error();
  return read_file();
}

result<LogFile> GroupCommit::read_file() {
  auto log_id = read_fact(connection_->database, "log_id");
  if (!log_id) return log_id.error();
  auto count = read_fact(connection_->database, "partition_count");
  if (!count) return count.error();
  std::uint32_t partitions = 0;
  if (std::from_chars(count->data(), count->data() + count->size(), partitions).ec != std::errc{} || partitions == 0) {
    return make_error_code(base::sqlite::errc::corrupt);
  }
  LogFile file{.log_id = std::move(*log_id), .bounds = {}};
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    auto end = read_end(Partition{partition});
    if (!end) return end.error();
    auto row = connection_->first_offset.bind(1, std::int64_t{partition}).step();
    if (!row) return row.error();
    const Offset start = *row ? to_offset(connection_->first_offset.column_int64(0)) : *end;
    connection_->first_offset.reset();
    file.bounds.push_back({.start = start, .end = *end});
  }
  return file;
}

// ---- Appending ------------------------------------------------------------------------------------------------------

void GroupCommit::add(std::vector<AppendRequest> turn) {
  for (auto& request : turn) {
    const std::size_t bytes = bytes_of(request);
    if (gathered_.size() >= config_.max_batch_records || gathered_bytes_ + bytes > config_.max_batch_bytes) {
      commit_gathered();
    }
    if (gathered_.empty()) gathering_since_ = std::chrono::steady_clock::now();
    gathered_.push_back(std::move(request));
    gathered_bytes_ += bytes;
  }
}

base::Duration GroupCommit::patience() const {
  return policy_.patience(gathered_.size(), gathering_since_, std::chrono::steady_clock::now());
}

void GroupCommit::commit_gathered() {
  if (gathered_.empty()) return;
  Commit commit{.appends = std::exchange(gathered_, {}), .append_time = {}, .error = {}, .ends = {}};
  gathered_bytes_ = 0;
  policy_.on_commit(commit.appends.size());
  commit.error = write(commit);
  if (commit.error) read_ends(commit);
  on_commit_(std::move(commit));
}

error_code GroupCommit::write(Commit& commit) {
  if (!connection_) {
    if (auto done = connect(); !done) {
      report("the file cannot be opened", done.error());
      return errc::unavailable;
    }
  }
  auto& database = connection_->database;
  auto transaction = Transaction::begin(database);
  if (!transaction) {
    report("no transaction", transaction.error());
    connection_.reset();
    return errc::unavailable;
  }
  auto inserted = insert(commit);
  if (inserted && SKAT_FAILPOINT("log.before_commit")) inserted = make_error_code(base::sqlite::errc::io);
  if (!inserted) {
    report("rolled back", inserted.error());
    recover(*transaction);
    return errc::unavailable;  // COMMIT was never said: no valid frame of it is on the disk
  }
  if (auto committed = transaction->commit(); !committed) {
    // The frames may have reached the disk before the error, and a recovery after a crash would find them.
    report("the commit failed", committed.error());
    recover(*transaction);
    return errc::maybe_appended;
  }
  if (std::exchange(failing_, false)) base::log(LogLevel::info, "log", "appends are committed again");
  if (SKAT_FAILPOINT("log.after_commit")) return errc::maybe_appended;
  return {};
}

result<void> GroupCommit::insert(Commit& commit) {
  commit.append_time = base::wall_now();
  commit.ends.clear();
  auto& insert = connection_->insert;
  insert.bind(3, base::to_millis(commit.append_time));
  for (auto& request : commit.appends) {
    auto end = commit.ends.find(request.partition);
    if (end == commit.ends.end()) {
      auto stored = read_end(request.partition);
      if (!stored) return stored.error();
      end = commit.ends.emplace(request.partition, *stored).first;
    }
    request.offset = std::exchange(end->second, end->second.next());
    insert.bind(1, to_sql(request.partition)).bind(2, to_sql(request.offset));
    if (auto done = insert.bind(4, request.key).bind(5, request.value).run(); !done) return done;
  }
  for (const auto& [partition, end] : commit.ends) {
    auto& write_end = connection_->write_end;
    if (auto done = write_end.bind(1, to_sql(partition)).bind(2, to_sql(end)).run(); !done) return done;
  }
  return {};
}

result<Offset> GroupCommit::read_end(Partition partition) {
  auto& read_end = connection_->read_end;
  auto row = read_end.bind(1, to_sql(partition)).step();
  if (!row) return row.error();
  const Offset end = *row ? to_offset(read_end.column_int64(0)) : Offset{};
  read_end.reset();
  return end;
}

void GroupCommit::read_ends(Commit& commit) {
  commit.ends.clear();
  if (!connection_ && !connect()) return;
  for (const auto& request : commit.appends) {
    if (commit.ends.contains(request.partition)) continue;
    if (auto end = read_end(request.partition)) commit.ends.emplace(request.partition, *end);
  }
}

void GroupCommit::report(std::string_view what, const error_code& error) {
  if (std::exchange(failing_, true)) return;
  base::log(LogLevel::error, "log", "{}: {}: {} ({})", config_.path, what, error.message(),
            connection_ ? connection_->database.last_message() : "closed");
}

void GroupCommit::recover(Transaction& transaction) {
  if (auto rolled_back = transaction.rollback(); rolled_back && !connection_->database.in_transaction()) return;
  connection_.reset();
}

// ---- Trimming -------------------------------------------------------------------------------------------------------

result<TrimStep> GroupCommit::trim_step(Partition partition, Offset below, base::WallTime keep_newer_than) {
  if (!connection_) {
    if (auto done = connect(); !done) return make_error_code(errc::unavailable);
  }
  auto transaction = Transaction::begin(connection_->database);
  if (!transaction) return make_error_code(errc::unavailable);
  auto step = trim_in_transaction(partition, below, keep_newer_than);
  if (step) {
    if (auto committed = transaction->commit(); !committed) step = committed.error();
  }
  if (!step) {
    report("trim failed", step.error());
    recover(*transaction);
    return make_error_code(errc::unavailable);
  }
  return step;
}

// Only a prefix is forgotten: the entries up to the first that must stay, so that no hole opens behind the start.
result<TrimStep> GroupCommit::trim_in_transaction(Partition partition, Offset below, base::WallTime keep_newer_than) {
  auto& last = connection_->last_offset;
  auto row = last.bind(1, to_sql(partition)).step();
  if (!row) return row.error();
  if (!*row) {
    auto end = read_end(partition);
    if (!end) return end.error();
    return TrimStep{.start = *end};
  }
  const Offset until = std::min(below, to_offset(last.column_int64(0)));
  last.reset();

  auto& oldest = connection_->oldest;
  oldest.bind(1, to_sql(partition)).bind(2, to_sql(until));
  oldest.bind(3, static_cast<std::int64_t>(config_.trim_chunk_entries));
  std::optional<Offset> last_forgotten;
  std::size_t forgotten = 0;
  for (;;) {
    row = oldest.step();
    if (!row) return row.error();
    if (!*row) break;
    if (base::from_millis(oldest.column_int64(1)) >= keep_newer_than) {
      oldest.reset();
      break;
    }
    last_forgotten = to_offset(oldest.column_int64(0));
    ++forgotten;
  }
  if (last_forgotten) {
    auto& remove = connection_->remove;
    if (auto done = remove.bind(1, to_sql(partition)).bind(2, to_sql(last_forgotten->next())).run(); !done) {
      return done.error();
    }
  }
  auto& first = connection_->first_offset;
  row = first.bind(1, to_sql(partition)).step();
  if (!row) return row.error();
  const Offset start = to_offset(first.column_int64(0));
  first.reset();
  return TrimStep{.start = start, .more = forgotten == config_.trim_chunk_entries};
}

}  // namespace skat::log::sqlite
