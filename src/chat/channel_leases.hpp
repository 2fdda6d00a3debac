// ChannelLeases: which partitions' channels are listened to, and by whom, as their heartbeats say. Sans-I/O.
// Lives on: the core executor, in RoomPublisher.
// Ends by: with it.
// Rule: a node that falls silent is believed to listen for kLease more; one that says so no longer is not.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "chat/peer_message.hpp"

namespace skat::chat {

class ChannelLeases {
 public:
  static constexpr base::Duration kLease = std::chrono::seconds(15);

  // A heartbeat of the node: it listens to these partitions' channels, and to no others.
  void renew(Incarnation node, const std::vector<std::uint32_t>& partitions, base::SteadyTime now);
  // Somebody listens; somebody else than `but`.
  [[nodiscard]] bool alive(log::Partition partition, base::SteadyTime now, std::optional<Incarnation> but = {}) const;

 private:
  std::map<std::pair<std::uint32_t, Incarnation>, base::SteadyTime> until_;
  std::unordered_map<Incarnation, std::vector<std::uint32_t>> of_node_;  // those with any
};

}  // namespace skat::chat
