// PresenceLeases: which nodes live, by their own word: each renews its lease every kRenewEvery, and is dead when it has
// not for kLease.
// Lives on: the core executor.
#pragma once

#include <chrono>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "chat/peer_message.hpp"

namespace skat::chat {

class PresenceLeases {
 public:
  // continues: nothing is missing since its last lease. missed: something may be. full: there are kMaxNodes already.
  enum class Renewal { continues, missed, full };

  [[nodiscard]] Renewal renew(Incarnation node, std::uint64_t number, base::SteadyTime now);
  // Something else came from the node. False: full.
  [[nodiscard]] bool heard(Incarnation node, base::SteadyTime now);
  void forget(Incarnation node) { nodes_.erase(node); }
  // Forgets the dead and names them.
  [[nodiscard]] std::vector<Incarnation> expire(base::SteadyTime now);

  static constexpr std::chrono::seconds kRenewEvery{5}, kLease{15};
  static constexpr std::size_t kMaxNodes = 256;  // what others say is passed over

 private:
  struct Node {
    base::SteadyTime renewed;
    std::uint64_t number = 0;  // 0: no lease was heard yet
  };
  std::unordered_map<Incarnation, Node> nodes_;
};

}  // namespace skat::chat
