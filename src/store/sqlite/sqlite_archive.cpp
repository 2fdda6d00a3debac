#include "store/sqlite/sqlite_archive.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/failpoint.hpp"
#include "base/random.hpp"
#include "model/limits.hpp"
#include "store/sqlite/query.hpp"
#include "store/sqlite/sqlite_messages.hpp"
#include "store/sqlite/sqlite_rooms.hpp"

namespace skat::store::sqlite {
namespace {

using Kind = base::sqlite::Transaction::Kind;

result<void> start_progress(Connection& connection, std::uint32_t partition, std::string_view log_id) {
  Query query(connection,
              "INSERT INTO log_progress (partition, next_offset, snapshots_as_of, epoch, log_id) VALUES (?, 0, 0, ?, ?)"
              " ON CONFLICT DO NOTHING");
  return query.with(partition).with(base::random_u64()).with_text(log_id).run();
}

// In a transaction that may write.
result<StoredFold> load_progress(Connection& connection, std::uint32_t partition, std::string_view log_id) {
  if (auto started = start_progress(connection, partition, log_id); !started) return started.error();
  Query progress(connection,
                 "SELECT next_offset, snapshots_as_of, epoch, log_id FROM log_progress WHERE partition = ?");
  if (auto row = progress.with(partition).step(); !row) return row.error();
  return StoredFold{
      progress.uint64(0), progress.uint64(1), model::Epoch{progress.uint64(2)}, std::string(progress.text(3)), {}};
}

RoomSnapshot read_snapshot(const Query& row) {
  return {row.id<model::RoomId>(0), row.uint64(1), std::string(row.blob(2))};
}

// The condition lets one of two archivers through.
result<void> move_progress(Connection& connection, const ArchiveBatch& batch) {
  Query query(connection, "UPDATE log_progress SET next_offset = ? WHERE partition = ? AND next_offset = ?");
  if (auto done = query.with(batch.end).with(batch.partition).with(batch.start).run(); !done) return done;
  if (connection.database().changes() == 0) return errc::superseded;
  if (!batch.snapshots_as_of) return {};
  Query as_of(connection, "UPDATE log_progress SET snapshots_as_of = max(snapshots_as_of, ?) WHERE partition = ?");
  return as_of.with(*batch.snapshots_as_of).with(batch.partition).run();
}

result<void> write_snapshots(Connection& connection, const ArchiveBatch& batch) {
  Query query(connection,
              "INSERT INTO snapshots (partition, room, as_of, state) VALUES (?, ?, ?, ?)"
              " ON CONFLICT (partition, room) DO UPDATE SET as_of = excluded.as_of, state = excluded.state");
  for (const RoomSnapshot& snapshot : batch.snapshots) {
    query.restart().with(batch.partition).with(snapshot.room).with(snapshot.as_of);
    if (auto done = query.with_blob(snapshot.state).run(); !done) return done;
  }
  return {};
}

result<void> write_dead_letters(Connection& connection, const ArchiveBatch& batch) {
  Query query(connection,
              "INSERT INTO dead_letters (partition, log_offset, key, value, reason) VALUES (?, ?, ?, ?, ?)"
              " ON CONFLICT DO NOTHING");
  const auto cut = [](const std::string& bytes) { return std::string_view(bytes).substr(0, model::kMaxRecordBytes); };
  for (const DeadLetter& letter : batch.dead_letters) {
    query.restart().with(batch.partition).with(letter.offset).with_blob(cut(letter.key)).with_blob(cut(letter.value));
    if (auto done = query.with_text(letter.reason).run(); !done) return done;
  }
  return {};
}

result<void> write_batch(Connection& connection, const ArchiveBatch& batch) {
  if (auto done = move_progress(connection, batch); !done) return done;
  if (auto done = insert_events_blocking(connection, batch.events); !done) return done;
  if (auto done = project_rooms_blocking(connection, batch.events); !done) return done;
  if (auto done = write_dead_letters(connection, batch); !done) return done;
  if (auto done = write_snapshots(connection, batch); !done) return done;
  if (SKAT_FAILPOINT("store.before_commit")) return errc::unavailable;
  return {};
}

}  // namespace

result<StoredFold> load_fold_blocking(Connection& connection, std::uint32_t partition, std::string_view log_id) {
  return in_transaction(connection, Kind::write, [&]() -> result<StoredFold> {
    auto fold = load_progress(connection, partition, log_id);
    if (!fold) return fold;
    Query snapshots(connection, "SELECT room, as_of, state FROM snapshots WHERE partition = ? ORDER BY room");
    auto done =
        snapshots.with(partition).each([&](const Query& row) { fold->snapshots.push_back(read_snapshot(row)); });
    if (!done) return done.error();
    return fold;
  });
}

result<StoredFold> load_rooms_blocking(Connection& connection, std::uint32_t partition, std::string_view log_id,
                                       std::vector<model::RoomId> rooms) {
  std::ranges::sort(rooms);
  const auto twice = std::ranges::unique(rooms);
  rooms.erase(twice.begin(), twice.end());
  return in_transaction(connection, Kind::write, [&]() -> result<StoredFold> {
    auto fold = load_progress(connection, partition, log_id);
    if (!fold) return fold;
    Query snapshot(connection, "SELECT room, as_of, state FROM snapshots WHERE partition = ? AND room = ?");
    for (const model::RoomId& room : rooms) {
      auto row = snapshot.restart().with(partition).with(room).step();
      if (!row) return row.error();
      if (*row) fold->snapshots.push_back(read_snapshot(snapshot));
    }
    return fold;
  });
}

result<std::vector<StoredProgress>> progress_blocking(Connection& connection) {
  Query query(connection, "SELECT partition, next_offset, snapshots_as_of, epoch FROM log_progress ORDER BY partition");
  std::vector<StoredProgress> partitions;
  auto done = query.each([&](const Query& row) {
    partitions.push_back(
        {static_cast<std::uint32_t>(row.uint64(0)), row.uint64(1), row.uint64(2), model::Epoch{row.uint64(3)}});
  });
  if (!done) return done.error();
  return partitions;
}

result<void> archive_blocking(Connection& connection, const ArchiveBatch& batch) {
  auto done = in_transaction(connection, Kind::write, [&] { return write_batch(connection, batch); });
  // Committed, but the archiver hears that it failed: its second attempt is superseded by its first.
  if (done && SKAT_FAILPOINT("store.after_commit")) return errc::unavailable;
  return done;
}

}  // namespace skat::store::sqlite
