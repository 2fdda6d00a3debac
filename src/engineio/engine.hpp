// Engine: the Engine.IO server of one loop. All engines of a process form a group: a request that lands on another loop
// than its session's (the sid names the loop) is handed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/function.hpp"
#include "engineio/allow_request.hpp"
#include "engineio/answer.hpp"
#include "engineio/config.hpp"
#include "engineio/session.hpp"
#include "engineio/session_forwarder.hpp"
#include "engineio/session_request.hpp"
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
  // An HTTP request under mount_path(config), on this engine's loop; any method. Its route has route_options().
  virtual void handle(net::HttpRequest request, net::Responder responder) = 0;
  // A polling request that another node's SessionForwarder has passed on, about a session of any loop of this node;
  // `answer` lives on this engine's loop.
  virtual void serve(SessionRequest request, std::unique_ptr<Answer> answer) = 0;
  // Another tag than Config::node, for the sids from now on: this node's was another's too. Sessions made before are no
  // longer found by polling requests, so their clients connect again; those on WebSocket are not touched.
  virtual void set_node(NodeTag node) = 0;
  // Closes every session with server_shutting_down; handshakes get 503 from now on.
  virtual void shut_down() = 0;
  [[nodiscard]] virtual EngineStats stats() const = 0;
};

// What the route to Engine::handle needs.
[[nodiscard]] net::RouteOptions route_options(const Config& config);

// What may be plugged in beside the listeners. Each function makes the part of loop i, before the loops run.
struct EngineHooks {
  // Empty: every handshake that passes the checks is allowed.
  base::Function<AllowRequest(std::size_t)> allow_request;
  // Empty: the sessions of other nodes are unknown here. Needs Config::node. The forwarder outlives the engines.
  base::Function<SessionForwarder*(std::size_t)> session_forwarder;
};

// One engine per loop, in the order of `loops`; accept(i) makes the Accept of loop i. `config` has passed validate().
// Call before the loops run, or before anything that runs on them knows of the engines.
[[nodiscard]] std::vector<std::unique_ptr<Engine>> make_engines(const Config& config,
                                                                const std::vector<net::Loop*>& loops,
                                                                base::Function<Engine::Accept(std::size_t)> accept,
                                                                EngineHooks hooks = {});

}  // namespace skat::engineio
