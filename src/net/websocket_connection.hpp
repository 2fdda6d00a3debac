// WebSocketConnection: framing on a native socket (RFC 6455); no buffer while idle, frames shared, one write per loop
// turn. Lives on: one loop; made from an HTTP exchange that was released on that loop. Ends by: peer's or own close
// handshake, protocol error, TCP error; then WebSocketListener::on_closed, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "net/http.hpp"

namespace skat::net {

class HttpExchange;
class Loop;

enum class Deflate : std::uint8_t { off, on };

struct WebSocketConfig {
  std::size_t max_message_bytes = 1'000'000;  // reassembled; one more byte closes with 1009
  std::size_t max_fragments = 1'024;          // of one message; more closes with 1008
  std::size_t max_queue_bytes = 4 * 1024 * 1024;
  std::size_t max_queue_frames = 16'384;  // past either: on_overflow, nothing is queued
  // permessage-deflate (RFC 7692), for clients that offer it; max_message_bytes is that of the inflated message too.
  Deflate deflate = Deflate::off;
  std::size_t min_deflate_bytes = 1'024;  // smaller messages leave as they are
};

class WebSocketListener {
 public:
  virtual ~WebSocketListener() = default;
  // Whole messages; the view lives until the call returns. Text is valid UTF-8 (else the connection closed with 1007).
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  // Close code received or sent: 1005 without a code, 1006 without a close handshake. `peer_error`: 1002, 1007, 1008,
  // 1009 sent by us. Last call.
  virtual void on_closed(std::uint16_t code, bool peer_error) = 0;
  // The send queue is past its limit; the listener decides (usually abort()).
  virtual void on_overflow() = 0;
};

class WebSocketConnection {
 public:
  virtual ~WebSocketConnection() = default;

  // A whole frame, encoded beforehand (encode_frame_header), not compressed: it is where that was agreed, once a turn
  // and loop for all that get this object. The shared_ptr may alias a larger object. Queued now,
  // written at the end of the loop's turn together with what else this connection owes, in one writev.
  virtual void send(base::SharedBytes frame) = 0;
  [[nodiscard]] virtual std::size_t queued_bytes() const noexcept = 0;  // not yet taken by the kernel
  // What is queued leaves first, then a Close frame (without a code when 0), then TCP closes within 30 s at the latest.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  // TCP closes now; on_closed(1006) runs later in this turn.
  virtual void abort() = 0;
};

// Answers 101 (with `headers` beside its own) and starts reading in a later turn. The listener outlives the
// connection's on_closed. Loop's thread of the exchange.
[[nodiscard]] std::unique_ptr<WebSocketConnection> accept_websocket(std::shared_ptr<HttpExchange> exchange,
                                                                    std::vector<Header> headers,
                                                                    const WebSocketConfig& config,
                                                                    WebSocketListener& listener);

// Moves a released exchange (its TCP connection) to another loop; `arrived` runs there. Any of the two loops' business
// with it ends here on the calling one.
void move_exchange(std::shared_ptr<HttpExchange> exchange, Loop& to,
                   base::Function<void(std::shared_ptr<HttpExchange>)> arrived);

// Header of an unmasked, unfragmented server frame; opcode 1 text, 2 binary. 2, 4 or 10 bytes.
[[nodiscard]] std::string encode_frame_header(std::uint8_t opcode, std::size_t payload_bytes);

}  // namespace skat::net
