#include "chat/partition_link.hpp"

#include <algorithm>

namespace skat::chat {

void PartitionLink::on_bus_down() {
  last_.reset();
  behind_.reset();
  distrust();
}

PartitionLink::Heard PartitionLink::on_beat(Incarnation node, std::uint64_t number, const Beat::Held& held,
                                            base::SteadyTime now) {
  const bool silent = !last_ || now - last_->at > kSilence;
  const bool other = last_ && last_->node != node;
  if (other && !silent && held.position < last_->held.position) return Heard::in_order;
  const bool missed = !last_ || other || silent || number != last_->number + 1;
  if (missed) good_beats_ = 0;
  if (other || silent) trusted_ = false;
  last_ = Last{node, number, held, now};
  rooms_ = held.rooms;
  if (behind_ && held.position >= behind_->end) behind_.reset();

  // This node's own fold may be a moment ahead of any beat that has just come, so it is compared with where it stood
  // when the one before came.
  const bool passes = !own_fold_ || held.position >= own_fold_before_;
  own_fold_before_ = own_fold_.value_or(log::Offset{});
  good_beats_ = passes ? good_beats_ + 1 : 0;
  if (good_beats_ >= kBeatsToReturn) trusted_ = true;
  return missed ? Heard::missed : Heard::in_order;
}

void PartitionLink::on_end(log::Offset end, base::SteadyTime now) {
  if (behind_) {
    // What it had to reach by then counts; a newer end is looked at when that was reached.
    return;
  }
  if (!last_ || last_->held.position < end) behind_ = Behind{end, now};
}

std::optional<Incarnation> PartitionLink::owner(base::SteadyTime now) const {
  if (!trusted_ || !last_ || now - last_->at > kSilence) return std::nullopt;
  if (behind_ && now - behind_->since > kSilence) return std::nullopt;
  return last_->node;
}

}  // namespace skat::chat
