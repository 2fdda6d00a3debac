// Server: the Socket.IO server of one loop. It knows nothing of chat; an application registers namespaces and handlers
// on each loop's server before the loop runs. Broadcasts here reach this loop's sockets; the application (or the
// cluster adapter) carries them between loops and nodes. Lives on: one loop. Outlives the sessions it has accepted.
// Ends by: destruction, after every session's on_close.
// Spec: Socket.IO protocol v5.
#pragma once

#include <memory>
#include <string_view>

#include "base/executor.hpp"
#include "engineio/frame.hpp"
#include "engineio/session.hpp"
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
  // The listener for a new Engine.IO session.
  virtual std::unique_ptr<engineio::SessionListener> accept(engineio::Session& session) = 0;
};

[[nodiscard]] std::unique_ptr<Server> make_server(const Config& config, base::Executor& loop);

}  // namespace skat::socketio
