#include "net/http_exchange.hpp"

#include <utility>

#include "base/check.hpp"
#include "net/http_connection.hpp"
#include "net/http_loop.hpp"
#include "net/loop.hpp"
#include "net/websocket_connection.hpp"

namespace skat::net {

HttpExchange::HttpExchange(HttpConnection& connection, Loop& loop, HttpService& service, RequestFacts facts,
                           WebSocketOffer offer)
    : connection_(&connection), loop_(&loop), service_(service), facts_(facts), offer_(std::move(offer)) {}

HttpExchange::~HttpExchange() {
  if (connected()) respond(HttpResponse::text(500, "Internal Server Error"));
}

void HttpExchange::respond(HttpResponse response) {
  if (connection_ == nullptr) return;
  const auto unused = drop_callbacks();
  std::exchange(connection_, nullptr)->answer(std::move(response), facts_);
}

void HttpExchange::cut() {
  if (connection_ == nullptr) return;
  const auto unused = drop_callbacks();
  std::exchange(connection_, nullptr)->cut();
}

void HttpExchange::release() {
  if (connection_ == nullptr) return;
  const auto unused = drop_callbacks();
  auto socket = std::exchange(connection_, nullptr)->hand_over();
  stream_ = std::move(socket.stream);
  unread_ = std::move(socket.unread);
  remote_address_ = std::move(socket.remote_address);
}

void HttpExchange::attach() {
  HttpLoop* const part = service_.on(*loop_);
  SKAT_CHECK(part != nullptr, "a Responder was made on a loop that does not serve HTTP");
  connection_ = HttpConnection::resume(*part, take_socket(), *this);
}

void HttpExchange::peer_lost() {
  connection_ = nullptr;
  // The callback may destroy this exchange.
  auto callbacks = drop_callbacks();
  if (callbacks.lost) callbacks.lost();
}

void HttpExchange::end_body(BodyResult result) {
  if (auto ended = std::exchange(body_ended_, nullptr)) ended(std::move(result));
}

HttpExchange::Callbacks HttpExchange::drop_callbacks() noexcept {
  return {std::exchange(lost_, nullptr), std::exchange(body_ended_, nullptr)};
}

HttpExchange::Socket HttpExchange::take_socket() noexcept {
  return {std::move(stream_), std::move(unread_), std::move(remote_address_)};
}

Responder::Responder(std::shared_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {
  if (exchange_->released()) exchange_->attach();
}
Responder::Responder(Responder&&) noexcept = default;
Responder& Responder::operator=(Responder&&) noexcept = default;
Responder::~Responder() = default;

void Responder::respond(HttpResponse response) {
  if (exchange_) exchange_->respond(std::move(response));
}

bool Responder::connected() const noexcept {
  return exchange_ && exchange_->connected();
}

void Responder::on_lost(base::Function<void()> lost) {
  if (connected()) exchange_->on_lost(std::move(lost));
}

void Responder::on_body(base::Function<void(BodyResult)> ended) {
  if (connected()) exchange_->on_body(std::move(ended));
}

void Responder::cut() {
  if (exchange_) exchange_->cut();
}

std::shared_ptr<HttpExchange> Responder::release() noexcept {
  if (exchange_) exchange_->release();
  return std::move(exchange_);
}

Loop& Responder::loop() const noexcept {
  return exchange_->loop();
}

void move_exchange(std::shared_ptr<HttpExchange> exchange, Loop& to,
                   base::Function<void(std::shared_ptr<HttpExchange>)> arrived) {
  exchange->set_loop(to);
  to.post([exchange = std::move(exchange), arrived = std::move(arrived)]() mutable { arrived(std::move(exchange)); });
}

}  // namespace skat::net
