#include "net/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace skat::net {
namespace {

using Status = Stream::Status;

Stream::Transfer transfer_of(ssize_t returned, Status full_or_empty) {
  if (returned > 0) return {Status::done, static_cast<std::size_t>(returned)};
  if (returned == 0) return {Status::ended, 0};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? full_or_empty : Status::failed, 0};
}

int clamp(std::size_t bytes) {
  return static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
}

}  // namespace

void Stream::FreeSession::operator()(ssl_st* session) const noexcept {
  SSL_free(session);
}

Stream::Stream() noexcept = default;
Stream::Stream(Fd socket) noexcept : socket_(std::move(socket)) {}
Stream::Stream(Fd socket, ssl_st* session) noexcept
    : socket_(std::move(socket)), in_handshake_(true), session_(session) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    session_ = std::move(other.session_);
    socket_ = std::move(other.socket_);
    in_handshake_ = other.in_handshake_;
    peer_speaks_http_ = other.peer_speaks_http_;
  }
  return *this;
}
Stream::~Stream() = default;

void Stream::reset() noexcept {
  session_.reset();
  socket_.reset();
}

Status Stream::status_of(int returned) {
  switch (SSL_get_error(session_.get(), returned)) {
    case SSL_ERROR_NONE:
      return Status::done;
    case SSL_ERROR_WANT_READ:
      return Status::wants_readable;
    case SSL_ERROR_WANT_WRITE:
      return Status::wants_writable;
    case SSL_ERROR_ZERO_RETURN:
      return Status::ended;
    default:
      return Status::failed;
  }
}

Status Stream::handshake() {
  if (!in_handshake_) return Status::done;
  ERR_clear_error();
  const Status status = status_of(SSL_accept(session_.get()));
  if (status == Status::done) in_handshake_ = false;
  if (status == Status::failed) peer_speaks_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  ERR_clear_error();
  return status;
}

Stream::Transfer Stream::read(std::span<char> into) {
  if (!session_) return transfer_of(::recv(socket_.get(), into.data(), into.size(), 0), Status::wants_readable);
  Transfer total;
  while (into.size() >= kMinReadBytes) {
    ERR_clear_error();
    const int got = SSL_read(session_.get(), into.data(), clamp(into.size()));
    if (got <= 0) {
      // What was read counts first; the end or error is met again.
      if (total.bytes == 0) total.status = status_of(got);
      break;
    }
    total.bytes += static_cast<std::size_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  ERR_clear_error();
  return total;
}

Stream::Transfer Stream::write(iovec* vectors, std::size_t count) {
  ssize_t taken;
  do {
    if (count == 1) {
      taken = ::send(socket_.get(), vectors->iov_base, vectors->iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } else {
      msghdr message{};
      message.msg_iov = vectors;
      message.msg_iovlen = count;
      taken = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  } while (taken < 0 && errno == EINTR);
  return transfer_of(taken, Status::wants_writable);
}

Stream::Transfer Stream::write(std::string_view bytes) {
  if (!session_) {
    iovec vector{const_cast<char*>(bytes.data()), bytes.size()};  // the kernel only reads
    return write(&vector, 1);
  }
  ERR_clear_error();
  const int taken = SSL_write(session_.get(), bytes.data(), clamp(bytes.size()));
  Transfer transfer;
  if (taken > 0) {
    transfer.bytes = static_cast<std::size_t>(taken);
  } else {
    transfer.status = status_of(taken);
  }
  ERR_clear_error();
  return transfer;
}

void Stream::shut_sending() {
  if (session_ && !in_handshake_) {
    ERR_clear_error();
    SSL_shutdown(session_.get());  // one attempt: a peer that takes nothing gets no farewell
    ERR_clear_error();
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace skat::net
