// LiveNamespace: the Namespace of this room: its middlewares, its connection handler, its adapter.
// Lives on: one loop, inside the server's NamespaceTable.
// Ends by: the server's end.
// Spec: Socket.IO protocol v5, "Connection to a namespace".
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "socketio/adapter.hpp"
#include "socketio/config.hpp"
#include "socketio/live_socket.hpp"
#include "socketio/namespace.hpp"

namespace skat::socketio {

class LiveNamespace final : public Namespace {
 public:
  LiveNamespace(std::string name, base::Executor& loop, const Config& config);

  [[nodiscard]] const SocketContext& context() const noexcept { return context_; }
  // Takes a connecting socket through the middlewares; the last acceptance opens it, the first refusal ends it.
  void admit(const std::shared_ptr<LiveSocket>& socket) { ask_from(0, socket); }
  // The same, from the middleware with that index on. A socket that has ended meanwhile is left alone.
  void ask_from(std::size_t index, const std::shared_ptr<LiveSocket>& socket);

  // Namespace
  const std::string& name() const noexcept override { return name_; }
  void use(base::Function<void(Socket&, ConnectDecision)> middleware) override;
  void on_connection(base::Function<void(const std::shared_ptr<Socket>&)> handler) override;
  void broadcast(const Selection& to, engineio::Frame frame) override;
  void broadcast_volatile(const Selection& to, engineio::Frame frame) override;
  void broadcast(const RoomName& room, const engineio::Frame& frame) override;
  std::vector<std::shared_ptr<Socket>> sockets(const Selection& of) const override;
  std::size_t room_size(const RoomName& room) const override { return adapter_.room_size(room); }
  std::shared_ptr<Socket> find(std::string_view id) const override;

 private:
  const std::string name_;
  Adapter adapter_;
  const SocketContext context_;
  // A deque: use() from inside a middleware leaves the running one where it is.
  std::deque<base::Function<void(Socket&, ConnectDecision)>> middlewares_;
  base::Function<void(const std::shared_ptr<Socket>&)> on_connection_;
};

}  // namespace skat::socketio
