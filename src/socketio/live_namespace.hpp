// LiveNamespace: the Namespace of this room: its middlewares, its handlers, its adapter.
// Lives on: one loop, inside the server's NamespaceTable; its sockets keep what they need of it.
// Ends by: the server's end; a child, where Config says so, when its last socket has ended.
// Spec: Socket.IO protocol v5, "Connection to a namespace".
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "socketio/cluster_link.hpp"
#include "socketio/config.hpp"
#include "socketio/live_socket.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket_context.hpp"

namespace skat::socketio {

class LiveNamespace final : public Namespace, public std::enable_shared_from_this<LiveNamespace> {
 public:
  LiveNamespace(std::string name, base::Executor& loop, const Config& config, ClusterLink& cluster);

  // What its sockets share; it keeps the namespace.
  [[nodiscard]] std::shared_ptr<SocketContext> context() { return {shared_from_this(), &context_}; }
  // The session that a CONNECT with this payload continues, if there is one.
  [[nodiscard]] std::optional<RecoveryStore::Taken> take_lost(std::string_view auth_json);
  // Takes a connecting socket through the middlewares; the last acceptance opens it, the first refusal ends it.
  void admit(const std::shared_ptr<LiveSocket>& socket);
  // The same, from the middleware with that index on. A socket that has ended meanwhile is left alone.
  void ask_from(std::size_t index, const std::shared_ptr<LiveSocket>& socket);
  // From another server.
  void on_request(const ClusterRequest& request, ClusterReply reply);
  // The answer of a server that does not have the namespace.
  static void answer_without(const ClusterRequest& request, const ClusterReply& reply);

  // Namespace
  const std::string& name() const noexcept override { return name_; }
  void use(base::Function<void(Socket&, ConnectDecision)> middleware) override;
  void on_connection(base::Function<void(const std::shared_ptr<Socket>&)> handler) override;
  void on(std::string_view event, EventHandler handler) override;
  void on_event(EventHandler handler) override;
  void on_disconnecting(EndHandler handler) override;
  void on_disconnect(EndHandler handler) override;
  void describe_data(base::Function<std::string(const Socket&)> describe) override;
  void server_side_emit(std::string_view event, std::string_view args_json) override;
  void server_side_emit_with_ack(std::string_view event, std::string_view args_json,
                                 base::Function<void(ServerAnswers)> done, std::chrono::milliseconds timeout) override;
  void on_server_side(std::string_view event, ServerHandler handler) override;
  void broadcast(const Selection& to, engineio::Frame frame) override;
  void broadcast_volatile(const Selection& to, engineio::Frame frame) override;
  void broadcast(const RoomName& room, const engineio::Frame& frame) override;
  std::vector<std::shared_ptr<Socket>> sockets(const Selection& of) const override;
  std::size_t room_size(const RoomName& room) const override { return context_.adapter.room_size(room); }
  std::shared_ptr<Socket> find(std::string_view id) const override;

  // BroadcastTarget
  void emit(const Audience& to, std::string_view event, std::string_view args_json,
            const std::vector<std::string>& attachments) override;
  void emit_with_ack(const Audience& to, std::string_view event, std::string_view args_json, AnswersDone done,
                     const std::vector<std::string>& attachments) override;
  void fetch_sockets(const Audience& of, SocketsDone done) override;
  void sockets_join(const Audience& of, const std::vector<RoomName>& rooms) override;
  void sockets_leave(const Audience& of, const std::vector<RoomName>& rooms) override;
  void disconnect_sockets(const Audience& of, bool close_connection) override;

 private:
  // The same acts on this server's sockets alone.
  void emit_here(const ClusterBroadcast& broadcast);
  // Each answer goes to on_answer until close(id). The number of those asked.
  [[nodiscard]] std::size_t ask_here(const ClusterBroadcast& broadcast, AckId id);
  void ask_for(const ClusterBroadcast& broadcast, const ClusterReply& reply);
  void join_here(const Selection& of, const std::vector<RoomName>& rooms);
  void leave_here(const Selection& of, const std::vector<RoomName>& rooms);
  void disconnect_here(const Selection& of, bool close_connection);
  [[nodiscard]] std::vector<SocketDescription> describe_here(const Selection& of);
  [[nodiscard]] std::chrono::milliseconds cluster_time(std::chrono::milliseconds asked) const;

  const std::string name_;
  ClusterLink& cluster_;
  SocketContext context_;
  // A deque: use() from inside a middleware leaves the running one where it is.
  std::deque<base::Function<void(Socket&, ConnectDecision)>> middlewares_;
  base::Function<void(const std::shared_ptr<Socket>&)> on_connection_;
  base::Function<std::string(const Socket&)> describe_data_;
  HandlerMap<void(std::string_view, ServerReply)> on_server_side_;
};

}  // namespace skat::socketio
