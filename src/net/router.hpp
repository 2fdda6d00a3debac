// Router: which handler answers which path. Immutable once the server runs; shared by all loops.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace skat::net {

class HttpExchange;  // one request waiting for its answer; http_connection.hpp

// The handler's end of an exchange. Move-only. Destroyed unanswered: 500. Loop's thread only.
class Responder {
 public:
  explicit Responder(std::shared_ptr<HttpExchange> exchange);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();
  void respond(HttpResponse response);
  // False once the peer has gone; `lost` (set at most once) then runs, unless the answer was given before.
  [[nodiscard]] bool connected() const noexcept;
  void on_lost(base::Function<void()> lost);
  // For engineio: takes the TCP connection over for WebSocket. websocket_connection.hpp consumes it.
  [[nodiscard]] std::shared_ptr<HttpExchange> release() noexcept;

 private:
  std::shared_ptr<HttpExchange> exchange_;
};

// Called on the loop that owns the connection; the same handler object is called by every loop.
using HttpHandler = base::Function<void(HttpRequest, Responder)>;

}  // namespace skat::net
