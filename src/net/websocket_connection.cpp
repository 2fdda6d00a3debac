#include "net/websocket_connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

#include "net/http_exchange.hpp"
#include "net/loop.hpp"
#include "net/loop_shared.hpp"
#include "net/websocket_extensions.hpp"
#include "net/websocket_frame.hpp"
#include "net/websocket_handshake.hpp"

namespace skat::net {
namespace {

constexpr auto kCloseTimeout = std::chrono::seconds(30);  // for the peer's Close, and for what leaves before ours
constexpr auto kErrorLinger = std::chrono::seconds(2);    // for a Close with an error code to be read
// Limit: read and dropped after such a Close; then TCP closes.
constexpr std::size_t kMaxDiscardedBytes = 4 * 1024 * 1024;
// Limit: answers to pings while the peer does not read; further pings go unanswered (RFC 6455, 5.5.3 allows it).
constexpr std::uint8_t kMaxWaitingPongs = 16;

// NativeWebSocket: what accept_websocket makes.
// Lives on: one loop.
// Ends by: its owner deleting it. That aborts an open connection; when a close handshake is under way, the object
// outlives the deletion until TCP has closed (LoopShared knows it as an orphan then).
class NativeWebSocket final : public WebSocketConnection, public Pollable {
 public:
  NativeWebSocket(LoopShared& shared, HttpExchange::Socket socket, const WebSocketConfig& config,
                  WebSocketListener& listener);
  ~NativeWebSocket() override;

  // `delete` by the owner comes here in place of the destructor; destroy() ends the object.
  static void operator delete(NativeWebSocket* self, std::destroying_delete_t) { self->on_owner_gone(); }

  // `deflate_bits`: DeflateAgreement's window_bits, 0 without one.
  void begin(std::string response, std::uint8_t deflate_bits);

  void send(base::SharedBytes frame) override;
  [[nodiscard]] std::size_t queued_bytes() const noexcept override { return out_.bytes(); }
  void close(std::uint16_t code, std::string_view reason) override;
  void abort() override;

  void on_ready(std::uint32_t events) override;
  void on_turn_end() override;

 private:
  enum class State : std::uint8_t {
    open,
    closing,  // our Close is queued or sent
    closed,   // no TCP connection any more
  };

  void destroy() noexcept override;
  void on_owner_gone();

  void read();
  void consume(std::span<char> input);
  void on_peer_close(std::uint16_t code);
  void on_peer_error(std::uint16_t code);
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;
  void queue_close(std::uint16_t code, std::string_view reason, base::Duration timeout);
  void write();
  void end_handshake();
  void report(std::uint16_t code, bool peer_error);
  void end_tcp();
  void lose();
  void watch(std::uint32_t events) { shared_.poller().modify(stream_.fd(), *this, events); }

  // set at construction
  LoopShared& shared_;
  const WebSocketConfig config_;

  // loop only
  WebSocketListener* listener_;  // until on_closed, or the owner has gone
  Stream stream_;
  State state_ = State::open;
  bool blocked_ = false;      // waiting until the socket is writable
  bool broken_ = false;       // a write failed
  bool overflowed_ = false;   // frames are refused until the listener has heard of it
  bool peer_closed_ = false;  // its Close has come, or what it sent is of no use any more
  bool failed_ = false;       // it broke the protocol
  bool reported_ = false, report_due_ = false;
  bool owner_gone_ = false;
  std::uint8_t deflate_bits_ = 0;  // window of what is sent compressed; 0: nothing is compressed
  std::uint8_t waiting_pongs_ = 0;
  std::uint16_t code_ = 0;  // of on_closed
  std::uint32_t discarded_bytes_ = 0;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;  // only while closing
  FrameReader reader_;
  SendQueue out_;
  std::unique_ptr<std::string> early_;  // what came with the handshake
};
// With epoll in place of per-connection objects of a framework, this is all that an idle connection costs here.
static_assert(sizeof(NativeWebSocket) <= 256);

NativeWebSocket::NativeWebSocket(LoopShared& shared, HttpExchange::Socket socket, const WebSocketConfig& config,
                                 WebSocketListener& listener)
    : shared_(shared), config_(config), listener_(&listener), stream_(std::move(socket.stream)) {
  if (!socket.unread.empty()) early_ = std::make_unique<std::string>(std::move(socket.unread));
}

NativeWebSocket::~NativeWebSocket() {
  owner_gone_ = false;  // so that nothing is buried again
  end_tcp();
}

void NativeWebSocket::destroy() noexcept {
  this->~NativeWebSocket();
  ::operator delete(this);
}

void NativeWebSocket::on_owner_gone() {
  owner_gone_ = true;
  listener_ = nullptr;
  if (state_ == State::closing) return shared_.add_orphan(*this);
  if (state_ == State::open) end_tcp();
  shared_.bury(*this);
}

void NativeWebSocket::begin(std::string response, std::uint8_t deflate_bits) {
  deflate_bits_ = deflate_bits;
  LoopStats& stats = shared_.stats();
  ++stats.websockets;
  ++stats.connections;
  out_.push(base::share(std::move(response)), shared_.chunks());
  broken_ = !stream_ || !shared_.poller().add(stream_.fd(), *this, EPOLLIN).has_value();
  shared_.at_turn_end(*this);
}

bool NativeWebSocket::has_room(std::size_t bytes) const noexcept {
  return out_.frames() < config_.max_queue_frames && bytes <= config_.max_queue_bytes &&
         out_.bytes() <= config_.max_queue_bytes - bytes;
}

void NativeWebSocket::send(base::SharedBytes frame) {
  if (state_ != State::open || overflowed_ || !frame) return;
  if (deflate_bits_ != 0 && frame->size() >= config_.min_deflate_bytes) {
    frame = shared_.deflater().deflate(std::move(frame), deflate_bits_, config_.min_deflate_bytes);
  }
  if (!has_room(frame->size())) [[unlikely]] {
    // Perhaps the turn was only long, and the peer is not slow at all.
    if (!blocked_) write();
    if (!has_room(frame->size())) {
      overflowed_ = true;
      ++shared_.stats().overflows;
      return shared_.at_turn_end(*this);
    }
  }
  out_.push(std::move(frame), shared_.chunks());
  if (!blocked_) shared_.at_turn_end(*this);
}

void NativeWebSocket::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  code_ = code == 0 ? std::uint16_t{kCloseNoCode} : code;
  queue_close(code, reason, kCloseTimeout);
}

void NativeWebSocket::abort() {
  if (state_ != State::closed) lose();
}

void NativeWebSocket::on_ready(std::uint32_t events) {
  if (blocked_ && (events & EPOLLOUT) != 0) {
    blocked_ = false;
    watch(EPOLLIN);
    shared_.at_turn_end(*this);
  }
  // Under TLS a read may have waited for room to answer a key update.
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0 || (stream_.secure() && state_ != State::closed)) read();
}

void NativeWebSocket::read() {
  const auto buffer = shared_.read_buffer();
  const auto [status, size] = stream_.read(buffer);
  switch (status) {
    case Stream::Status::done:
      break;
    case Stream::Status::wants_readable:
      return;
    case Stream::Status::wants_writable:
      blocked_ = true;
      return watch(EPOLLIN | EPOLLOUT);
    case Stream::Status::ended:
    case Stream::Status::failed:
      return lose();
  }
  shared_.stats().bytes_in += size;
  if (!peer_closed_) return consume(buffer.first(size));
  discarded_bytes_ += static_cast<std::uint32_t>(size);
  if (discarded_bytes_ > kMaxDiscardedBytes) lose();
}

void NativeWebSocket::consume(std::span<char> input) {
  const FrameLimits limits{config_.max_message_bytes, config_.max_fragments};
  MessageInflater* const inflater = deflate_bits_ == 0 ? nullptr : &shared_.inflater();
  // A call of the listener may close, abort or delete this; the memory stays until the turn is over.
  while (state_ != State::closed && !peer_closed_) {
    const FrameReader::Item item = reader_.next(input, limits, inflater);
    switch (item.event) {
      case FrameReader::Event::none:
        return;
      case FrameReader::Event::text:
        if (state_ == State::open) listener_->on_text(item.payload);
        break;
      case FrameReader::Event::binary:
        if (state_ == State::open) listener_->on_binary(item.payload);
        break;
      case FrameReader::Event::ping:
        if (state_ == State::open && waiting_pongs_ < kMaxWaitingPongs) {
          ++waiting_pongs_;
          out_.push(base::share(*encode_reply(item)), shared_.chunks());
          if (!blocked_) shared_.at_turn_end(*this);
        }
        break;
      case FrameReader::Event::pong:
        break;
      case FrameReader::Event::close:
        return on_peer_close(item.code);
      case FrameReader::Event::error:
        return on_peer_error(item.code);
    }
  }
}

void NativeWebSocket::on_peer_close(std::uint16_t code) {
  peer_closed_ = true;
  if (state_ == State::open) {
    code_ = code;
    queue_close(code, {}, kCloseTimeout);
  }
  shared_.at_turn_end(*this);
}

void NativeWebSocket::on_peer_error(std::uint16_t code) {
  peer_closed_ = failed_ = true;
  if (state_ == State::open) queue_close(code, {}, kErrorLinger);
  report(code, true);
}

void NativeWebSocket::queue_close(std::uint16_t code, std::string_view reason, base::Duration timeout) {
  state_ = State::closing;
  out_.push(base::share(encode_close(code, reason)), shared_.chunks());
  timer_ = shared_.loop().after(timeout, [this] {
    timer_ = base::Executor::TimerId::none;
    lose();
  });
  shared_.at_turn_end(*this);
}

void NativeWebSocket::on_turn_end() {
  if (broken_) lose();
  if (state_ != State::closed && !blocked_) write();
  if (broken_) lose();
  if (early_) {
    const auto bytes = std::exchange(early_, nullptr);
    consume({bytes->data(), bytes->size()});
  }
  if (overflowed_ && state_ == State::open) {
    overflowed_ = false;
    listener_->on_overflow();
  }
  if (state_ == State::closing && out_.empty()) end_handshake();
  if (std::exchange(report_due_, false) && listener_ != nullptr) {
    std::exchange(listener_, nullptr)->on_closed(code_, failed_);
  }
}

void NativeWebSocket::write() {
  switch (out_.write_to(stream_, shared_.scratch(), shared_.chunks(), shared_.stats())) {
    case SendQueue::Progress::drained:
      waiting_pongs_ = 0;
      break;
    case SendQueue::Progress::blocked:
      blocked_ = true;
      watch(EPOLLIN | EPOLLOUT);
      break;
    case SendQueue::Progress::more:
      shared_.at_turn_end(*this);
      break;
    case SendQueue::Progress::failed:
      broken_ = true;
      shared_.at_turn_end(*this);
      break;
  }
}

// Our Close has left.
void NativeWebSocket::end_handshake() {
  if (failed_) {
    // Closing with unread bytes would reset the connection, and the peer might never read the code.
    stream_.shut_sending();
  } else if (peer_closed_) {
    report(code_, false);
    end_tcp();
  }
}

void NativeWebSocket::report(std::uint16_t code, bool peer_error) {
  if (std::exchange(reported_, true)) return;
  code_ = code;
  failed_ = peer_error;
  report_due_ = true;
  shared_.at_turn_end(*this);
}

void NativeWebSocket::lose() {
  end_tcp();
  // A peer whose Close has come may go without waiting for ours.
  report(peer_closed_ && !failed_ ? code_ : std::uint16_t{kCloseAbnormal}, false);
}

void NativeWebSocket::end_tcp() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  shared_.loop().cancel(std::exchange(timer_, base::Executor::TimerId::none));
  out_.clear(shared_.chunks());
  shared_.poller().remove(stream_.fd(), *this);
  stream_.reset();
  --shared_.stats().connections;
  if (owner_gone_) {
    shared_.remove_orphan(*this);
    shared_.bury(*this);
  }
}

}  // namespace

std::unique_ptr<WebSocketConnection> accept_websocket(std::shared_ptr<HttpExchange> exchange,
                                                      std::vector<Header> headers, const WebSocketConfig& config,
                                                      WebSocketListener& listener) {
  std::uint8_t deflate_bits = 0;
  if (config.deflate == Deflate::on) {
    if (auto agreement = agree_on_deflate(exchange->offer().extensions)) {
      deflate_bits = agreement->window_bits;
      headers.push_back({"Sec-WebSocket-Extensions", std::move(agreement->answer)});
    }
  }
  auto* const connection = new NativeWebSocket(exchange->loop().shared(), exchange->take_socket(), config, listener);
  std::unique_ptr<WebSocketConnection> owned(connection);
  connection->begin(format_switching_protocols(exchange->offer().key, headers), deflate_bits);
  return owned;
}

}  // namespace skat::net
