// Server: the Socket.IO server of one loop. It knows nothing of chat; an application registers namespaces and handlers on
// each loop's server before the loop runs. Broadcasts here reach this loop's sockets; the application (or the cluster
// adapter) carries them between loops and nodes.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "engineio/engine.hpp"
#include "socketio/socket.hpp"

namespace skat::socketio {

struct Config {
  std::chrono::milliseconds connect_timeout{45'000};  // without a joined namespace by then the session closes
  std::size_t max_attachments = 10;                   // per packet
  std::size_t max_namespaces_per_client = 16;         // one more CONNECT is refused
  std::size_t max_rooms_per_socket = 2'048;           // one more join is ignored and logged
  std::size_t max_json_depth = 128;
  std::size_t max_nsp_bytes = 256;
  std::size_t max_pending_acks = 1'024;               // of one socket, server to client
};

// Encoded once, sent to many: R"(42/chat,["event",{…}])" as a frame. `args_json` comma-separated without brackets.
[[nodiscard]] engineio::Frame encode_event(std::string_view nsp, std::string_view event, std::string_view args_json);

// Whom a broadcast reaches: the union of `rooms` (all of the namespace when empty) without anybody in `except`.
// Each socket gets it once.
struct Selection {
  std::vector<RoomName> rooms, except;
};

// Refuses a connection: CONNECT_ERROR {"message", "data"}.
struct ConnectError {
  std::string message;
  std::string data_json;  // empty: no data
};

// The middleware's way on. Exactly one of the two, once, on the loop; the socket may be gone by then (then nothing happens).
class ConnectDecision {
 public:
  struct State;
  explicit ConnectDecision(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void accept() const;
  void refuse(ConnectError error) const;

 private:
  std::shared_ptr<State> state_;
};

class Namespace {
 public:
  virtual ~Namespace() = default;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  // Middlewares run in order, each when the one before has accepted. The socket is not connected yet.
  virtual void use(base::Function<void(Socket&, ConnectDecision)> middleware) = 0;
  // Runs after CONNECT was sent; the socket is in the room named by its id.
  virtual void on_connection(base::Function<void(const std::shared_ptr<Socket>&)> handler) = 0;

  virtual void broadcast(const Selection& to, engineio::Frame frame) = 0;
  virtual void broadcast_volatile(const Selection& to, engineio::Frame frame) = 0;
  // One room, nobody excepted: the hot path; no allocation.
  virtual void broadcast(const RoomName& room, const engineio::Frame& frame) = 0;
  [[nodiscard]] virtual std::vector<std::shared_ptr<Socket>> sockets(const Selection& of = {}) const = 0;
  [[nodiscard]] virtual std::size_t room_size(const RoomName& room) const = 0;
  [[nodiscard]] virtual std::shared_ptr<Socket> find(std::string_view id) const = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  // Creates it on first use.
  virtual Namespace& of(std::string_view name) = 0;
  // The listener for a new Engine.IO session.
  virtual std::unique_ptr<engineio::SessionListener> accept(engineio::Session& session) = 0;
};

[[nodiscard]] std::unique_ptr<Server> make_server(const Config& config, base::Executor& loop);

}  // namespace skat::socketio
