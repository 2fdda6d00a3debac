// Partition: one partition on this node, whole or the rooms that are wanted: its follower, owner and archiver, and how
// they come up from the store, or from this node's own copy of the fold while the store is away.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: refused unless the store's position lies inside the log that it was counted on. What came up from a copy
// archives nothing until the store has been found to go on from there.
#pragma once

#include <memory>
#include <optional>

#include "chat/archiver.hpp"
#include "chat/fold_keeper.hpp"
#include "chat/follower.hpp"
#include "chat/local_copies.hpp"
#include "chat/partition_owner.hpp"
#include "chat/types.hpp"
#include "chat/warmer.hpp"

namespace skat::chat {

class Partition final : public Follower::Listener {
 public:
  struct Ports {
    base::Executor& core;
    log::Log& log;
    store::Conversations& conversations;
    HotTail& hot_tail;
    LocalCopies* copies = nullptr;  // nullptr: this node keeps none
  };

  enum class Scope {
    whole,
    wanted,  // tail mode: rooms that somebody here has to do with; never owned
  };

  // `on_rooms`: rooms that were wanted have been taken in.
  Partition(const Config& config, const Ports& ports, log::Partition number, std::uint64_t incarnation, Scope scope,
            PartitionOwner::Listener& owner_listener, Archiver::OnArchived on_archived,
            base::Function<void()> on_rooms);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  // Loads the fold and catches up to the log's end as seen now. condition::corrupt: this log and this store do not
  // belong together, or the log has lost what the store lacks; tried again for as long as one of them is away. While
  // the store is away this node's own copy is as good, if it has one; then the scope is `whole`.
  void start(Done<void> ready);
  // What start() waits for, for people.
  [[nodiscard]] std::string waiting_for() const;
  // It came up from a copy that is not of this store: all that it says is void, and it has to be loaded anew.
  [[nodiscard]] bool misled() const noexcept { return misled_; }

  // Follows this room too. Limit: kMaxTakenIn rooms at a time, the others after them.
  void want(const model::RoomId& room);
  [[nodiscard]] Scope scope() const noexcept { return scope_; }

  // From here on: only once start() has succeeded.
  // The room's state is here, as far as the log went when it was wanted, or further.
  [[nodiscard]] bool has(const model::RoomId& room) const { return scope_ == Scope::whole || rooms_.contains(room); }
  [[nodiscard]] const fold::Fold& fold() const { return follower_->fold(); }
  [[nodiscard]] log::Offset position() const { return follower_->position(); }
  [[nodiscard]] bool failed() const { return follower_->failed(); }
  // The store is known to go on from what this fold began with: what lies neither in the hot tail nor in the store was
  // never accepted.
  [[nodiscard]] bool confirmed() const noexcept { return !unconfirmed_; }
  [[nodiscard]] const Archiver& archiver() const { return *archiver_; }
  void flush(base::Function<void()> done) { archiver_->flush(std::move(done)); }
  // Forgets what the store has committed and is older than `keep_newer_than`, but for the last record committed: the
  // log's start must not come to lie above the store's position.
  void trim(base::WallTime keep_newer_than);

  // This node owns the partition: it writes it into the store, and others rely on it; or no longer. May come before
  // start() has succeeded.
  void set_owned(bool owned);
  void on_stored(const store::StoredProgress& stored, log::Offset asked_at);

  [[nodiscard]] PartitionOwner::Counts owner_counts() const {
    return owner_ ? owner_->counts() : PartitionOwner::Counts{};
  }
  [[nodiscard]] Archiver::Counts archiver_counts() const {
    return archiver_ ? archiver_->counts() : Archiver::Counts{};
  }
  [[nodiscard]] std::size_t room_count() const { return follower_ ? follower_->fold().room_count() : 0; }

  static constexpr std::size_t kMaxTakenIn = 10'000;

 private:
  void on_folded(std::span<Folded> batch, log::Offset position) override;
  void take_in();
  void ask_for_rooms();
  void on_rooms_loaded(store::StoredFold stored);
  void ask_again_for_rooms(error_code error);
  void tell_of_rooms();
  void try_load();
  void retry(error_code error);
  void load_copy(error_code error);
  void on_copy(FoldFile copy, error_code error);
  void confirm();
  void on_confirmed(const store::StoredFold& stored, const log::Bounds& bounds);
  void on_loaded(store::StoredFold stored);
  result<void> check(const store::StoredFold& stored, const log::Bounds& bounds) const;
  result<fold::Fold> load(const store::StoredFold& stored) const;
  void assemble(store::StoredFold stored, fold::Fold fold, const log::Bounds& bounds);
  void finish(result<void> outcome);
  void go_on();
  void warm();

  // set at construction
  const Config& config_;
  Ports ports_;
  log::Partition number_;
  std::uint64_t incarnation_;
  Scope scope_;
  PartitionOwner::Listener& owner_listener_;
  Archiver::OnArchived on_archived_;
  base::Function<void()> on_rooms_;

  Done<void> ready_;
  log::Offset target_;  // ready when the fold has reached it
  bool owned_ = false;
  bool copy_tried_ = false, unconfirmed_ = false, misled_ = false;
  error_code why_not_loaded_;
  Follower::Rooms rooms_;              // taken in
  Follower::Rooms wanted_;             // not yet asked for
  std::vector<model::RoomId> taking_;  // being taken in, until the fold has reached taken_at_
  log::Offset taken_at_;
  bool asking_ = false;
  std::unique_ptr<Archiver> archiver_;
  std::unique_ptr<PartitionOwner> owner_;
  std::unique_ptr<Follower> follower_;
  std::unique_ptr<Warmer> warmer_;
  std::unique_ptr<FoldKeeper> keeper_;
  Backoff backoff_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
