// HttpExchange: one request waiting for its answer; behind Responder. Released, it is a bare TCP connection with the
// facts of its request, on its way to a WebSocket or to another loop.
// Lives on: the loop of its connection; released, on whatever loop move_exchange took it to.
// Ends by: the answer, the loss of the peer, or accept_websocket. Destroyed unanswered: 500; released: TCP closes.
#pragma once

#include <string>

#include "net/router.hpp"
#include "net/stream.hpp"

namespace skat::net {

class HttpConnection;
struct HttpService;

// What the answer has to know of the request.
struct RequestFacts {
  bool head_request = false, http_1_0 = false, keep_alive = false;
};

// What a client that asks for a WebSocket says of it.
struct WebSocketOffer {
  std::string key;         // Sec-WebSocket-Key
  std::string extensions;  // its Sec-WebSocket-Extensions headers, joined by commas
};

class HttpExchange {
 public:
  HttpExchange(HttpConnection& connection, Loop& loop, HttpService& service, RequestFacts facts, WebSocketOffer offer);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  [[nodiscard]] bool connected() const noexcept { return connection_ != nullptr; }
  [[nodiscard]] bool released() const noexcept { return static_cast<bool>(stream_); }
  [[nodiscard]] const RequestFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] Loop& loop() const noexcept { return *loop_; }

  void respond(HttpResponse response);
  void on_lost(base::Function<void()> lost) { lost_ = std::move(lost); }
  void on_body(base::Function<void(BodyResult)> ended) { body_ended_ = std::move(ended); }
  void cut();
  void release();
  // The other way, on loop().
  void attach();

  // HttpConnection: the peer has gone; may destroy this exchange.
  void peer_lost();
  // HttpConnection: the body that followed the request; may destroy this exchange.
  [[nodiscard]] bool awaits_body() const noexcept { return static_cast<bool>(body_ended_); }
  void end_body(BodyResult result);
  // HttpConnection: it ends with its loop, nobody is told.
  void forget_connection() noexcept { connection_ = nullptr; }

  // While released.
  struct Socket {
    Stream stream;
    std::string unread;  // bytes of the peer behind the request
    std::string remote_address;
  };
  [[nodiscard]] Socket take_socket() noexcept;
  [[nodiscard]] const WebSocketOffer& offer() const noexcept { return offer_; }
  void set_loop(Loop& loop) noexcept { loop_ = &loop; }

 private:
  struct Callbacks {
    base::Function<void()> lost;
    base::Function<void(BodyResult)> body_ended;
  };
  // For the caller to keep until it is done: they may own this exchange.
  [[nodiscard]] Callbacks drop_callbacks() noexcept;

  HttpConnection* connection_;  // while it waits for the answer
  Loop* loop_;
  HttpService& service_;
  const RequestFacts facts_;
  const WebSocketOffer offer_;
  base::Function<void()> lost_;
  base::Function<void(BodyResult)> body_ended_;

  Stream stream_;
  std::string unread_, remote_address_;
};

}  // namespace skat::net
