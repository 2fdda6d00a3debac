// LiveSocket: the Socket of this room, from CONNECT to its end: one client in one namespace.
// Lives on: the loop of its session; never moves. Owned by its Client; handlers may hold it longer.
// Ends by: DISCONNECT from either side, a refusal, or the session's end. It is inert from then on.
// Spec: Socket.IO protocol v5, "Connection to a namespace", "Disconnection".
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "socketio/ack.hpp"
#include "socketio/adapter.hpp"
#include "socketio/config.hpp"
#include "socketio/packet.hpp"
#include "socketio/socket.hpp"

namespace skat::socketio {

class LiveSocket;

// What a socket tells its client (the floor above).
class SocketOwner {
 public:
  virtual void on_joined() = 0;                     // a namespace has accepted
  virtual void on_refused(LiveSocket& socket) = 0;  // forget it
  virtual void on_kicked(LiveSocket& socket) = 0;   // forget it, and bear with what crosses on the wire
  virtual void disconnect_all_and_close() = 0;

 protected:
  ~SocketOwner() = default;
};

// What all sockets of a namespace share.
struct SocketContext {
  Namespace& nsp;
  std::string_view nsp_name;
  Adapter& adapter;
  base::Executor& loop;
  const Config& config;
};

class LiveSocket final : public Socket,
                         public Recipient,
                         public AckSink,
                         public std::enable_shared_from_this<LiveSocket> {
 public:
  enum class State : std::uint8_t { connecting, connected, ending, ended };

  // `auth_json`: the CONNECT payload, empty if none.
  LiveSocket(SocketOwner& owner, engineio::Session& session, const SocketContext& context, std::string_view auth_json);

  [[nodiscard]] State state() const noexcept { return state_; }
  // The middlewares have accepted: joins its rooms, then sends CONNECT.
  void open();
  // A middleware has refused: sends CONNECT_ERROR.
  void refuse(std::string_view message, std::string_view data_json);
  // EVENT or ACK from the client.
  void receive(Packet packet);
  // Runs the disconnect handlers; sends nothing.
  void end(std::string_view reason);

  // Socket
  const std::string& id() const noexcept override { return recipient_id(); }
  const engineio::HandshakeInfo& handshake() const noexcept override;
  std::string_view auth_json() const noexcept override;
  Namespace& nsp() noexcept override { return context_.nsp; }
  void emit(std::string_view event, std::string_view args_json, const std::vector<std::string>& attachments) override;
  void emit_with_ack(std::string_view event, std::string_view args_json, std::chrono::milliseconds timeout,
                     base::Function<void(result<std::string>)> done) override;
  void send(engineio::Frame frame) override;
  void send_volatile(engineio::Frame frame) override;
  void join(const RoomName& room) override;
  void leave(const RoomName& room) override;
  std::vector<RoomName> rooms() const override { return context_.adapter.rooms(*this); }
  bool connected() const noexcept override { return state_ == State::connected; }
  void disconnect(bool close_connection) override;
  void on_event(base::Function<void(const EventView&, Ack)> handler) override;
  void on_disconnecting(base::Function<void(std::string_view)> handler) override;
  void on_disconnect(base::Function<void(std::string_view)> handler) override;

  // Recipient
  void deliver(const engineio::Frame& frame) override;
  void deliver_volatile(const engineio::Frame& frame) override;

  // AckSink
  void acknowledge(AckId id, std::string_view args_json, const std::vector<std::string>& attachments) override;

 private:
  using EventHandler = base::Function<void(const EventView&, Ack)>;
  using EndHandler = base::Function<void(std::string_view)>;

  void receive_event(const Packet& packet);
  void become_inert();
  void transmit(std::string text, const std::vector<std::string>& attachments);
  [[nodiscard]] bool may_emit(std::string_view event, std::size_t attachments) const;

  // Set at construction.
  const SocketContext& context_;
  const std::string auth_json_;

  // Loop only.
  SocketOwner* owner_;          // null once ended
  engineio::Session* session_;  // null once ended
  // Shared: a running handler must outlive its own replacement and the socket's end.
  std::shared_ptr<EventHandler> on_event_;
  std::shared_ptr<EndHandler> on_disconnecting_, on_disconnect_;
  std::unique_ptr<PendingAcks> pending_acks_;  // made by the first emit_with_ack
  State state_ = State::connecting;
};

}  // namespace skat::socketio
