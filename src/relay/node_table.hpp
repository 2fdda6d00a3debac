// NodeTable: which nodes live, which tag each has, and whether this node may keep its own. Sans-I/O.
// Lives on: the core executor.
// Ends by: destruction.
//
// A tag has 16 bits and is picked at random, so two nodes can have the same one. Each announces its tag with the time
// of its claim; whoever hears an older claim of his own tag picks another. (claimed, incarnation) is a total order that
// all see alike, so exactly one keeps it, whatever the clocks say.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "engineio/config.hpp"
#include "relay/config.hpp"
#include "relay/frame.hpp"
#include "relay/messages.hpp"

namespace skat::relay {

class NodeTable {
 public:
  NodeTable(const Config& config, Incarnation self, std::uint64_t claimed);

  enum class Heard : std::uint8_t {
    known,
    arrived,    // it was not known before
    contested,  // its claim of our tag is the younger one: it has to be told
    yielded,    // our tag is its own; this node has picked another, claimed at `wall_ms`
    ignored,    // max_nodes are known, or it is this node
  };
  Heard heard(Incarnation from, const Announcement& announcement, base::SteadyTime now, std::uint64_t wall_ms);
  // False: it was not known.
  bool left(Incarnation node);
  // Those that have not been heard for config.lease. They are no longer known.
  [[nodiscard]] std::vector<Incarnation> expire(base::SteadyTime now);
  // Nobody could be heard for a while: all leases begin anew.
  void renew_all(base::SteadyTime now);

  [[nodiscard]] std::optional<Incarnation> find(engineio::NodeTag tag) const;
  [[nodiscard]] bool knows(Incarnation node) const { return nodes_.contains(node); }
  [[nodiscard]] engineio::NodeTag own_tag() const noexcept { return own_.tag; }
  [[nodiscard]] const Announcement& announcement() const noexcept { return own_; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

 private:
  struct Node {
    engineio::NodeTag tag{};
    base::SteadyTime last;
  };

  void pick_tag(std::uint64_t claimed);
  void set_tag(Incarnation node, Node& entry, engineio::NodeTag tag);

  const Config& config_;
  const Incarnation self_;
  Announcement own_;
  std::unordered_map<Incarnation, Node> nodes_;
  std::unordered_map<engineio::NodeTag, Incarnation> by_tag_;
};

}  // namespace skat::relay
