// Stream: the bytes of one accepted TCP connection, in the clear or under TLS. Without TLS it is the bare socket.
// Lives on: the loop of its connection; moves with it.
// Ends by: destruction, which closes the socket; shut_sending() before it says so to the peer.
// Spec: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/fd.hpp"

struct iovec;
struct ssl_st;

namespace skat::net {

class Stream {
 public:
  enum class Status : std::uint8_t {
    done,
    wants_readable,  // nothing to do before more bytes of the peer
    wants_writable,  // the kernel's buffer is full
    ended,           // the peer sends no more
    failed,
  };
  struct Transfer {
    Status status = Status::done;
    std::size_t bytes = 0;  // with done: at least 1
  };
  // Room that one read must have, so that a TLS record is never taken in parts: what would be left of it lies inside
  // OpenSSL, where epoll does not see it.
  static constexpr std::size_t kMinReadBytes = 16 * 1024;

  Stream() noexcept;
  explicit Stream(Fd socket) noexcept;
  // `session` is owned, has `socket` set and is in the accepting state.
  Stream(Fd socket, ssl_st* session) noexcept;
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
  [[nodiscard]] bool secure() const noexcept { return session_ != nullptr; }
  void reset() noexcept;

  // Until it has been done, nothing may be read or written. A stream without TLS is done from the start.
  [[nodiscard]] Status handshake();
  [[nodiscard]] bool in_handshake() const noexcept { return in_handshake_; }
  // After handshake() has failed: whether the peer speaks HTTP in the clear.
  [[nodiscard]] bool peer_speaks_http() const noexcept { return peer_speaks_http_; }

  // As much as is there, up to the span's size, which is kMinReadBytes at least.
  [[nodiscard]] Transfer read(std::span<char> into);
  // Some of the bytes, as one system call takes them. Not under TLS.
  [[nodiscard]] Transfer write(iovec* vectors, std::size_t count);
  // Some of the bytes. After wants_writable the next call has to begin with the same bytes, and have as many at least.
  [[nodiscard]] Transfer write(std::string_view bytes);
  // Tells the peer that nothing follows (TLS: close_notify), then shuts our side of the connection.
  void shut_sending();

 private:
  struct FreeSession {
    void operator()(ssl_st* session) const noexcept;
  };

  [[nodiscard]] Status status_of(int returned);

  Fd socket_;
  bool in_handshake_ = false;
  bool peer_speaks_http_ = false;
  std::unique_ptr<ssl_st, FreeSession> session_;  // null without TLS
};

}  // namespace skat::net
