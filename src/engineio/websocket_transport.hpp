// WebSocketTransport: one packet per WebSocket message, over a net::WebSocketConnection that keeps the send queue.
// Lives on: the session's loop.
// Ends by: the connection's end. It is kept until then, also after its session has gone (the connection may still
// call). Spec: Engine.IO protocol v4, "WebSocket transport".
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/function.hpp"
#include "engineio/config.hpp"
#include "engineio/transport.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio {

class WebSocketTransport final : public Transport, private net::WebSocketListener {
 public:
  // How binary messages leave.
  enum class Binary : std::uint8_t { frames, base64 };

  using Connect = base::Function<std::unique_ptr<net::WebSocketConnection>(net::WebSocketListener&)>;

  WebSocketTransport(Connect connect, Binary binary, TransportListener& listener);
  // Answers 101 with `headers` beside its own. Reading starts in a later turn, so there is time for set_listener().
  [[nodiscard]] static std::unique_ptr<WebSocketTransport> accept(std::shared_ptr<net::HttpExchange> exchange,
                                                                  std::vector<net::Header> headers,
                                                                  const Config& config, Binary binary,
                                                                  TransportListener& listener);

  [[nodiscard]] TransportKind kind() const noexcept override { return TransportKind::websocket; }
  [[nodiscard]] bool writable() const noexcept override;
  // Limit: Config::max_send_queue_bytes and _frames; past either the listener hears slow_consumer and TCP is cut.
  void send(Frame frame) override;

  // What is queued leaves first, then a Close frame without a code.
  void close();
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  void set_listener(TransportListener& listener) noexcept { listener_ = &listener; }

 private:
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_closed(std::uint16_t code, bool peer_error) override;
  void on_overflow() override;

  // Loop only.
  TransportListener* listener_;
  std::unique_ptr<net::WebSocketConnection> connection_;
  Binary binary_;
  bool ended_ = false;
  bool overflowed_ = false;
};

}  // namespace skat::engineio
