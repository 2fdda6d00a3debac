// Namespace: the sockets that connected to one name on this loop, and the application's handlers for them.
// Lives on: one loop; made by Server::of before the loop runs.
// Ends by: the Server's end.
// Spec: Socket.IO protocol v5, "Connection to a namespace".
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "engineio/frame.hpp"
#include "socketio/broadcast_operator.hpp"
#include "socketio/selection.hpp"
#include "socketio/socket.hpp"

namespace skat::socketio {

// Refuses a connection: CONNECT_ERROR {"message", "data"}.
struct ConnectError {
  std::string message;
  std::string data_json;  // empty: no data
};

// The middleware's way on. Exactly one of the two, once, on the loop; the socket may be gone by then (then nothing
// happens).
class ConnectDecision {
 public:
  struct State;
  explicit ConnectDecision(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void accept() const;
  void refuse(ConnectError error) const;

 private:
  std::shared_ptr<State> state_;  // shared: decisions are copied into whatever the middleware waits for
};

// What other servers answered to a serverSideEmit, each one JSON value.
struct ServerAnswers {
  error_code error;  // errc::cluster_timeout: `values` are those so far
  std::vector<std::string> values;
};

// Answers one event of another server, at most once; does nothing if no answer is wanted. Copyable; loop's thread only.
class ServerReply {
 public:
  using Send = base::Function<void(std::string value_json)>;
  ServerReply() = default;
  explicit ServerReply(Send send) : send_(std::make_shared<Send>(std::move(send))) {}
  void operator()(std::string value_json) const {
    if (!send_ || !*send_) return;
    auto send = std::exchange(*send_, nullptr);
    send(std::move(value_json));
  }

 private:
  std::shared_ptr<Send> send_;  // shared: by all copies
};

class Namespace : public BroadcastTarget {
 public:
  using EventHandler = base::Function<void(const std::shared_ptr<Socket>&, const EventView&, Ack)>;
  using EndHandler = base::Function<void(Socket&, std::string_view reason)>;

  virtual ~Namespace() = default;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  // Middlewares run in order, each when the one before has accepted. The socket is not connected yet: it may be given
  // handlers and data, but emits and joins do nothing.
  virtual void use(base::Function<void(Socket&, ConnectDecision)> middleware) = 0;
  // Runs after CONNECT was sent; the socket is in the room named by its id.
  virtual void on_connection(base::Function<void(const std::shared_ptr<Socket>&)> handler) = 0;

  // Handlers of all its sockets' events (Socket::on says which one runs), and of their ends, beside each socket's own.
  virtual void on(std::string_view event, EventHandler handler) = 0;
  virtual void on_event(EventHandler handler) = 0;
  virtual void on_disconnecting(EndHandler handler) = 0;
  virtual void on_disconnect(EndHandler handler) = 0;
  // What others are told of a socket's `data`: JSON, for SocketDescription.
  virtual void describe_data(base::Function<std::string(const Socket&)> describe) = 0;

  // The whole namespace, or a part of it; BroadcastOperator says the rest.
  [[nodiscard]] BroadcastOperator everyone() { return BroadcastOperator(*this); }
  [[nodiscard]] BroadcastOperator to(RoomName room) { return everyone().to(std::move(room)); }
  [[nodiscard]] BroadcastOperator in(RoomName room) { return to(std::move(room)); }
  [[nodiscard]] BroadcastOperator except(RoomName room) { return everyone().except(std::move(room)); }

  // Events between servers of the cluster: to all others that have this namespace, never to this one. An answer is one
  // JSON value of each. Alone, `done` runs at once without answers. A server without a handler stays silent.
  using ServerHandler = base::Function<void(std::string_view args_json, ServerReply reply)>;
  virtual void server_side_emit(std::string_view event, std::string_view args_json) = 0;
  virtual void server_side_emit_with_ack(std::string_view event, std::string_view args_json,
                                         base::Function<void(ServerAnswers)> done,
                                         std::chrono::milliseconds timeout = {}) = 0;  // 0: Config::cluster_timeout
  virtual void on_server_side(std::string_view event, ServerHandler handler) = 0;

  // A packet encoded beforehand (encode_event), to sockets of this server only.
  virtual void broadcast(const Selection& to, engineio::Frame frame) = 0;
  virtual void broadcast_volatile(const Selection& to, engineio::Frame frame) = 0;
  // One room, nobody excepted: the hot path; no allocation.
  virtual void broadcast(const RoomName& room, const engineio::Frame& frame) = 0;
  [[nodiscard]] virtual std::vector<std::shared_ptr<Socket>> sockets(const Selection& of = {}) const = 0;
  [[nodiscard]] virtual std::size_t room_size(const RoomName& room) const = 0;
  [[nodiscard]] virtual std::shared_ptr<Socket> find(std::string_view id) const = 0;
};

}  // namespace skat::socketio
