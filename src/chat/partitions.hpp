// Partitions: all partitions of this node, and what their folds say of a room.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include <memory>
#include <vector>

#include "chat/errc.hpp"
#include "chat/partition.hpp"

namespace skat::chat {

class Partitions {
 public:
  Partitions(const Config& config, const Partition::Ports& ports, store::Directory& directory,
             std::uint64_t incarnation, PartitionOwner::Listener& listener);
  Partitions(const Partitions&) = delete;
  Partitions& operator=(const Partitions&) = delete;

  // All partitions have caught up, or the first one's error.
  void start(Done<void> ready);
  // Archives all that is folded, snapshots included. Never answers while the store is away.
  void flush(base::Function<void()> done);

  [[nodiscard]] log::Partition number_of(const model::RoomId& room) const;
  [[nodiscard]] const Partition& of(const model::RoomId& room) const;
  // Before start() has succeeded: as if there were no room.
  [[nodiscard]] std::optional<fold::RoomView> room(const model::RoomId& room) const;
  [[nodiscard]] bool may_read(const model::RoomId& room, const model::UserId& user) const;
  [[nodiscard]] model::Epoch epoch(const model::RoomId& room) const { return of(room).fold().epoch(); }
  // Success if the user may read the room. unknown_room: none, or none that he may see; not_a_member: an open room that
  // he has not joined.
  [[nodiscard]] result<void> check_read(const model::RoomId& room, const model::UserId& user) const;

  // Nothing more may be let into this room's partition now: the store lags too far, or the log cannot be read.
  [[nodiscard]] bool overfull(const model::RoomId& room) const;

  struct Counts {
    PartitionOwner::Counts owner;
    Archiver::Counts archiver;
    std::uint64_t rooms = 0;
  };
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] log::Log& log() const noexcept { return ports_.log; }

 private:
  void check_setting();
  void start_all();
  void on_started(const result<void>& outcome);
  void finish(result<void> outcome);
  void arm_trim();

  // set at construction
  const Config& config_;
  Partition::Ports ports_;
  store::Directory& directory_;
  std::vector<std::unique_ptr<Partition>> partitions_;

  Done<void> ready_;
  std::size_t loading_ = 0;
  bool started_ = false;
  Backoff backoff_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
