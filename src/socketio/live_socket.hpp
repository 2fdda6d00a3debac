// LiveSocket: the Socket of this room, from CONNECT to its end: one client in one namespace.
// Lives on: the loop of its session; never moves. Owned by its Client; handlers may hold it longer.
// Ends by: DISCONNECT from either side, a refusal, or the session's end. It is inert from then on.
// Spec: Socket.IO protocol v5, "Connection to a namespace", "Disconnection".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "socketio/ack.hpp"
#include "socketio/adapter.hpp"
#include "socketio/config.hpp"
#include "socketio/handler_map.hpp"
#include "socketio/packet.hpp"
#include "socketio/recovery_store.hpp"
#include "socketio/socket.hpp"
#include "socketio/socket_context.hpp"

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

class LiveSocket final : public Socket,
                         public Recipient,
                         public AckSink,
                         public std::enable_shared_from_this<LiveSocket> {
 public:
  enum class State : std::uint8_t { connecting, connected, ending, ended };

  // `auth_json`: the CONNECT payload, empty if none.
  LiveSocket(SocketOwner& owner, engineio::Session& session, std::shared_ptr<SocketContext> context,
             std::string_view auth_json, std::optional<RecoveryStore::Taken> lost = {});

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] std::string_view nsp_name() const noexcept { return context_->nsp_name; }
  // The middlewares have accepted: joins its rooms, then sends CONNECT.
  void open();
  // A middleware has refused: sends CONNECT_ERROR.
  void refuse(std::string_view message, std::string_view data_json);
  // EVENT or ACK from the client.
  void receive(Packet packet);
  // Runs the disconnect handlers; sends nothing. With recovery a `loss` can be made good, another end cannot.
  enum class End : std::uint8_t { loss, final };
  void end(std::string_view reason, End kind);

  // Socket
  const std::string& id() const noexcept override { return recipient_id(); }
  const engineio::HandshakeInfo& handshake() const noexcept override;
  std::string_view auth_json() const noexcept override;
  std::string handshake_json() const override;
  Namespace& nsp() noexcept override { return context_->nsp; }
  void emit(std::string_view event, std::string_view args_json, const std::vector<std::string>& attachments) override;
  void emit_with_ack(std::string_view event, std::string_view args_json, std::chrono::milliseconds timeout,
                     base::Function<void(result<Answer>)> done, const std::vector<std::string>& attachments) override;
  void send(engineio::Frame frame) override;
  void send_volatile(engineio::Frame frame) override;
  void join(const RoomName& room) override;
  void leave(const RoomName& room) override;
  std::vector<RoomName> rooms() const override { return context_->adapter.rooms(*this); }
  BroadcastOperator broadcast() override { return context_->nsp.except(id()); }
  bool connected() const noexcept override { return state_ == State::connected; }
  bool recovered() const noexcept override { return extras_ && extras_->lost.has_value(); }
  void disconnect(bool close_connection) override;
  void on(std::string_view event, base::Function<void(const EventView&, Ack)> handler) override;
  void on_event(base::Function<void(const EventView&, Ack)> handler) override;
  void on_disconnecting(base::Function<void(std::string_view)> handler) override;
  void on_disconnect(base::Function<void(std::string_view)> handler) override;

  // Recipient
  void deliver(const engineio::Frame& frame) override;
  void deliver_volatile(const engineio::Frame& frame) override;
  // A packet of several frames.
  void deliver(const std::vector<engineio::Frame>& frames, bool is_volatile);

  // AckSink
  void acknowledge(AckId id, std::string_view args_json, const std::vector<std::string>& attachments) override;

 private:
  using EventHandler = base::Function<void(const EventView&, Ack)>;
  using EndHandler = base::Function<void(std::string_view)>;

  // What few sockets have: handlers by name, one before the end, a way back.
  struct Extras {
    HandlerMap<void(const EventView&, Ack)> on;
    EndHandler on_disconnecting;
    std::string pid;                           // empty: no recovery
    std::optional<RecoveryStore::Taken> lost;  // what it was before it was lost
  };

  void receive_event(const Packet& packet);
  void receive_ack(Packet packet);
  void dispatch(const EventView& event, Ack ack);
  void come_back();
  void keep_for_return();
  void become_inert();
  void transmit(std::string_view text, const std::vector<std::string>& attachments);
  [[nodiscard]] Extras& extras();

  // Set at construction.
  const std::shared_ptr<SocketContext> context_;  // shared: a socket that is held outlives its namespace
  const std::string auth_json_;
  const std::int64_t issued_ms_;

  // Loop only.
  SocketOwner* owner_;                      // null once ended
  engineio::Session* session_;              // null once ended
  std::shared_ptr<EventHandler> on_event_;  // shared: a running handler outlives its own replacement
  std::unique_ptr<EndHandler> on_disconnect_;
  std::unique_ptr<Extras> extras_;
  std::unique_ptr<PendingAcks> pending_acks_;  // made by the first emit_with_ack
  State state_ = State::connecting;
};

}  // namespace skat::socketio
