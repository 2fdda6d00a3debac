#include "bus/redis/redis_connection.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "bus/redis/receive_buffer.hpp"
#include "bus/redis/tls_context.hpp"

namespace skat::bus::redis {

namespace asio = boost::asio;
using asio::ip::tcp;

class RedisConnection::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(RedisConnection& owner, base::IoThread& thread, const Config& config, std::string client_name,
       Listener& listener)
      : owner_(owner),
        thread_(thread),
        config_(config),
        listener_(listener),
        socket_(thread.io()),
        resolver_(thread.io()),
        reader_({.max_bulk_bytes = config.max_payload_bytes,
                 .max_reply_bytes = config.max_payload_bytes + resp::Limits{}.max_line_bytes}),
        handshake_(config.user, config.password, std::move(client_name)) {}

  void start() {
    started_ = last_received_ = last_ping_ = last_tick_ = thread_.now();
    tick_later();
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(config_.host, no_address);
    if (!no_address) return connect(tcp::resolver::results_type::create(tcp::endpoint(address, config_.port), "", ""));
    resolver_.async_resolve(config_.host, std::to_string(config_.port),
                            [self = shared_from_this()](const auto& error, const auto& endpoints) {
                              if (self->closed_) return;
                              if (error) return self->fail(fmt::format("its name is not found: {}", error.message()));
                              self->connect(endpoints);
                            });
  }

  void close() {
    closed_ = true;
    thread_.cancel(std::exchange(tick_, base::Executor::TimerId::none));
    boost::system::error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
  }

  std::string& out() { return out_; }

  void flush() {
    if (closed_ || !writing_.empty() || out_.empty()) return;
    writing_.swap(out_);
    with_stream([this](auto& stream) {
      asio::async_write(stream, asio::buffer(writing_), [self = shared_from_this()](const auto& error, std::size_t) {
        if (self->closed_) return;
        if (error) return self->fail(self->loss(error));
        self->writing_.clear();
        if (self->writing_.capacity() > kSpareBytes) std::string().swap(self->writing_);
        self->flush();
      });
    });
  }

  void pause_reading() { paused_ = true; }
  void resume_reading() {
    if (!std::exchange(paused_, false) || closed_) return;
    last_received_ = thread_.now();
    if (!reading_) read();
  }

  const ServerInfo& server() const { return handshake_.info(); }

 private:
  static constexpr std::size_t kSpareBytes = 1024 * 1024;  // a larger send buffer is given back

  void fail(const std::string& problem) {
    close();
    listener_.on_failed(owner_, problem);
  }

  template <class Use>
  void with_stream(Use use) {
    if (tls_) {
      use(*tls_);
    } else {
      use(socket_);
    }
  }

  void connect(const tcp::resolver::results_type& endpoints) {
    stage_ = "connection";
    asio::async_connect(socket_, endpoints, [self = shared_from_this()](const auto& error, const auto&) {
      if (self->closed_) return;
      if (error) return self->fail(fmt::format("no connection: {}", error.message()));
      self->on_connected();
    });
  }

  void on_connected() {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(tcp::socket::keep_alive(true), ignored);
    if (!config_.tls.enabled) return log_in();
    auto context = make_tls_context(config_.tls);
    if (!context.context) return fail(context.problem);
    context_ = std::move(context.context);
    tls_.emplace(socket_, *context_);
    SSL* const session = tls_->native_handle();
    SSL_set_verify(session, SSL_VERIFY_PEER, nullptr);
    boost::system::error_code no_address;
    asio::ip::make_address(config_.host, no_address);
    if (no_address) {
      SSL_set_tlsext_host_name(session, config_.host.c_str());
      SSL_set1_host(session, config_.host.c_str());
    } else {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), config_.host.c_str());
    }
    stage_ = "TLS handshake";
    tls_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const auto& error) {
      if (self->closed_) return;
      if (error) return self->fail(self->tls_problem(error));
      self->log_in();
    });
  }

  // With the reason why the certificate was not believed, which the error code does not hold.
  std::string tls_problem(const boost::system::error_code& error) {
    const auto verified = SSL_get_verify_result(tls_->native_handle());
    if (verified != X509_V_OK) {
      return fmt::format("the server's certificate is not trusted: {}", X509_verify_cert_error_string(verified));
    }
    return fmt::format("TLS failed: {}", error.message());
  }

  void log_in() {
    stage_ = "log-in";
    out_ = handshake_.begin();
    flush();
    read();
  }

  void read() {
    reading_ = true;
    with_stream([this](auto& stream) {
      const auto room = buffer_.prepare();
      stream.async_read_some(asio::buffer(room.data(), room.size()),
                             [self = shared_from_this()](const auto& error, std::size_t bytes) {
                               if (!self->closed_) self->on_read(error, bytes);
                             });
    });
  }

  void on_read(const boost::system::error_code& error, std::size_t bytes) {
    reading_ = false;
    if (error) return fail(loss(error));
    last_received_ = thread_.now();
    buffer_.commit(bytes);
    while (!closed_ && !buffer_.unread().empty()) {
      const auto status = reader_.read(buffer_.unread());
      if (status == resp::Reader::Status::incomplete) break;
      if (status == resp::Reader::Status::broken) {
        const bool alert = !ready_ && !tls_ && buffer_.unread().front() == kTlsAlert;
        return fail(alert ? "the port speaks TLS: it is rediss://"
                          : fmt::format("the answer is not understood: {}", reader_.problem()));
      }
      on_reply(reader_.reply());
      buffer_.consume(reader_.size());
    }
    if (closed_) return;
    if (ready_) listener_.on_read_end(owner_);
    if (!closed_ && !paused_ && !reading_) read();
  }

  std::string loss(const boost::system::error_code& error) const {
    const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    auto sentence = ended ? std::string("the server ended the connection")
                          : fmt::format("the connection was lost: {}", error.message());
    if (!ready_) {
      sentence += " before the log-in; ";
      sentence += tls_ ? "it may ask for a client's certificate" : "if the port speaks TLS, it is rediss://";
    }
    return sentence;
  }

  void on_reply(const resp::Reply& reply) {
    if (ready_) return listener_.on_reply(owner_, reply);
    auto step = handshake_.on_reply(reply);
    if (!step.problem.empty()) return fail(step.problem);
    out_ += step.send;
    flush();
    if (!step.done) return;
    ready_ = true;
    listener_.on_ready(owner_);
  }

  void tick_later() {
    tick_ = thread_.after(config_.ping_interval / 8, [self = shared_from_this()] { self->tick(); });
  }

  void tick() {
    const auto now = thread_.now();
    if (!ready_) {
      if (now - started_ >= config_.connect_timeout) {
        return fail(fmt::format("no {} within {} ms", stage_, config_.connect_timeout.count()));
      }
    } else {
      // This thread itself did not run: what has arrived meanwhile has not been looked at.
      if (now - last_tick_ > config_.ping_timeout / 2) last_received_ = now;
      if (!paused_ && now - last_received_ >= config_.ping_interval + config_.ping_timeout) {
        return fail(fmt::format("it has not answered for more than {} ms",
                                (config_.ping_interval + config_.ping_timeout).count()));
      }
      if (now - last_ping_ >= config_.ping_interval) {
        last_ping_ = now;
        listener_.on_keep_alive_due(owner_);
        if (closed_) return;
      }
    }
    last_tick_ = now;
    tick_later();
  }

  static constexpr char kTlsAlert = 0x15;

  RedisConnection& owner_;  // not used after close()
  base::IoThread& thread_;
  const Config& config_;
  Listener& listener_;
  bool closed_ = false, ready_ = false, reading_ = false, paused_ = false;
  const char* stage_ = "answer to the question for its address";  // what is awaited until ready
  base::SteadyTime started_, last_received_, last_ping_, last_tick_;
  base::Executor::TimerId tick_ = base::Executor::TimerId::none;

  std::unique_ptr<asio::ssl::context> context_;
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  tcp::resolver resolver_;
  ReceiveBuffer buffer_;
  resp::Reader reader_;
  Handshake handshake_;
  std::string out_, writing_;
};

RedisConnection::RedisConnection(base::IoThread& thread, const Config& config, std::string client_name,
                                 Listener& listener)
    : impl_(std::make_shared<Impl>(*this, thread, config, std::move(client_name), listener)) {
  impl_->start();
}

RedisConnection::~RedisConnection() {
  impl_->close();
}

std::string& RedisConnection::out() {
  return impl_->out();
}
void RedisConnection::flush() {
  impl_->flush();
}
void RedisConnection::pause_reading() {
  impl_->pause_reading();
}
void RedisConnection::resume_reading() {
  impl_->resume_reading();
}
const ServerInfo& RedisConnection::server() const {
  return impl_->server();
}

}  // namespace skat::bus::redis
