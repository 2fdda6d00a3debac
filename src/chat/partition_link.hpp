// PartitionLink: whether another node can be relied on for one partition, judged by its heartbeats. Sans-I/O.
// Lives on: the core executor, in Partitions, one per partition.
// Ends by: with it.
// Rule: a heartbeat is life only if its fold passes what is known to exist in the log; of two nodes that claim the
// partition the one whose fold is ahead is believed.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "chat/peer_message.hpp"

namespace skat::chat {

class PartitionLink {
 public:
  // Without a beat, or without its fold passing a known end, for this long: the owner is not relied on.
  static constexpr base::Duration kSilence = std::chrono::seconds(1);
  static constexpr std::uint32_t kBeatsToReturn = 3;  // in a row, past this node's own fold

  // What a beat says beyond its fold: that messages of its node may have been missed.
  enum class Heard : bool { in_order, missed };

  // Lost: nobody is relied on until beats come again.
  void on_bus_down();
  Heard on_beat(Incarnation node, std::uint64_t number, const Beat::Held& held, base::SteadyTime now);
  // The log reaches at least to there.
  void on_end(log::Offset end, base::SteadyTime now);
  // This node's own fold stands there; noted between beats.
  void on_own_fold(log::Offset position) { own_fold_ = position; }
  void no_own_fold() { own_fold_.reset(); }
  // An answer or an outcome that the owner owed did not come.
  void distrust() { trusted_ = false, good_beats_ = 0; }

  // Whom to ask; nullopt: nobody can be relied on now.
  [[nodiscard]] std::optional<Incarnation> owner(base::SteadyTime now) const;
  // Of the last beat believed.
  [[nodiscard]] log::Offset position() const { return last_ ? last_->held.position : log::Offset{}; }
  // How many rooms the partition has; nullopt: no owner was ever heard.
  [[nodiscard]] std::optional<std::uint32_t> rooms() const { return rooms_; }
  [[nodiscard]] bool full() const { return last_ && last_->held.full; }
  [[nodiscard]] bool channel() const { return last_ && last_->held.channel; }
  [[nodiscard]] model::Epoch epoch() const { return last_ ? last_->held.epoch : model::Epoch{}; }

 private:
  struct Last {
    Incarnation node;
    std::uint64_t number;
    Beat::Held held;
    base::SteadyTime at;
  };
  struct Behind {
    log::Offset end;
    base::SteadyTime since;
  };

  std::optional<Last> last_;
  std::optional<std::uint32_t> rooms_;
  std::optional<Behind> behind_;  // the log goes further than the owner's fold
  std::optional<log::Offset> own_fold_;
  log::Offset own_fold_before_;  // at the beat before
  std::uint32_t good_beats_ = 0;
  bool trusted_ = false;
};

}  // namespace skat::chat
