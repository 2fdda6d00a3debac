#include "relay/node_table.hpp"

#include <utility>

#include "base/random.hpp"

namespace skat::relay {

NodeTable::NodeTable(const Config& config, Incarnation self, std::uint64_t claimed) : config_(config), self_(self) {
  pick_tag(claimed);
}

// Limit: max_nodes, far below 65,535, so that a free tag is found in a few tries.
void NodeTable::pick_tag(std::uint64_t claimed) {
  do {
    own_.tag = static_cast<engineio::NodeTag>(base::random_u64() & 0xFFFF);
  } while (own_.tag == engineio::NodeTag::none || by_tag_.contains(own_.tag));
  own_.claimed = claimed;
}

NodeTable::Heard NodeTable::heard(Incarnation from, const Announcement& announcement, base::SteadyTime now,
                                  std::uint64_t wall_ms) {
  if (from == self_) return Heard::ignored;
  auto at = nodes_.find(from);
  const bool arrived = at == nodes_.end();
  if (arrived) {
    if (nodes_.size() >= config_.max_nodes) return Heard::ignored;
    at = nodes_.emplace(from, Node{}).first;
  }
  at->second.last = now;
  if (announcement.tag == own_.tag) {
    if (std::pair(own_.claimed, self_) < std::pair(announcement.claimed, from)) {
      set_tag(from, at->second, engineio::NodeTag::none);
      return Heard::contested;
    }
    set_tag(from, at->second, announcement.tag);
    pick_tag(wall_ms);
    return Heard::yielded;
  }
  set_tag(from, at->second, announcement.tag);
  return arrived ? Heard::arrived : Heard::known;
}

// Two others may say the same tag for a moment: the newest word stands, and one of them is about to take another.
void NodeTable::set_tag(Incarnation node, Node& entry, engineio::NodeTag tag) {
  if (const auto old = by_tag_.find(entry.tag); old != by_tag_.end() && old->second == node && entry.tag != tag) {
    by_tag_.erase(old);
  }
  entry.tag = tag;
  if (tag != engineio::NodeTag::none) by_tag_[tag] = node;
}

bool NodeTable::left(Incarnation node) {
  const auto at = nodes_.find(node);
  if (at == nodes_.end()) return false;
  set_tag(node, at->second, engineio::NodeTag::none);
  nodes_.erase(at);
  return true;
}

std::vector<Incarnation> NodeTable::expire(base::SteadyTime now) {
  std::vector<Incarnation> gone;
  for (const auto& [node, entry] : nodes_) {
    if (now - entry.last >= config_.lease) gone.push_back(node);
  }
  for (const Incarnation node : gone) left(node);
  return gone;
}

void NodeTable::renew_all(base::SteadyTime now) {
  for (auto& [node, entry] : nodes_) entry.last = now;
}

std::optional<Incarnation> NodeTable::find(engineio::NodeTag tag) const {
  const auto at = by_tag_.find(tag);
  if (at == by_tag_.end()) return std::nullopt;
  return at->second;
}

}  // namespace skat::relay
