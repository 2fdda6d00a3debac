#include "net/http_connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/http_parser.hpp"
#include "net/http_response.hpp"
#include "net/http_text.hpp"

namespace skat::net {
namespace {

constexpr std::uint32_t kReading = EPOLLIN | EPOLLRDHUP;

// Limit: the body of a request that no route answers.
constexpr std::size_t kMaxUnroutedBodyBytes = 64 * 1024;

}  // namespace

void HttpConnection::start(HttpLoop& part, Stream stream, std::string remote_address) {
  auto connection = std::make_unique<HttpConnection>(part, std::move(stream), std::move(remote_address));
  if (!connection->watch_first()) return;
  part.wait_for(*connection.release(), HttpWait::head);  // in the list, HttpLoop knows it
}

HttpConnection* HttpConnection::resume(HttpLoop& part, HttpExchange::Socket socket, HttpExchange& exchange) {
  auto connection = std::make_unique<HttpConnection>(part, std::move(socket.stream), std::move(socket.remote_address));
  if (!connection->watch_first()) return nullptr;
  connection->unread_ = std::move(socket.unread);
  connection->exchange_ = &exchange;
  connection->served_ = true;
  part.wait_for(*connection, HttpWait::held);
  return connection.release();
}

HttpConnection::HttpConnection(HttpLoop& part, Stream stream, std::string remote_address)
    : part_(part), shared_(part.shared()), remote_address_(std::move(remote_address)), stream_(std::move(stream)) {
  ++shared_.stats().connections;
}

HttpConnection::~HttpConnection() {
  --shared_.stats().connections;
}

bool HttpConnection::watch_first() {
  watched_ = kReading;
  return shared_.poller().add(stream_.fd(), *this, watched_).has_value();
}

void HttpConnection::watch(std::uint32_t events) {
  if (watched_ == events) return;
  watched_ = events;
  shared_.poller().modify(stream_.fd(), *this, events);
}

void HttpConnection::on_ready(std::uint32_t events) {
  if (lingering_) return discard();
  const bool half_closed = (events & EPOLLRDHUP) != 0;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 || (half_closed && !receiving())) return lose();
  if (stream_.in_handshake()) return shake_hands();
  if ((events & EPOLLOUT) != 0) shared_.at_turn_end(*this);
  if ((events & EPOLLIN) == 0) return;
  if (receiving()) {
    read();
  } else {
    watch(EPOLLRDHUP);  // what follows waits in the kernel; only the peer's going matters now
  }
}

// Within head_timeout, which began when the connection was accepted.
void HttpConnection::shake_hands() {
  switch (stream_.handshake()) {
    case Stream::Status::done:
      return watch(kReading);
    case Stream::Status::wants_readable:
      return watch(kReading);
    case Stream::Status::wants_writable:
      return watch(EPOLLOUT | EPOLLRDHUP);
    case Stream::Status::ended:
    case Stream::Status::failed:
      break;
  }
  ++shared_.stats().tls_failures;
  if (stream_.peer_speaks_http()) {
    // In the clear, so that who typed the wrong scheme can read it.
    static constexpr std::string_view kWrongScheme =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 30\r\nConnection: close\r\n\r\n"
        "This port answers to https://\n";
    ::send(stream_.fd(), kWrongScheme.data(), kWrongScheme.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  end();
}

void HttpConnection::read() {
  const auto buffer = shared_.read_buffer();
  const std::size_t kept = unread_.size();
  const auto [status, got] = stream_.read(buffer.subspan(kept));
  if (status == Stream::Status::failed) return lose();
  if (status == Stream::Status::ended) {
    if (exchange_ != nullptr) return lose();  // in the middle of its body
    if (out_.empty()) return end();
    closing_ = true;
    return shared_.at_turn_end(*this);
  }
  if (status != Stream::Status::done) return;
  shared_.stats().bytes_in += got;
  std::memcpy(buffer.data(), unread_.data(), kept);
  unread_ = {};
  consume({buffer.data(), kept + got});
}

void HttpConnection::consume(std::string_view bytes) {
  rest_ = bytes;
  for (std::size_t served = 0; stream_ && receiving() && !closing_ && !rest_.empty();) {
    if (served == part_.config().max_pipelined_per_turn) {
      shared_.at_turn_end(*this);
      break;
    }
    if (!parse_some()) break;
    if (!parser_) ++served;
  }
  if (!stream_) return;  // handed over or ended: this object is buried
  if (closing_) {
    rest_ = {};
    return;  // on_turn_end goes on
  }
  unread_ = std::string(rest_);
  rest_ = {};
  settle();
}

// False: no progress without more bytes.
bool HttpConnection::parse_some() {
  if (!parser_) {
    const auto first = std::min(rest_.find_first_not_of("\r\n"), rest_.size());
    rest_.remove_prefix(first);  // empty lines before a request line are ignored (RFC 9112, 2.2)
    if (rest_.empty()) return false;
    parser_ = std::make_unique<HttpParser>(part_.config());
    fresh_ = true;
    in_body_ = false;
  }
  switch (parser_->feed(rest_)) {
    case HttpParser::Status::need_more:
      return false;
    case HttpParser::Status::head_done:
      return begin_body();
    case HttpParser::Status::complete:
      end_body();
      return true;
    case HttpParser::Status::failed:
      break;
  }
  if (exchange_ != nullptr && parser_->error_status() == 413) {
    refuse_body();
  } else {
    refuse(parser_->error_status());
  }
  return false;
}

bool HttpConnection::begin_body() {
  in_body_ = true;
  if (!parser_->has_body()) {
    (void)parser_->allow_body(0);
    if (parser_->feed(rest_) == HttpParser::Status::complete) dispatch(Body::here);
    return true;
  }
  RouteOptions options{.max_body_bytes = kMaxUnroutedBodyBytes};
  const auto match = part_.service().router.match(parser_->head().method, parser_->head().path);
  if (match.route != nullptr) options = match.route->options;
  const bool may_follow = options.body == BodyMode::may_follow && !parser_->head().upgrade_websocket;
  const bool body_begun = !rest_.empty();
  auto status = HttpParser::Status::need_more;
  if (!parser_->allow_body(options.max_body_bytes)) {
    status = HttpParser::Status::failed;
  } else if (may_follow) {
    status = parser_->feed(rest_);
  }
  if (status == HttpParser::Status::complete) {
    dispatch(Body::here);
    return true;
  }
  const bool failed = status == HttpParser::Status::failed;
  if (failed && !(may_follow && parser_->error_status() == 413)) {
    refuse(parser_->error_status());
    return false;
  }
  if (may_follow) dispatch(Body::follows);
  if (failed) {
    refuse_body();
  } else if (parser_ && parser_->expects_continue() && !body_begun) {
    static const auto kContinue = base::share("HTTP/1.1 100 Continue\r\n\r\n");
    out_.push(kContinue, shared_.chunks());
    shared_.at_turn_end(*this);
  }
  return !failed;
}

void HttpConnection::dispatch(Body body) {
  ++shared_.stats().http_requests;
  served_ = true;
  const bool keep_alive = parser_->keep_alive(), http_1_0 = parser_->http_1_0();
  HttpRequest request = body == Body::here ? parser_->take_request() : parser_->take_head();
  request.body_follows = body == Body::follows;
  if (body == Body::here) parser_.reset();
  request.remote_address = remote_address_;
  request.secure = stream_.secure();

  const RequestFacts facts{request.method == "HEAD", http_1_0, keep_alive};
  if (request.path == "*") {  // OPTIONS of the server itself (RFC 9110, 9.3.7)
    HttpResponse response;
    response.status = 204;
    return send(response, facts);
  }
  const auto match = part_.service().router.match(request.method, request.path);
  if (match.route == nullptr) {
    auto response = HttpResponse::text(match.status, std::string(status_phrase(match.status)));
    if (!match.allow.empty()) response.headers.push_back({"Allow", match.allow});
    return send(response, facts);
  }
  WebSocketOffer offer;
  if (request.upgrade_websocket) {
    offer = {std::string(request.header("Sec-WebSocket-Key")), request.joined_headers("Sec-WebSocket-Extensions")};
  }
  auto exchange = std::make_shared<HttpExchange>(*this, part_.loop(), part_.service(), facts, std::move(offer));
  exchange_ = exchange.get();
  match.route->handler(std::move(request), Responder(std::move(exchange)));
}

// The request's last byte is there.
void HttpConnection::end_body() {
  if (exchange_ == nullptr) return dispatch(Body::here);
  BodyResult result{false, parser_->take_body()};
  parser_.reset();
  exchange_->end_body(std::move(result));
}

// The body is larger than its handler wants; the handler answers.
void HttpConnection::refuse_body() {
  if (exchange_ == nullptr) return;  // it has answered, or cut the connection
  if (!exchange_->awaits_body()) return refuse(413);
  parser_.reset();
  rest_ = {};
  body_unread_ = true;
  exchange_->end_body({.too_large = true, .body = {}});
}

void HttpConnection::refuse(int status) {
  parser_.reset();
  HttpExchange* const exchange = std::exchange(exchange_, nullptr);
  send(HttpResponse::text(status, std::string(status_phrase(status))), RequestFacts{});
  if (exchange != nullptr) exchange->peer_lost();
}

void HttpConnection::answer(HttpResponse response, const RequestFacts& facts) {
  exchange_ = nullptr;
  if (parser_) {
    parser_.reset();
    body_unread_ = true;
  }
  send(response, facts);
}

void HttpConnection::cut() {
  exchange_ = nullptr;
  end();
}

void HttpConnection::send(const HttpResponse& response, const RequestFacts& facts) {
  const bool keep_alive = facts.keep_alive && !response.close && !body_unread_ && !part_.draining();
  if (!keep_alive) closing_ = true;
  const ResponseFraming framing{facts.http_1_0, keep_alive, shared_.http_date()};
  out_.push(base::share(format_head(response, framing)), shared_.chunks());
  if (!facts.head_request && may_have_body(response.status)) out_.push(response.body, shared_.chunks());
  shared_.at_turn_end(*this);
}

void HttpConnection::on_turn_end() {
  if (!stream_ || lingering_) return;
  if (!out_.empty()) {
    const std::size_t before = out_.bytes();
    switch (out_.write_to(stream_, shared_.scratch(), shared_.chunks(), shared_.stats())) {
      case SendQueue::Progress::failed:
        return lose();
      case SendQueue::Progress::blocked:
        watch(EPOLLOUT);
        return part_.wait_for(*this, HttpWait::writing, out_.bytes() != before);
      case SendQueue::Progress::more:
        return shared_.at_turn_end(*this);
      case SendQueue::Progress::drained:
        break;
    }
  }
  if (exchange_ == nullptr && closing_) return linger();
  if (exchange_ == nullptr && !unread_.empty()) {
    const std::string bytes = std::exchange(unread_, {});
    return consume(bytes);
  }
  settle();
}

// Waits for what comes next.
void HttpConnection::settle() {
  if (!receiving()) {
    if (watched_ == EPOLLOUT) watch(kReading);
    return part_.wait_for(*this, HttpWait::held);
  }
  watch(kReading);
  if (parser_) {
    part_.wait_for(*this, in_body_ ? HttpWait::body : HttpWait::head, std::exchange(fresh_, false));
  } else {
    // Before its first request a connection keeps the deadline it got when it was accepted.
    part_.wait_for(*this, served_ ? HttpWait::idle : HttpWait::head, served_);
  }
}

HttpExchange::Socket HttpConnection::hand_over() {
  exchange_ = nullptr;
  const bool in_body = parser_ != nullptr || body_unread_;
  if (in_body || (!out_.empty() && out_.write_to(stream_, shared_.scratch(), shared_.chunks(), shared_.stats()) !=
                                       SendQueue::Progress::drained)) {
    // The next protocol cannot begin behind half a body, nor before earlier answers have left: whoever takes the socket
    // finds it closed.
    ::shutdown(stream_.fd(), SHUT_RDWR);
  }
  HttpExchange::Socket socket;
  socket.unread = rest_.empty() ? std::move(unread_) : std::string(rest_);
  socket.remote_address = std::move(remote_address_);
  detach();
  socket.stream = std::move(stream_);
  return socket;
}

void HttpConnection::linger() {
  stream_.shut_sending();
  lingering_ = true;
  unread_ = {};
  watch(EPOLLIN);
  part_.wait_for(*this, HttpWait::linger);
}

void HttpConnection::discard() {
  const auto buffer = shared_.read_buffer();
  const ssize_t got = ::recv(stream_.fd(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) discarded_bytes_ += static_cast<std::size_t>(got);
  if (got <= 0 || discarded_bytes_ > part_.config().max_discarded_bytes) end();
}

void HttpConnection::on_timeout(HttpWait wait) {
  if (parser_ && (wait == HttpWait::head || wait == HttpWait::body)) {
    refuse(408);
  } else {
    lose();  // also a request that waits behind an answer nobody reads
  }
}

void HttpConnection::lose() {
  HttpExchange* const exchange = std::exchange(exchange_, nullptr);
  end();
  if (exchange != nullptr) exchange->peer_lost();
}

void HttpConnection::end() {
  detach();
  stream_.reset();
}

void HttpConnection::detach() {
  parser_.reset();
  out_.clear(shared_.chunks());
  shared_.poller().remove(stream_.fd(), *this);
  part_.remove(*this);
  shared_.bury(*this);
}

void HttpConnection::on_loop_end() {
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->forget_connection();
  end();
}

}  // namespace skat::net
