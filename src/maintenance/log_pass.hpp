// LogPass: one partition of the log folded twice, up to where the store has archived it: from the log's beginning, and
// from the stored snapshots as a node does. Where the log still has all of a room the first fold is the judge, else the
// second; where both know a room they must end in the same state.
// Lives on: the thread of a command.
// Ends by: destruction.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/function.hpp"
#include "fold/fold.hpp"
#include "log/log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/progress.hpp"
#include "store/maintenance.hpp"

namespace skat::maintenance {

class LogPass {
 public:
  enum class Road : std::uint8_t { from_start, from_snapshots };
  using OnEvent = base::Function<void(Road road, const model::Event& event)>;

  // `snapshots`: those of this partition.
  LogPass(const store::PartitionState& state, const std::vector<store::RoomSnapshot>& snapshots,
          const log::Bounds& bounds);

  // A snapshot that cannot be read is left out; its room's name comes back.
  [[nodiscard]] const std::vector<model::RoomId>& unreadable() const noexcept { return unreadable_; }
  // The room's newest number in its snapshot; nothing: it has none.
  [[nodiscard]] std::optional<model::Seq> snapshot_seq(const model::RoomId& room) const;

  // `done_before`: units of `progress` that were done already.
  [[nodiscard]] result<void> run_blocking(Asker& asker, log::Log& log, Progress& progress, std::uint64_t done_before,
                                          OnEvent on_event);

  // After it ran.
  [[nodiscard]] const fold::Fold& fold(Road road) const { return road == Road::from_start ? start_ : snapshots_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  // Offsets of the records that are no records, or not storable, as the fold from the start says.
  [[nodiscard]] const std::vector<std::uint64_t>& unstorable() const noexcept { return unstorable_; }
  // The log still has the partition's first record.
  [[nodiscard]] bool reaches_back() const noexcept { return reaches_back_; }

 private:
  void take(const log::Entry& entry, OnEvent& on_event);

  const store::StoredProgress progress_;
  const log::Offset from_, end_, replay_from_;
  const bool reaches_back_;
  fold::Fold start_, snapshots_;
  struct Snapshot {
    std::uint64_t as_of = 0;
    model::Seq seq;
  };
  std::unordered_map<model::RoomId, Snapshot, model::Id128Hash> as_of_;
  std::vector<model::RoomId> unreadable_;
  std::vector<std::uint64_t> unstorable_;
  std::uint64_t records_ = 0;
};

}  // namespace skat::maintenance
