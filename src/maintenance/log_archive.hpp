// LogArchive: brings what one partition of the log makes into the store, in large transactions, from where the store
// stands to an offset. What it writes is what a node's archiver writes, so a node, or another run, may go on anywhere.
// Lives on: the thread of a command.
// Ends by: destruction.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fold/fold.hpp"
#include "log/log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/progress.hpp"
#include "store/store.hpp"

namespace skat::maintenance {

class LogArchive {
 public:
  static constexpr std::size_t kBatchEvents = 10'000;               // Limit: of one transaction
  static constexpr std::size_t kBatchBytes = 16u * 1024 * 1024;     // Limit: of their bodies
  static constexpr std::size_t kSnapshotBytes = 16u * 1024 * 1024;  // Limit: of the snapshots of one transaction

  // `stored` as the store has it; its snapshots are loaded. condition::corrupt: one of them cannot be read.
  [[nodiscard]] static result<LogArchive> load(std::uint32_t partition, store::StoredFold stored);

  // Up to `end`, which lies right behind a record. `done_before`: units of `progress` that were done already.
  [[nodiscard]] result<void> run_blocking(Asker& asker, log::Log& log, store::Conversations& store, log::Offset end,
                                          Progress& progress, std::uint64_t done_before);
  // Snapshots of every room that has changed since they were loaded, as of where run_blocking() came to.
  [[nodiscard]] result<void> write_snapshots_blocking(Asker& asker, store::Conversations& store);

  [[nodiscard]] std::uint64_t next_offset() const noexcept { return next_offset_; }
  // Where the fold stands: the next run begins there.
  [[nodiscard]] std::uint64_t position() const noexcept { return replay_from_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  LogArchive(std::uint32_t partition, const store::StoredFold& stored);
  void take(log::Entry& entry);
  [[nodiscard]] result<void> write_blocking(Asker& asker, store::Conversations& store);

  std::uint32_t partition_;
  fold::Fold fold_;
  std::unordered_map<model::RoomId, std::uint64_t, model::Id128Hash> as_of_;
  std::unordered_set<model::RoomId, model::Id128Hash> changed_;
  std::uint64_t replay_from_, next_offset_;
  store::ArchiveBatch batch_;  // what was folded and is not stored yet
  std::size_t batch_bytes_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace skat::maintenance
