// Partitions: all partitions of the log on this node: which it owns, which it follows, and who else can be relied on.
// An owned one was given to this node by the log's group: it folds the partition, writes it into the store, and tells
// others. One that is relied on has an owner whose heartbeats pass what is known to exist: this node asks and hears it,
// and folds nothing. Where neither holds, the partition is in tail mode: this node follows the rooms that somebody here
// has to do with (all, of a small partition) straight from the log, until an owner has caught up with it. Without a bus
// that joins the nodes every node follows every partition. Lives on: the core executor. Ends by: leave(), then
// destruction.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "chat/errc.hpp"
#include "chat/fold_copier.hpp"
#include "chat/partition.hpp"
#include "chat/partition_link.hpp"
#include "chat/settings.hpp"
#include "log/membership.hpp"

namespace skat::chat {

class Partitions final : private log::Membership::Listener {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    // This node's own fold of the partition has caught up and answers from now on, for more rooms than before: for all,
    // or, in tail mode, for those that were wanted.
    virtual void on_here(log::Partition partition) = 0;
    // Messages of the partition's owner may have been missed, or it is another one now, or none.
    virtual void on_missed(log::Partition partition) = 0;
    // This node no longer follows it: what it knew of its rooms may grow old.
    virtual void on_gone(log::Partition partition) = 0;
  };

  Partitions(const Config& config, const Partition::Ports& ports, Settings& settings, Incarnation incarnation,
             PartitionOwner::Listener& listener, Watcher& watcher);
  Partitions(const Partitions&) = delete;
  Partitions& operator=(const Partitions&) = delete;

  // Every partition can be answered for, here or by its owner, but for those that are refused: they are tried again
  // with a backoff. The error of a refused one, where all are, or where there is no other node to go on.
  void start(Done<void> ready);
  // What start() waits for, for people; empty once it has ended.
  [[nodiscard]] std::string waiting_for() const;
  // Archives all that is folded, snapshots included. Never answers while the store is away.
  void flush(base::Function<void()> done);
  // Gives up what this node holds, so that other nodes go on with it at once.
  void leave(base::Function<void()> left);

  void on_beat(const Beat& beat);
  void on_bus_down();
  // What this node owns and answers for.
  [[nodiscard]] std::vector<Beat::Held> held() const;

  [[nodiscard]] log::Partition number_of(const model::RoomId& room) const;
  // Who answers for the room now: this node (here()), the node returned, or nobody (nullopt, and not here).
  [[nodiscard]] bool here(const model::RoomId& room) const { return here(slot_of(room), room); }
  [[nodiscard]] std::optional<Incarnation> owner_of(const model::RoomId& room) const;
  [[nodiscard]] std::vector<Incarnation> owners() const;  // of all partitions that this node relies on others for
  // This node owns it and follows it, or relies on its owner.
  [[nodiscard]] bool reliable(log::Partition partition) const;
  // All events of its rooms come on its channel, or from this node's own fold as owner.
  [[nodiscard]] bool on_channel(log::Partition partition) const;
  // `done(true)` as soon as this node has the room in a fold of its own, for which it begins to follow it;
  // `done(false)` after `patience`. Limit: kMaxWaiting callers for each partition; one more is told false.
  void when_here(const model::RoomId& room, base::Duration patience, base::Function<void(bool)> done);
  // This node has to do with the room: it is followed in tail mode too.
  void want(const model::RoomId& room);
  // The owner owed something that did not come.
  void distrust(const model::RoomId& room);
  // The log holds a record of the room at `offset`.
  void on_appended(const model::RoomId& room, log::Offset offset);

  [[nodiscard]] bool owned(const model::RoomId& room) const { return slot_of(room).owned; }
  // Everything of the room's partition below it was folded, here or by its owner.
  [[nodiscard]] log::Offset position(const model::RoomId& room) const;
  // Nothing more may be let into this room's partition now: the store lags too far, or the log cannot be read.
  [[nodiscard]] bool overfull(const model::RoomId& room) const;

  // What lies neither in the hot tail nor in the store was never accepted, as far as this node's own fold goes.
  [[nodiscard]] bool confirmed(const model::RoomId& room) const;

  // The fold of this node; only while here(), otherwise as if there were no room.
  [[nodiscard]] std::optional<fold::RoomView> room(const model::RoomId& room) const;
  [[nodiscard]] bool may_read(const model::RoomId& room, const model::UserId& user) const;
  [[nodiscard]] model::Epoch epoch(const model::RoomId& room) const;
  // Everything below it is in this node's own fold; nullopt: it has none.
  [[nodiscard]] std::optional<log::Offset> own_position(const model::RoomId& room) const;

  struct Counts {
    PartitionOwner::Counts owner;
    Archiver::Counts archiver;
    std::uint64_t rooms = 0;
    std::uint64_t owned = 0, relied_on = 0, tail = 0;  // partitions
  };
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] log::Log& log() const noexcept { return ports_.log; }

  static constexpr std::size_t kMaxWaiting = 65'536;

 private:
  enum class Fold { none, loading, ready, failed };
  struct Waiting {
    model::RoomId room;
    base::SteadyTime until;
    base::Function<void(bool)> done;
  };
  struct Slot {
    std::unique_ptr<Partition> partition;  // nullptr: not followed
    Fold fold = Fold::none;
    bool owned = false;
    PartitionLink link;
    bool relied_on = false;                          // its owner, at the last tick
    std::optional<base::SteadyTime> unneeded_since;  // followed though its owner can be relied on
    base::SteadyTime not_before;                     // after a failure
    std::optional<Backoff> failures;                 // set: refused since it was last followed
    bool ending = false;                             // its log is lost; what was folded goes into the store first
    std::vector<Waiting> waiting;
  };

  void check_setting();
  void begin();
  void start_copying();
  void tick();
  void tick(log::Partition number, Slot& slot);
  void follow(log::Partition number);
  void unfollow(log::Partition number);
  void on_followed(log::Partition number, const result<void>& outcome);
  void drop(log::Partition number);
  void end(log::Partition number, Slot& slot);
  void on_rooms(log::Partition number);
  void tell_waiting(Slot& slot);
  void give_up_waiting(Slot& slot);
  [[nodiscard]] static bool has(const Slot& slot, const model::RoomId& room) {
    return slot.fold == Fold::ready && slot.partition->has(room);
  }
  void check_ready();
  void finish(result<void> outcome);
  void arm_trim();
  void arm_progress();
  void ask_progress();
  void arm_ends();
  [[nodiscard]] bool here(const Slot& slot, const model::RoomId& room) const;
  [[nodiscard]] const Slot& slot_of(const model::RoomId& room) const { return slots_[number_of(room).value()]; }
  [[nodiscard]] Slot& slot_of(const model::RoomId& room) { return slots_[number_of(room).value()]; }

  // log::Membership::Listener
  void on_gained(std::span<const log::Partition> partitions) override;
  void on_lost(std::span<const log::Partition> partitions) override;

  // set at construction
  const Config& config_;
  Partition::Ports ports_;
  Settings& settings_;
  Incarnation incarnation_;
  PartitionOwner::Listener& listener_;
  Watcher& watcher_;
  std::vector<Slot> slots_;

  Done<void> ready_;
  base::SteadyTime began_;
  bool started_ = false;
  Backoff backoff_;
  std::unique_ptr<log::Membership> group_;
  std::unique_ptr<FoldCopier> copier_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
