// Archiver: brings one partition's outputs into the store, and with them how far it has come. In a cluster one node
// writes; the archivers of the others keep the same outputs until they hear that the store has them.
// Lives on: the core executor. One transaction is under way at a time.
// Ends by: destruction; stops for good on what must not happen (stopped()), and says so in the log.
// Rule: nothing is skipped. A batch that failed is tried again with the same outputs, for ever. The outputs are a
// function of the log, so whoever wrote them wrote the same.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/executor.hpp"
#include "chat/backoff.hpp"
#include "chat/config.hpp"
#include "chat/hot_event.hpp"
#include "chat/lifetime.hpp"
#include "chat/snapshot_taker.hpp"
#include "store/store.hpp"

namespace skat::chat {

class Archiver {
 public:
  struct Item {
    log::Offset offset;
    std::optional<model::RoomId> room;  // whose fold the record may have changed
    HotEventPtr event;                  // nullptr: not accepted
    std::optional<store::DeadLetter> dead_letter;
  };
  // Events that the store has committed, in offset order.
  using OnArchived = base::Function<void(std::span<const HotEventPtr>)>;

  // The store stands at `next_offset`, its snapshots at `snapshots_as_of`, in this epoch.
  Archiver(const Config& config, base::Executor& core, store::Conversations& conversations, std::uint32_t partition,
           model::Epoch epoch, log::Offset next_offset, log::Offset snapshots_as_of, SnapshotTaker::Source snapshot,
           OnArchived on_archived);
  Archiver(const Archiver&) = delete;
  Archiver& operator=(const Archiver&) = delete;

  // Every folded record, in offset order (but for rooms taken in later, while somebody else writes); those that the
  // store has already only count for the snapshots.
  void push(Item item);
  // The fold stands at `position`; all below it that has to be archived was pushed.
  void advance(log::Offset position) { position_ = position; }
  // Writes from now on, or no longer: what is under way is finished, the rest is kept for on_stored(). Two that write
  // at a time are harmless: the store's position lets one commit. At first it does not write.
  void set_writing(bool writing);
  [[nodiscard]] bool writing() const noexcept { return writing_; }
  // Where the store stands, whoever brought it there; asked when next_offset() was `asked_at`.
  void on_stored(const store::StoredProgress& stored, log::Offset asked_at);
  // Archives all that was pushed, and snapshots; `done` when that is committed. Never, while the store is away. At
  // once, if somebody else writes.
  void flush(base::Function<void()> done);

  // Everything below it, or below both, is committed.
  [[nodiscard]] log::Offset next_offset() const noexcept { return next_offset_; }
  [[nodiscard]] log::Offset snapshots_as_of() const noexcept { return snapshots_as_of_; }
  // Records that wait; bounded by Config::max_unarchived_events, above which nothing more is let into the log.
  [[nodiscard]] std::size_t waiting() const noexcept { return items_.size(); }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

  struct Counts {
    std::uint64_t events = 0, commits = 0;
    std::uint64_t lag = 0;  // events that wait
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  struct Flight {
    std::size_t items = 0;  // the first ones of items_
    log::Offset end;
    std::optional<SnapshotTaker::Taken> snapshots;
    std::uint32_t attempts = 0;
  };

  void schedule();
  [[nodiscard]] bool worth_a_transaction() const;
  void wait_for_more();
  void depart();
  void wait(base::Duration time, base::Function<void()> then);
  void arm_snapshots();
  void take_snapshots();
  void take_off();
  void attempt();
  [[nodiscard]] store::ArchiveBatch batch() const;
  void on_result(const result<void>& outcome);
  void retry(error_code error);
  void ask_store();
  void land();
  void release(log::Offset next_offset);
  void end_flushes();
  void stop(error_code error);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  store::Conversations& conversations_;
  std::uint32_t partition_;
  model::Epoch epoch_;
  OnArchived on_archived_;

  std::deque<Item> items_;
  log::Offset next_offset_, snapshots_as_of_;
  log::Offset position_;  // of the fold, between turns
  SnapshotTaker taker_;
  std::optional<SnapshotTaker::Taken> snapshots_;  // taken, waiting for the batch that ends where they were
  std::optional<Flight> flight_;
  std::vector<base::Function<void()>> flushes_;
  Backoff backoff_;
  bool writing_ = false;
  bool due_ = false, snapshots_armed_ = false, stopped_ = false;
  enum class Wait { none, brief, patient } wait_ = Wait::none;  // for more to come
  std::uint64_t departures_ = 0;  // a wait that began before the newest one has nothing to say
  Counts counts_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
