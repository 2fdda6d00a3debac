// Session: one Engine.IO session as the floor above sees it; survives a change of transport.
// Lives on: the loop that made the handshake; never moves.
// Ends by: close packet, late pong, transport error, close(). SessionTable then drops it.
// Spec: Engine.IO protocol v4.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "engineio/frame.hpp"
#include "engineio/handshake_info.hpp"

namespace skat::engineio {

enum class CloseReason : std::uint8_t {
  transport_close,  // the peer closed, or TCP broke
  transport_error,  // overlap, aborted poll, oversized or invalid frame
  ping_timeout,
  parse_error,
  forced_close,  // Session::close()
  server_shutting_down,
  slow_consumer,  // send queue past its limit
};
[[nodiscard]] const char* to_text(CloseReason reason) noexcept;  // "transport close" …

class Session {
 public:
  virtual ~Session() = default;
  [[nodiscard]] virtual std::string_view sid() const noexcept = 0;  // lives as long as the session
  [[nodiscard]] virtual const HandshakeInfo& handshake() const noexcept = 0;
  [[nodiscard]] virtual std::string_view transport() const noexcept = 0;  // "polling" | "websocket"

  // Queues and flushes at the end of the loop's turn. After the end it does nothing. Frames given in one call leave
  // together: a Socket.IO packet and its attachments are never interleaved with another. Limit:
  // Config::max_send_queue_*; past it the session closes with slow_consumer.
  virtual void send(Frame frame) = 0;
  virtual void send(std::vector<Frame> frames) = 0;
  // False while an earlier write is pending (websocket) or no GET is held (polling): a volatile packet is dropped then.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  // Flushes what is queued, then closes. on_close runs before this returns or later in the turn.
  virtual void close(CloseReason reason = CloseReason::forced_close) = 0;
};

// Implemented by the floor above, one per session; engineio calls it on the session's loop. The views live until the
// call returns. A listener may call send() and close() from inside a call.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void on_text(std::string_view text) = 0;  // a message packet, without its type
  virtual void on_binary(std::string_view bytes) = 0;
  virtual void on_close(CloseReason reason) = 0;  // last call; session and listener are then destroyed
};

}  // namespace skat::engineio
