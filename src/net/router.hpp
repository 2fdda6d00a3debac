// Router: which handler answers which path. Immutable once the server runs; shared by all loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace skat::net {

class HttpExchange;  // one request waiting for its answer; http_connection.hpp
class Loop;

// The handler's end of an exchange. Move-only. Destroyed unanswered: 500. Loop's thread only.
class Responder {
 public:
  // A released exchange (after move_exchange: on the loop it was moved to) becomes an ordinary HTTP connection of that
  // loop again, which has to be one of its server's; later requests of the peer are then handled there.
  explicit Responder(std::shared_ptr<HttpExchange> exchange);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();
  // Sent when the loop's turn ends. Nothing happens once the peer has gone or an answer was given.
  void respond(HttpResponse response);
  // False once the peer has gone; `lost` (set at most once) then runs, unless the answer was given before. A peer that
  // has only closed its sending side counts as gone.
  [[nodiscard]] bool connected() const noexcept;
  void on_lost(base::Function<void()> lost);
  // When HttpRequest::body_follows: set before the handler returns, or the body is read and dropped. `ended` runs once,
  // never inside this call, unless the request is answered or lost before; a body that is late or malformed counts as
  // lost. An answer before the body has come closes the connection.
  void on_body(base::Function<void(BodyResult)> ended);
  // Closes the connection without an answer. `lost` does not run.
  void cut();
  // For engineio: takes the TCP connection over for WebSocket. websocket_connection.hpp consumes it.
  [[nodiscard]] std::shared_ptr<HttpExchange> release() noexcept;
  // The loop this exchange lives on.
  [[nodiscard]] Loop& loop() const noexcept;

 private:
  std::shared_ptr<HttpExchange> exchange_;
};

// Called on the loop that owns the connection; the same handler object is called by every loop, possibly at once.
using HttpHandler = base::Function<void(HttpRequest, Responder)>;

enum class BodyMode : std::uint8_t {
  with_request,  // the handler is called once the whole body is there
  may_follow,    // called with the head, unless the whole body came with it (or it asks for a WebSocket)
};

struct RouteOptions {
  // One more byte: 413, and the connection closes. BodyMode::may_follow: BodyResult::too_large.
  std::size_t max_body_bytes = 1'000'000;
  BodyMode body = BodyMode::with_request;
};

class Router {
 public:
  struct Route {
    std::string method;  // "*": any
    std::string path;
    HttpHandler handler;
    RouteOptions options;
  };
  // What answers a request: a route, or else a status (404, 405) with the methods that are allowed.
  struct Match {
    Route* route = nullptr;
    int status = 404;
    std::string allow;
  };

  // `method` "*" answers every method. GET answers HEAD too, whose body is then left out.
  void add(std::string method, std::string path, HttpHandler handler, RouteOptions options = {});
  // Every path that begins with `prefix` and has no exact route; the longest prefix wins.
  void add_prefix(std::string method, std::string prefix, HttpHandler handler, RouteOptions options = {});
  // Every path that no route knows; without it 404.
  void set_fallback(HttpHandler handler, RouteOptions options = {});

  // By percent-decoded path.
  [[nodiscard]] Match match(std::string_view method, std::string_view path) const;

 private:
  // unique_ptr: calling a handler is not const, and the addresses stay.
  using Routes = std::vector<std::unique_ptr<Route>>;

  Routes exact_, prefixes_;  // sorted by path; prefixes longest first
  std::unique_ptr<Route> fallback_;
};

}  // namespace skat::net
