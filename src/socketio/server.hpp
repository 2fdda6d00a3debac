// Server: the Socket.IO server of one loop. It knows nothing of chat; an application registers namespaces and handlers
// on each loop's server before the loop runs. Several servers (of other loops, of other processes) act as one when a
// ClusterPort joins them; LoopCluster is the one for the loops of a process. Lives on: one loop. Outlives the sessions
// it has accepted. Ends by: destruction, after every session's on_close. Spec: Socket.IO protocol v5.
#pragma once

#include <memory>
#include <string_view>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "engineio/frame.hpp"
#include "engineio/session.hpp"
#include "socketio/cluster_port.hpp"
#include "socketio/config.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket.hpp"

namespace skat::socketio {

// Encoded once, sent to many: R"(42/chat,["event",{…}])" as a frame. `args_json` comma-separated without brackets.
// A reserved event name (kReservedEvents) gives no frame (null), and sending a null frame does nothing.
[[nodiscard]] engineio::Frame encode_event(std::string_view nsp, std::string_view event, std::string_view args_json);

class Server {
 public:
  virtual ~Server() = default;
  // Creates it on first use. A name without the leading slash gets one.
  virtual Namespace& of(std::string_view name) = 0;
  // Namespaces by pattern: a CONNECT for a name that is not known, and for which `matches` is true, makes it; `set_up`
  // then registers its handlers. The first pattern that matches counts. Limit: Config::max_child_namespaces. With
  // Config::cleanup_empty_child_namespaces it goes with its last socket, at the end of that turn of the loop: nobody
  // keeps a Namespace& or a BroadcastOperator of it.
  virtual void of(base::Function<bool(std::string_view name)> matches, base::Function<void(Namespace&)> set_up) = 0;
  // Null: there is none of that name now.
  [[nodiscard]] virtual Namespace* find(std::string_view name) = 0;
  // The listener for a new Engine.IO session.
  virtual std::unique_ptr<engineio::SessionListener> accept(engineio::Session& session) = 0;

  // Makes it one of several servers that act as one; before the loop runs. `port` outlives the server. What the port
  // brings goes to cluster_receiver().
  virtual void connect_cluster(ClusterPort& port) = 0;
  [[nodiscard]] virtual ClusterReceiver& cluster_receiver() = 0;
};

[[nodiscard]] std::unique_ptr<Server> make_server(const Config& config, base::Executor& loop);

}  // namespace skat::socketio
