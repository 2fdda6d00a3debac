// Engine: the Engine.IO server of one loop. All engines of a process form a group: a request that lands on another loop
// than its session's (the sid names the loop) is handed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/function.hpp"
#include "engineio/config.hpp"
#include "engineio/session.hpp"
#include "net/loop.hpp"
#include "net/router.hpp"

namespace skat::engineio {

struct EngineStats {
  std::size_t sessions = 0, polling = 0, websocket = 0;  // now, those that are closing included
  std::uint64_t opened = 0, upgrades = 0, frames_in = 0, frames_out = 0, slow_consumers = 0;
};

// Lives on: its loop; every method is called on the loop's thread.
// Ends by: destruction once all loops have stopped running, and before any of them is destroyed.
class Engine {
 public:
  // Makes the listener of a new session. The session lives until its listener's on_close has returned.
  using Accept = base::Function<std::unique_ptr<SessionListener>(Session& session)>;

  virtual ~Engine() = default;
  // An HTTP request under config.path, on this engine's loop; any method. Its route has route_options().
  virtual void handle(net::HttpRequest request, net::Responder responder) = 0;
  // Closes every session with server_shutting_down; handshakes get 503 from now on.
  virtual void shut_down() = 0;
  [[nodiscard]] virtual EngineStats stats() const = 0;
};

// What the route to Engine::handle needs.
[[nodiscard]] net::RouteOptions route_options(const Config& config);

// One engine per loop, in the order of `loops`; accept(i) makes the Accept of loop i. Call before the loops run.
[[nodiscard]] std::vector<std::unique_ptr<Engine>> make_engines(const Config& config,
                                                                const std::vector<net::Loop*>& loops,
                                                                base::Function<Engine::Accept(std::size_t)> accept);

}  // namespace skat::engineio
