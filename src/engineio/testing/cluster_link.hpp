// ClusterLink: what joins two echo servers to a cluster, in tests of a SessionForwarder.
#pragma once

#include <array>
#include <cstddef>

#include "engineio/engine.hpp"
#include "engineio/testing/echo_server.hpp"

namespace skat::engineio::testing {

class ClusterLink {
 public:
  virtual ~ClusterLink() = default;
  // For node index 0 or 1; before it is made.
  virtual EngineHooks hooks(std::size_t node) = 0;
  // What the node's Config says at first, and what its sids say once connected.
  [[nodiscard]] virtual NodeTag tag(std::size_t node) const = 0;
  // Once both are made, before any request.
  virtual void connect(const std::array<EchoServer*, 2>& nodes) = 0;
  // Once no loop runs any more: nothing is sent from here on.
  virtual void end() = 0;
};

}  // namespace skat::engineio::testing
