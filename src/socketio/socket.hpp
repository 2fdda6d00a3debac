// Socket: one client in one namespace.
// Lives on: the loop of its session; never moves. Handlers keep a SocketRef, never a Socket*, across turns.
// Ends by: DISCONNECT from either side, or the session's end.
// Spec: Socket.IO protocol v5, sections "Connection to a namespace" and "Sending and receiving data".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "engineio/frame.hpp"
#include "engineio/session.hpp"
#include "socketio/answers.hpp"
#include "socketio/broadcast_operator.hpp"
#include "socketio/selection.hpp"

namespace skat::socketio {

// Answers one event at most once; later calls, and calls after the socket's end, do nothing. Empty when the client
// asked for none. Copyable (shared state); loop's thread only.
class Ack {
 public:
  Ack() = default;
  // `args_json`: the arguments, comma-separated JSON without the brackets, e.g. R"({"ok":true})"; empty for none.
  void operator()(std::string_view args_json, const std::vector<std::string>& attachments = {}) const;
  explicit operator bool() const noexcept { return static_cast<bool>(state_); }
  struct State;
  explicit Ack(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

// One received event. Views live until the handler returns.
struct EventView {
  std::string_view name;                        // decoded; numeric names as they were written
  std::string_view name_json;                   // as sent, with quotes
  std::string_view args_json;                   // the arguments after the name, raw, comma-separated, no brackets
  std::vector<std::string_view> args;           // each argument, raw JSON
  const std::vector<std::string>& attachments;  // placeholders in args refer to these by "num"
};

class Namespace;

// After its end a socket is inert: calls do nothing, handshake() is empty.
class Socket {
 public:
  virtual ~Socket() = default;
  [[nodiscard]] virtual const std::string& id() const noexcept = 0;
  [[nodiscard]] virtual const engineio::HandshakeInfo& handshake() const noexcept = 0;
  [[nodiscard]] virtual std::string_view auth_json() const noexcept = 0;  // the CONNECT payload; "{}" if none
  // Headers, address, url, query, auth and time of CONNECT as one JSON object; "{}" after the end.
  [[nodiscard]] virtual std::string handshake_json() const = 0;
  [[nodiscard]] virtual Namespace& nsp() noexcept = 0;

  // `args_json` as in Ack. Binary arguments: {"_placeholder":true,"num":N} in args_json, bytes in `attachments`.
  // A reserved event name, or more attachments than Config::max_attachments: logged, nothing is sent.
  virtual void emit(std::string_view event, std::string_view args_json,
                    const std::vector<std::string>& attachments = {}) = 0;
  // Emits and waits for the client's acknowledgement, or errc::ack_timeout, errc::disconnected, errc::too_many_acks or
  // errc::violation (the name, the attachments); from inside this call, if it is so already.
  virtual void emit_with_ack(std::string_view event, std::string_view args_json, std::chrono::milliseconds timeout,
                             base::Function<void(result<Answer>)> done,
                             const std::vector<std::string>& attachments = {}) = 0;
  // A packet encoded beforehand for this namespace (encode_event); shared, not copied.
  virtual void send(engineio::Frame frame) = 0;
  // Dropped unless the transport is ready at this moment.
  virtual void send_volatile(engineio::Frame frame) = 0;

  virtual void join(const RoomName& room) = 0;
  virtual void leave(const RoomName& room) = 0;
  [[nodiscard]] virtual std::vector<RoomName> rooms() const = 0;
  [[nodiscard]] virtual bool connected() const noexcept = 0;
  // It had been lost, and has its id, rooms and data back (Config::recovery).
  [[nodiscard]] virtual bool recovered() const noexcept = 0;

  // The namespace without this socket.
  [[nodiscard]] virtual BroadcastOperator broadcast() = 0;
  BroadcastOperator to(RoomName room) { return broadcast().to(std::move(room)); }
  BroadcastOperator in(RoomName room) { return to(std::move(room)); }
  BroadcastOperator except(RoomName room) { return broadcast().except(std::move(room)); }

  // Sends DISCONNECT; with `close_connection` the whole session closes too.
  virtual void disconnect(bool close_connection = false) = 0;

  // Set by the connection handler. An event goes to one handler, the first there is of: on() of its socket for that
  // name, on() of the namespace, on_event() of the socket, on_event() of the namespace. Handlers at the namespace cost
  // nothing per socket. An empty handler removes the one before.
  virtual void on(std::string_view event, base::Function<void(const EventView&, Ack)> handler) = 0;
  virtual void on_event(base::Function<void(const EventView&, Ack)> handler) = 0;
  virtual void on_disconnecting(base::Function<void(std::string_view reason)> handler) = 0;  // still in its rooms
  virtual void on_disconnect(base::Function<void(std::string_view reason)> handler) = 0;

  // The application's own data, destroyed with the socket. With recovery it waits for the socket's return, so it should
  // not hold the socket.
  std::shared_ptr<void> data;
};

}  // namespace skat::socketio
