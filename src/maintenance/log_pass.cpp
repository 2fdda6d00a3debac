#include "maintenance/log_pass.hpp"

#include <algorithm>

#include "log/record_format.hpp"
#include "maintenance/log_scan.hpp"

namespace skat::maintenance {

LogPass::LogPass(const store::PartitionState& state, const std::vector<store::RoomSnapshot>& snapshots,
                 const log::Bounds& bounds)
    : progress_(state.progress),
      from_(bounds.start),
      end_(std::min(log::Offset{state.progress.next_offset}, bounds.end)),
      replay_from_(std::min(state.progress.snapshots_as_of, state.progress.next_offset)),
      reaches_back_(bounds.start <= bounds.first),
      start_(state.progress.epoch),
      snapshots_(state.progress.epoch) {
  for (const auto& snapshot : snapshots) {
    if (const auto loaded = snapshots_.load(snapshot.room, snapshot.state); !loaded) {
      unreadable_.push_back(snapshot.room);
      continue;
    }
    as_of_[snapshot.room] = {snapshot.as_of, snapshots_.room(snapshot.room)->seq};
  }
}

std::optional<model::Seq> LogPass::snapshot_seq(const model::RoomId& room) const {
  const auto found = as_of_.find(room);
  return found == as_of_.end() ? std::nullopt : std::optional(found->second.seq);
}

result<void> LogPass::run_blocking(Asker& asker, log::Log& log, Progress& progress, std::uint64_t done_before,
                                   OnEvent on_event) {
  LogScan scan(asker, log, log::Partition{progress_.partition}, from_, end_);
  for (;;) {
    const auto batch = scan.next_blocking();
    if (!batch) return batch.error();
    if (batch->empty()) return {};
    for (const auto& entry : *batch) take(entry, on_event);
    progress.reach(done_before + scan.position().value() - from_.value());
  }
}

void LogPass::take(const log::Entry& entry, OnEvent& on_event) {
  ++records_;
  const auto record = log::decode_record(entry.key, entry.value);
  const auto whole = start_.apply(record, entry.append_time);
  if (!record || whole.error == fold::errc::invalid_record) unstorable_.push_back(entry.offset.value());
  if (whole.event) on_event(Road::from_start, *whole.event);
  if (entry.offset < replay_from_) return;
  if (record) {
    const auto known = as_of_.find(record->room);
    if (known != as_of_.end() && entry.offset.value() < known->second.as_of) return;
  }
  const auto later = snapshots_.apply(record, entry.append_time);
  if (later.event) on_event(Road::from_snapshots, *later.event);
}

}  // namespace skat::maintenance
