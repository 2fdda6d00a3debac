#include "chat/channel_leases.hpp"

namespace skat::chat {

void ChannelLeases::renew(Incarnation node, const std::vector<std::uint32_t>& partitions, base::SteadyTime now) {
  const auto before = of_node_.find(node);
  if (before != of_node_.end() && before->second != partitions) {
    for (const std::uint32_t partition : before->second) until_.erase({partition, node});
    of_node_.erase(before);
  }
  if (partitions.empty()) return;
  for (const std::uint32_t partition : partitions) until_[{partition, node}] = now + kLease;
  of_node_.try_emplace(node, partitions);
  // Nodes that have gone without a word.
  std::erase_if(of_node_, [&](const auto& entry) {
    if (until_.at({entry.second.front(), entry.first}) > now) return false;
    for (const std::uint32_t partition : entry.second) until_.erase({partition, entry.first});
    return true;
  });
}

bool ChannelLeases::alive(log::Partition partition, base::SteadyTime now, std::optional<Incarnation> but) const {
  for (auto lease = until_.lower_bound({partition.value(), 0}); lease != until_.end(); ++lease) {
    if (lease->first.first != partition.value()) return false;
    if (lease->second > now && lease->first.second != but) return true;
  }
  return false;
}

}  // namespace skat::chat
