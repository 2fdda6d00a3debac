#include "store/postgres/pg_archive.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/failpoint.hpp"
#include "base/random.hpp"
#include "model/limits.hpp"
#include "store/postgres/pg_messages.hpp"
#include "store/postgres/pg_rooms.hpp"
#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {
namespace {

// nullopt: the partition was never loaded. `snapshots` selects room, as_of, state.
result<std::optional<StoredFold>> read_fold(Connection& connection, std::uint32_t partition, Statement snapshots) {
  std::vector<Statement> statements;
  statements.push_back(
      Statement("SELECT next_offset, snapshots_as_of, epoch, log_id FROM log_progress WHERE partition = $1")
          .with(partition));
  statements.push_back(std::move(snapshots));
  auto rows = transact_blocking(connection, Kind::read, std::move(statements));
  if (!rows) return rows.error();
  const Rows &progress = (*rows)[0], &stored = (*rows)[1];
  if (progress.empty()) return std::optional<StoredFold>{};
  StoredFold fold{progress.uint64(0, 0),
                  progress.uint64(0, 1),
                  model::Epoch{progress.uint64(0, 2)},
                  std::string(progress.bytes(0, 3)),
                  {}};
  fold.snapshots.reserve(static_cast<std::size_t>(stored.size()));
  for (int i = 0; i < stored.size(); ++i) {
    fold.snapshots.push_back({stored.id<model::RoomId>(i, 0), stored.uint64(i, 1), std::string(stored.bytes(i, 2))});
  }
  return std::optional(std::move(fold));
}

result<void> start_progress(Connection& connection, std::uint32_t partition, std::string_view log_id) {
  std::vector<Statement> statements;
  statements.push_back(Statement("INSERT INTO log_progress (partition, next_offset, snapshots_as_of, epoch, log_id)"
                                 " VALUES ($1, 0, 0, $2, $3) ON CONFLICT DO NOTHING")
                           .with(partition, base::random_u64())
                           .with_text(log_id));
  auto done = transact_blocking(connection, Kind::write, std::move(statements));
  if (!done) return done.error();
  return {};
}

result<StoredFold> read_or_start(Connection& connection, std::uint32_t partition, std::string_view log_id,
                                 const Statement& snapshots) {
  auto found = read_fold(connection, partition, snapshots);
  if (!found) return found.error();
  if (!*found) {
    if (auto started = start_progress(connection, partition, log_id); !started) return started.error();
    found = read_fold(connection, partition, snapshots);
    if (!found) return found.error();
  }
  if (!*found) return errc::data_error;  // somebody removes what was written
  return std::move(**found);
}

// Limit: bytes of the snapshots in one statement; more of them are further statements. PostgreSQL takes no parameter of
// 1 GiB.
constexpr std::size_t kMaxSnapshotBytes = 8u * 1024 * 1024;

std::vector<Statement> write_snapshots(const ArchiveBatch& batch) {
  std::vector<Statement> statements;
  for (auto next = batch.snapshots.begin(); next != batch.snapshots.end();) {
    auto rooms = Column::uuids();
    auto as_of = Column::numbers();
    auto states = Column::blobs();
    for (std::size_t bytes = 0; next != batch.snapshots.end() && bytes < kMaxSnapshotBytes; ++next) {
      rooms.add(next->room);
      as_of.add(next->as_of);
      states.add_bytes(next->state);
      bytes += next->state.size();
    }
    statements.push_back(
        Statement("INSERT INTO snapshots (partition, room, as_of, state) SELECT $1, * FROM unnest($2, $3, $4)"
                  " ON CONFLICT (partition, room) DO UPDATE SET as_of = excluded.as_of, state = excluded.state")
            .with(batch.partition, rooms, as_of, states));
  }
  return statements;
}

Statement write_dead_letters(const ArchiveBatch& batch) {
  const auto cut = [](const std::string& bytes) { return std::string_view(bytes).substr(0, model::kMaxRecordBytes); };
  auto offsets = Column::numbers();
  auto keys = Column::blobs(), values = Column::blobs();
  auto reasons = Column::texts();
  for (const DeadLetter& letter : batch.dead_letters) {
    offsets.add(letter.offset);
    keys.add_bytes(cut(letter.key));
    values.add_bytes(cut(letter.value));
    reasons.add_bytes(letter.reason);
  }
  return Statement(
             "INSERT INTO dead_letters (partition, log_offset, key, value, reason)"
             " SELECT $1, * FROM unnest($2, $3, $4, $5) ON CONFLICT DO NOTHING")
      .with(batch.partition, offsets, keys, values, reasons);
}

// The condition lets one of two archivers through.
Statement move_progress(const ArchiveBatch& batch) {
  return Statement(
             "UPDATE log_progress SET next_offset = $1, snapshots_as_of = greatest(snapshots_as_of, $2)"
             " WHERE partition = $3 AND next_offset = $4")
      .with(batch.end, batch.snapshots_as_of.value_or(0), batch.partition, batch.start);
}

}  // namespace

result<StoredFold> load_fold_blocking(Connection& connection, std::uint32_t partition, std::string_view log_id) {
  return read_or_start(
      connection, partition, log_id,
      Statement("SELECT room, as_of, state FROM snapshots WHERE partition = $1 ORDER BY room").with(partition));
}

result<StoredFold> load_rooms_blocking(Connection& connection, std::uint32_t partition, std::string_view log_id,
                                       const std::vector<model::RoomId>& rooms) {
  auto wanted = Column::uuids();
  for (const model::RoomId& room : rooms) wanted.add(room);
  return read_or_start(
      connection, partition, log_id,
      Statement("SELECT room, as_of, state FROM snapshots WHERE partition = $1 AND room = ANY($2) ORDER BY room")
          .with(partition, wanted));
}

result<void> archive_blocking(Connection& connection, const ArchiveBatch& batch) {
  auto projected = project_rooms(batch.events);
  if (!projected) return projected.error();
  auto snapshots = write_snapshots(batch);
  if (SKAT_FAILPOINT("store.before_begin")) return errc::unavailable;

  auto statements = opening(connection, Kind::write);
  const auto moves = statements.size();
  statements.push_back(move_progress(batch));
  if (!batch.events.empty()) statements.push_back(insert_events(batch.events));
  for (Statement& each : *projected) statements.push_back(std::move(each));
  if (!batch.dead_letters.empty()) statements.push_back(write_dead_letters(batch));
  for (Statement& each : snapshots) statements.push_back(std::move(each));
  const auto written = connection.run_blocking(statements);
  // Whoever comes second finds the first one's events in its way, so this is asked first.
  const bool superseded = written.rows.size() > moves && written.rows[moves].changes() == 0;
  if (superseded || written.failed()) {
    if (!superseded) connection.report(written.error);
    connection.rollback_blocking();
    return superseded ? errc::superseded : written.error;
  }
  if (SKAT_FAILPOINT("store.before_commit")) {
    connection.rollback_blocking();
    return errc::unavailable;
  }
  const std::array commit{Statement("COMMIT")};
  // A connection that is lost now says nothing about what the server did: the archiver looks before it goes on.
  if (const auto committed = connection.run_blocking(commit); committed.failed()) {
    connection.report(committed.error);
    connection.rollback_blocking();
    return committed.error;
  }
  // Committed, but the archiver hears that it failed: its second attempt is superseded by its first.
  if (SKAT_FAILPOINT("store.after_commit")) return errc::unavailable;
  return {};
}

result<std::vector<StoredProgress>> progress_blocking(Connection& connection) {
  auto rows = transact_blocking(
      connection, Kind::read,
      {Statement("SELECT partition, next_offset, snapshots_as_of, epoch FROM log_progress ORDER BY partition")});
  if (!rows) return rows.error();
  const Rows& found = (*rows)[0];
  std::vector<StoredProgress> partitions;
  for (int i = 0; i < found.size(); ++i) {
    partitions.push_back({static_cast<std::uint32_t>(found.uint64(i, 0)), found.uint64(i, 1), found.uint64(i, 2),
                          model::Epoch{found.uint64(i, 3)}});
  }
  return partitions;
}

}  // namespace skat::store::postgres
