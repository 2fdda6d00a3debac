// Follower: reads one partition of the log in order and folds it, all rooms or some. Owner, archiver and rebuild listen
// to the same one.
// Lives on: the core executor.
// Ends by: destruction, or for good when the log lost what comes next (failed()).
// Rule: a listener gets each record once, each room's in offset order, with the fold's state after the whole batch.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.hpp"
#include "chat/backoff.hpp"
#include "chat/lifetime.hpp"
#include "fold/fold.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace skat::chat {

struct Folded {
  log::Entry entry;
  result<model::Record> record;
  fold::Outcome outcome;
};

class Follower {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // May be empty, when every record of the batch was in a snapshot already. Everything below `position` is folded.
    virtual void on_folded(std::span<Folded> batch, log::Offset position) = 0;
  };
  // A room's records below its offset are in the fold already.
  using AsOf = std::unordered_map<model::RoomId, std::uint64_t, model::Id128Hash>;

  using Rooms = std::unordered_set<model::RoomId, model::Id128Hash>;

  // `fold` holds what the snapshots say; `from` is the first offset to read. `only`: the rooms to follow; the records
  // of others are passed over by their keys. Without it, all.
  Follower(base::Executor& core, log::Log& log, log::Partition partition, fold::Fold fold, AsOf as_of, log::Offset from,
           Listener& listener, std::optional<Rooms> only = std::nullopt);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void start();
  // Follows these rooms too, where only some are followed: what their snapshots lack is read, for which the position
  // goes back. `state` empty: the room has no snapshot. Not from inside on_folded(). condition::corrupt: a snapshot
  // cannot be read; nothing has changed.
  [[nodiscard]] result<void> take_in(std::span<const store::RoomSnapshot> rooms);
  // Reads no further than what it has asked for, until resume().
  void pause() { paused_ = true; }
  void resume();

  [[nodiscard]] const fold::Fold& fold() const noexcept { return fold_; }
  // Everything below it is folded.
  [[nodiscard]] log::Offset position() const noexcept { return position_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  void pull();
  void on_batch(result<log::LogReader::Batch> batch);
  void on_error(error_code error);
  bool passed_over(const log::Entry& entry) const;

  // set at construction
  base::Executor& core_;
  log::Log& log_;
  log::Partition partition_;
  Listener& listener_;

  std::optional<Rooms> only_;
  fold::Fold fold_;
  AsOf as_of_;  // emptied once the position has passed all of them
  log::Offset position_, as_of_end_;
  std::unique_ptr<log::LogReader> reader_;
  Backoff backoff_;
  bool paused_ = false, failed_ = false;
  bool asked_ = false;    // a next() is outstanding
  bool calling_ = false;  // inside reader_->next()
  Lifetime lifetime_;
};

}  // namespace skat::chat
