// HttpConnection: HTTP/1.1 (and 1.0) on one TCP connection: keep-alive, pipelined requests answered in order and one at
// a time, long answers. Idle it owns neither a parser nor a buffer.
// Lives on: one loop, in that loop's HttpLoop.
// Ends by: the peer, a time limit, an answer with close, an error, or hand_over(); then the loop buries it.
// Spec: RFC 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_exchange.hpp"
#include "net/http_loop.hpp"
#include "net/poller.hpp"
#include "net/send_queue.hpp"
#include "net/stream.hpp"

namespace skat::net {

class HttpParser;

class HttpConnection final : public Pollable, public HttpWaiter {
 public:
  static void start(HttpLoop& part, Stream stream, std::string remote_address);
  // For an exchange that had been released. nullptr: the system refused to watch the socket, which is closed.
  static HttpConnection* resume(HttpLoop& part, HttpExchange::Socket socket, HttpExchange& exchange);

  HttpConnection(HttpLoop& part, Stream stream, std::string remote_address);
  ~HttpConnection() override;

  // For the exchange under way, which ends by any of these.
  void answer(HttpResponse response, const RequestFacts& facts);
  void cut();
  [[nodiscard]] HttpExchange::Socket hand_over();

  void on_ready(std::uint32_t events) override;
  void on_turn_end() override;
  void on_timeout(HttpWait wait) override;
  void on_loop_end() override;

 private:
  [[nodiscard]] bool watch_first();
  void watch(std::uint32_t events);

  void shake_hands();
  void read();
  void consume(std::string_view bytes);
  [[nodiscard]] bool parse_some();
  [[nodiscard]] bool begin_body();
  enum class Body : std::uint8_t { here, follows };
  void dispatch(Body body);
  void end_body();
  void refuse_body();
  // Bytes are read: of a request that no handler has yet, or of the body that one waits for.
  [[nodiscard]] bool receiving() const noexcept { return exchange_ == nullptr || parser_ != nullptr; }
  void refuse(int status);
  void send(const HttpResponse& response, const RequestFacts& facts);
  void settle();

  void linger();
  void discard();
  void lose();
  void end();
  void detach();

  // set at construction
  HttpLoop& part_;
  LoopShared& shared_;
  std::string remote_address_;

  // loop only
  Stream stream_;
  std::uint32_t watched_ = 0;           // EPOLL… bits
  bool fresh_ = false;                  // the parser began with the bytes read last
  bool in_body_ = false;                // the parser is behind the head
  bool served_ = false;                 // a request has been answered
  bool closing_ = false;                // no further request; close when the answers have left
  bool body_unread_ = false;            // the request's body was not read to its end: its answer is the last
  bool lingering_ = false;              // our side is shut; waiting for the peer's
  std::unique_ptr<HttpParser> parser_;  // while a request comes in; beside an exchange: while its body does
  HttpExchange* exchange_ = nullptr;    // the request under way
  SendQueue out_;
  std::string unread_;     // an incomplete head, or requests behind the one under way; at most a read buffer
  std::string_view rest_;  // of the bytes that consume() is at
  std::size_t discarded_bytes_ = 0;
};

}  // namespace skat::net
