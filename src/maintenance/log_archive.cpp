#include "maintenance/log_archive.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "log/record_format.hpp"
#include "maintenance/log_scan.hpp"
#include "model/limits.hpp"

namespace skat::maintenance {

LogArchive::LogArchive(std::uint32_t partition, const store::StoredFold& stored)
    : partition_(partition),
      fold_(stored.epoch),
      replay_from_(std::min(stored.snapshots_as_of, stored.next_offset)),
      next_offset_(stored.next_offset) {}

result<LogArchive> LogArchive::load(std::uint32_t partition, store::StoredFold stored) {
  LogArchive archive(partition, stored);
  for (const auto& snapshot : stored.snapshots) {
    if (auto loaded = archive.fold_.load(snapshot.room, snapshot.state); !loaded) return loaded.error();
    archive.as_of_[snapshot.room] = snapshot.as_of;
  }
  return archive;
}

result<void> LogArchive::run_blocking(Asker& asker, log::Log& log, store::Conversations& store, log::Offset end,
                                      Progress& progress, std::uint64_t done_before) {
  const auto bounds = bounds_blocking(asker, log, log::Partition{partition_});
  if (!bounds) return bounds.error();
  const log::Offset from = std::max(log::Offset{replay_from_}, bounds->start);
  LogScan scan(asker, log, log::Partition{partition_}, from, end);
  for (;;) {
    auto entries = scan.next_blocking();
    if (!entries) return entries.error();
    if (entries->empty()) break;
    for (auto& entry : *entries) {
      take(entry);
      if (batch_.events.size() < kBatchEvents && batch_bytes_ < kBatchBytes) continue;
      if (auto written = write_blocking(asker, store); !written) return written;
    }
    progress.reach(done_before + scan.position().value() - from.value());
  }
  replay_from_ = std::max(replay_from_, end.value());  // where the fold stands, for the next run
  return batch_.end > next_offset_ ? write_blocking(asker, store) : result<void>{};
}

void LogArchive::take(log::Entry& entry) {
  const std::uint64_t offset = entry.offset.value();
  auto record = log::decode_record(entry.key, entry.value);
  if (record) {
    const auto known = as_of_.find(record->room);
    if (known != as_of_.end() && offset < known->second) return;
    changed_.insert(record->room);
  }
  auto outcome = fold_.apply(record, entry.append_time);
  if (offset < next_offset_) return;  // stored already
  batch_.end = offset + 1;
  if (outcome.event) {
    batch_bytes_ += outcome.event->body.size();
    batch_.events.push_back(std::move(*outcome.event));
  } else if (!record || outcome.error == fold::errc::invalid_record) {
    const error_code why = record ? outcome.error : record.error();
    batch_bytes_ += entry.value.size();
    batch_.dead_letters.push_back({offset, entry.key.substr(0, model::kMaxRecordBytes),
                                   entry.value.substr(0, model::kMaxRecordBytes), why.message()});
  }
}

result<void> LogArchive::write_blocking(Asker& asker, store::Conversations& store) {
  batch_.partition = partition_;
  batch_.start = next_offset_;
  events_ += batch_.events.size();
  // shared_ptr: the store may ask for it once more, after a failure that says "later".
  const auto batch = std::make_shared<const store::ArchiveBatch>(std::exchange(batch_, {}));
  batch_bytes_ = 0;
  auto written =
      asker.ask_blocking<void>([&store, batch](store::Done<void> done) { store.archive(*batch, std::move(done)); });
  // A failure may have come after the commit. Nobody else writes, so a store that stands at the end holds the batch.
  if (!written && written.error() == store::errc::superseded) {
    const auto stands = asker.ask_blocking<std::vector<store::StoredProgress>>(
        [&store](store::Done<std::vector<store::StoredProgress>> done) { store.progress(std::move(done)); });
    if (!stands) return stands.error();
    const auto here = std::ranges::find(*stands, partition_, &store::StoredProgress::partition);
    if (here != stands->end() && here->next_offset == batch->end && batch->end > batch->start) written = {};
  }
  if (!written) return written;
  next_offset_ = batch->end;
  if (SKAT_FAILPOINT("rebuild.after_batch")) return store::errc::unavailable;
  return {};
}

result<void> LogArchive::write_snapshots_blocking(Asker& asker, store::Conversations& store) {
  std::vector<model::RoomId> rooms(changed_.begin(), changed_.end());
  std::ranges::sort(rooms);
  for (auto room = rooms.begin();;) {
    batch_.end = next_offset_;
    std::size_t bytes = 0;
    for (; room != rooms.end() && bytes < kSnapshotBytes; ++room) {
      auto state = fold_.snapshot(*room);
      if (state.empty()) continue;
      bytes += state.size();
      batch_.snapshots.push_back({*room, next_offset_, std::move(state)});
    }
    // Only with the last of them are all rooms true up to here.
    if (room == rooms.end()) batch_.snapshots_as_of = next_offset_;
    if (auto written = write_blocking(asker, store); !written) return written;
    if (room == rooms.end()) break;
  }
  changed_.clear();
  return {};
}

}  // namespace skat::maintenance
