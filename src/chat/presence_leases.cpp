#include "chat/presence_leases.hpp"

namespace skat::chat {

PresenceLeases::Renewal PresenceLeases::renew(Incarnation node, std::uint64_t number, base::SteadyTime now) {
  if (!heard(node, now)) return Renewal::full;
  Node& known = nodes_[node];
  const bool continues = number == known.number + 1;
  known = {now, number};
  return continues ? Renewal::continues : Renewal::missed;
}

// Only a lease makes it longer.
bool PresenceLeases::heard(Incarnation node, base::SteadyTime now) {
  if (nodes_.contains(node)) return true;
  if (nodes_.size() >= kMaxNodes) return false;
  nodes_.emplace(node, Node{now, 0});
  return true;
}

std::vector<Incarnation> PresenceLeases::expire(base::SteadyTime now) {
  std::vector<Incarnation> dead;
  std::erase_if(nodes_, [&](const auto& entry) {
    if (now - entry.second.renewed < kLease) return false;
    dead.push_back(entry.first);
    return true;
  });
  return dead;
}

}  // namespace skat::chat
