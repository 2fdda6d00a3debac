// Warmer: brings the newest events of the rooms that were active last from the store into the hot tail, when this node
// has begun to answer for a partition: recent history stays readable when the store goes away after that.
// Lives on: the core executor, in a Partition.
// Ends by: destruction.
// Rule: one read at a time; while the store is away the same read is tried again every kRetryAfter.
#pragma once

#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/config.hpp"
#include "chat/hot_tail.hpp"
#include "chat/lifetime.hpp"
#include "fold/fold.hpp"
#include "store/store.hpp"

namespace skat::chat {

class Warmer {
 public:
  using RoomOf = base::Function<std::optional<fold::RoomView>(const model::RoomId&)>;

  Warmer(const Config& config, base::Executor& core, store::Conversations& conversations, HotTail& hot_tail,
         model::Epoch epoch, RoomOf room_of)
      : config_(config),
        core_(core),
        conversations_(conversations),
        hot_tail_(hot_tail),
        epoch_(epoch),
        room_of_(std::move(room_of)) {}
  ~Warmer() { core_.cancel(retry_); }
  Warmer(const Warmer&) = delete;
  Warmer& operator=(const Warmer&) = delete;

  // A room that may be worth it. Limit: config.warm_rooms, those with the newest events.
  void add(const model::RoomId& room);
  void start() { next(); }

  static constexpr std::chrono::seconds kRetryAfter{5};

 private:
  struct Candidate {
    base::WallTime newest;
    model::RoomId room;
  };

  void next();
  void on_failed(const Candidate& candidate, error_code error);
  void on_page(const model::RoomId& room, model::Seq up_to, const store::Page& page);

  const Config& config_;
  base::Executor& core_;
  store::Conversations& conversations_;
  HotTail& hot_tail_;
  model::Epoch epoch_;  // of the partition: stored events are shown under it
  RoomOf room_of_;
  std::vector<Candidate> candidates_;  // a heap, the oldest on top
  base::Executor::TimerId retry_ = base::Executor::TimerId::none;
  Lifetime lifetime_;
};

}  // namespace skat::chat
