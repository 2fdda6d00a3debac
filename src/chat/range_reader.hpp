// RangeReader: a run of a room's events by number: from the owner's hot tail, else from the store.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include "chat/hot_tail.hpp"
#include "chat/lifetime.hpp"
#include "chat/types.hpp"
#include "store/store.hpp"

namespace skat::chat {

class RangeReader {
 public:
  using Events = std::vector<FeedEventPtr>;

  RangeReader(const HotTail& hot_tail, store::Conversations& conversations)
      : hot_tail_(hot_tail), conversations_(conversations) {}

  // All of after < seq ≤ up_to without waiting; nullopt unless the hot tail holds them all.
  [[nodiscard]] std::optional<Events> now(const model::RoomId& room, model::Seq after, model::Seq up_to) const {
    return hot_tail_.range(room, after, up_to);
  }
  // From the store: a run from after + 1 on, at least one and at most model::kMaxResumeEvents events. unavailable: the
  // store is away, or does not have the next one. `epoch`: the room's.
  void from_store(const model::RoomId& room, model::Epoch epoch, model::Seq after, model::Seq up_to, Done<Events> done);

 private:
  const HotTail& hot_tail_;
  store::Conversations& conversations_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
