// FoldKeeper: writes this node's fold of one partition into its local copies, every now and then.
// Lives on: the core executor, in a Partition that follows all rooms.
// Ends by: destruction; a copy that is not handed over by then is dropped.
// Rule: a copy is written once the store has archived all that it knows, snapshots included (fold_file.hpp).
#pragma once

#include <optional>
#include <vector>

#include "chat/archiver.hpp"
#include "chat/config.hpp"
#include "chat/follower.hpp"
#include "chat/local_copies.hpp"

namespace skat::chat {

class FoldKeeper {
 public:
  FoldKeeper(const Config& config, base::Executor& core, LocalCopies& copies, const Follower& follower,
             const Archiver& archiver, std::string log_id, std::uint32_t partition);
  FoldKeeper(const FoldKeeper&) = delete;
  FoldKeeper& operator=(const FoldKeeper&) = delete;

  // The first copy soon, the others each interval; less often where a copy takes long (kBusyShare).
  void start();

  // Limits: what one turn of the core takes, and how long a copy waits for the store before it is dropped.
  static constexpr std::size_t kRoomsPerTurn = 500;
  static constexpr std::size_t kBytesPerTurn = 1u * 1024 * 1024;
  static constexpr std::chrono::seconds kPatience{120};
  static constexpr int kBusyShare = 20;  // copying may take a twentieth of the time

 private:
  void arm(base::Duration wait);
  void begin();
  void take();
  void write_when_stored();
  void write();
  void rest();

  // set at construction
  const Config& config_;
  base::Executor& core_;
  LocalCopies& copies_;
  const Follower& follower_;
  const Archiver& archiver_;
  const std::string log_id_;
  const std::uint32_t partition_;

  std::vector<model::RoomId> left_;  // to be taken, in descending order
  FoldFile copy_;
  log::Offset newest_;               // what the copy knows ends there
  std::optional<log::Offset> kept_;  // where the last one ended that was written
  base::SteadyTime began_, taken_at_;
  base::Duration busy_{0};
  Lifetime lifetime_;
};

}  // namespace skat::chat
