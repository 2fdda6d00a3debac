// Relay: lets any node of a cluster answer a polling request of any session: the node that got it hands it over the bus
// to the node that made the session (the sid names it), and returns the answer.
//
//   loops ── relay.requests, relay.answers ──► core ══ bus, one channel a node ══► core ── relay.loop-N ──► loops
//
// What it promises: a request reaches its session at most once, requests of one loop in their order; an answer reaches
// its connection at most once. Whatever is lost on the way ends as an error for the client (it reconnects) or as a lost
// connection for the session (it closes), never as a packet that is silently missing.
//
// The session's node is gone: 400 "Session ID unknown". The bus is down, a limit is reached, or no receipt comes: 503.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "engineio/engine.hpp"
#include "relay/config.hpp"

namespace skat::relay {

struct RelayStats {
  std::uint64_t passed_on = 0, served = 0;          // requests to and for other nodes, since the start
  std::uint64_t failed = 0;                         // passed on and answered by this node itself: unknown or 503
  std::size_t pending = 0, serving = 0, nodes = 0;  // now
};

// Lives on: the core executor; its parts for the loops on these.
// Ends by: destruction once neither core nor loops run, after the engines.
class Relay {
 public:
  virtual ~Relay() = default;
  // engineio::Config::node when the engines are made.
  [[nodiscard]] virtual engineio::NodeTag tag() const = 0;
  // The forwarder of loop i, for EngineHooks.
  [[nodiscard]] virtual engineio::SessionForwarder* forwarder(std::size_t loop) = 0;
  // Once, before the loops run.
  virtual void connect(const std::vector<engineio::Engine*>& engines) = 0;
  // On the core: starts the bus, makes this node known. Requests may come before; they are answered 503.
  virtual void start() = 0;
  // On the core: the others know at once that this node's sessions are gone.
  virtual void stop() = 0;
  [[nodiscard]] virtual RelayStats stats() const = 0;  // on the core
};

// `bus` has the channels "relay/…" and is not started yet; `loops` are those of the engines, in their order.
[[nodiscard]] std::unique_ptr<Relay> make_relay(const Config& config, base::Executor& core, bus::Bus& bus,
                                                const std::vector<base::Executor*>& loops);

}  // namespace skat::relay
