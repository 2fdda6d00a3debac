// Client: one session's Socket.IO state over all namespaces.
// Lives on: the session's loop. Shared with the calls that are running in it, since a handler may end the session.
// Ends by: the session's on_close; a violation of the protocol closes the session for all namespaces.
// Spec: Socket.IO protocol v5, "Exchange protocol"; state violations close the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "engineio/session.hpp"
#include "socketio/decoder.hpp"
#include "socketio/live_socket.hpp"
#include "socketio/namespace_table.hpp"

namespace skat::socketio {

// What all clients of a server share.
struct ClientContext {
  NamespaceTable& namespaces;
  base::Executor& loop;
  const Config& config;
};

class Client final : public SocketOwner, public std::enable_shared_from_this<Client> {
 public:
  Client(const ClientContext& context, engineio::Session& session);

  // Starts the connect timeout.
  void start();
  // From the session.
  void on_text(std::string_view text);
  void on_binary(std::string_view bytes);
  void on_close(engineio::CloseReason reason);

  // SocketOwner
  void on_joined() override;
  void on_refused(LiveSocket& socket) override;
  void on_kicked(LiveSocket& socket) override;
  void disconnect_all_and_close() override;

 private:
  // A namespace that the server has disconnected: its packets are ignored until then.
  struct Kicked {
    std::string nsp;
    base::SteadyTime until;
  };

  void on_decoded(result<std::optional<Packet>> decoded);
  void on_connect(const Packet& packet);
  void on_disconnect(const std::shared_ptr<LiveSocket>& socket);
  [[nodiscard]] bool crosses_a_kick(std::string_view nsp) const;
  void refuse_connect(std::string_view nsp, std::string_view message);
  [[nodiscard]] bool is_flooding();
  void violation(std::string_view what);
  void close();
  // Null: not connected to it, nor asking.
  [[nodiscard]] std::shared_ptr<LiveSocket> find(std::string_view nsp) const;
  void forget(const LiveSocket& socket);

  // Set at construction.
  const ClientContext& context_;

  // Loop only.
  engineio::Session* session_;  // null once closed
  Decoder decoder_;
  std::vector<std::shared_ptr<LiveSocket>> sockets_;  // Limit: Config::max_namespaces_per_client
  std::unique_ptr<std::vector<Kicked>> kicked_;       // Limit: the same, the oldest goes first
  base::Executor::TimerId connect_timer_ = base::Executor::TimerId::none;
  bool closing_ = false;       // nothing more is read
  std::uint32_t packets_ = 0;  // since window_
  base::SteadyTime window_;
};

}  // namespace skat::socketio
