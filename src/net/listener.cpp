#include "net/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "base/logger.hpp"
#include "net/errc.hpp"
#include "net/loop.hpp"

namespace skat::net {
namespace {

// Limit: connections accepted in one turn; the others wait in the kernel for the next.
constexpr int kAcceptsPerTurn = 64;
constexpr auto kPause = std::chrono::milliseconds(100);

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

bool parse_address(const std::string& text, std::uint16_t port, Address& address) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text == "localhost" ? "127.0.0.1" : text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
    return true;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&address.storage, &v6, sizeof v6);
  address.size = sizeof v6;
  return true;
}

std::uint16_t port_of(const Address& address) {
  in_port_t port = 0;
  if (address.storage.ss_family == AF_INET) {
    port = reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port;
  } else {
    port = reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port;
  }
  return ntohs(port);
}

std::string text_of(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.storage.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr, text, sizeof text);
    return text;
  }
  ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr, text, sizeof text);
  const std::string_view mapped = "::ffff:";  // an IPv4 peer of a socket that serves both
  const std::string full = text;
  return full.starts_with(mapped) && full.find('.') != std::string::npos ? full.substr(mapped.size()) : full;
}

error_code from_errno(int code) {
  switch (code) {
    case EADDRINUSE:
      return errc::port_taken;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return errc::bad_address;
    case EACCES:
    case EPERM:
      return errc::not_permitted;
    case EMFILE:
    case ENFILE:
      return errc::no_descriptors;
    default:
      return errc::bind_failed;
  }
}

result<Fd> bind_socket(const Address& address, bool share_port) {
  Fd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return from_errno(errno);
  const int on = 1, off = 0;
  // Without it a restart would have to wait for old connections in TIME_WAIT.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (share_port && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) return from_errno(errno);
  if (::bind(socket.get(), address.get(), address.size) != 0) return from_errno(errno);
  return socket;
}

}  // namespace

result<ListeningSockets> open_listening_sockets(const ListenConfig& config, std::size_t count) {
  Address address;
  if (!parse_address(config.address, config.port, address)) return errc::bad_address;
  if (config.port != 0) {
    if (auto probe = bind_socket(address, false); !probe) return probe.error();
  }
  ListeningSockets opened;
  for (std::size_t i = 0; i < count; ++i) {
    auto socket = bind_socket(address, true);
    if (!socket) return socket.error();
    if (i == 0 && ::getsockname(socket->get(), address.get(), &address.size) != 0) return from_errno(errno);
    if (::listen(socket->get(), config.backlog) != 0) return from_errno(errno);
    opened.sockets.push_back(std::move(*socket));
  }
  opened.port = port_of(address);
  return opened;
}

Listener::Listener(HttpLoop& part, Fd socket) : part_(part), socket_(std::move(socket)) {}
Listener::~Listener() {
  stop();
}

void Listener::start() {
  if (!socket_) return;
  if (const auto added = part_.shared().poller().add(socket_.get(), *this, EPOLLIN); !added) {
    base::log(base::LogLevel::error, "net", "a listening socket cannot be watched: {}", added.error().message());
  }
}

void Listener::stop() {
  if (!socket_) return;
  part_.loop().cancel(resume_);
  part_.shared().poller().remove(socket_.get(), *this);
  socket_.reset();
}

void Listener::on_ready(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && accept_one(); ++i) {
  }
}

bool Listener::accept_one() {
  Address peer;
  peer.size = sizeof peer.storage;
  Fd socket(::accept4(socket_.get(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return false;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
      pause(error);
      return false;
    }
    return true;  // an error of that one connection (accept(2), "Error handling"); the next may be well
  }
  told_ = false;
  LoopStats& stats = part_.shared().stats();
  if (stats.connections >= part_.config().max_connections || part_.draining()) {
    ++stats.refused;
    return true;
  }
  ++stats.accepted;
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // writes are gathered by the loop's turn
  part_.adopt(std::move(socket), text_of(peer));
  return true;
}

void Listener::pause(int error) {
  if (!told_) {
    told_ = true;
    base::log(base::LogLevel::warn, "net", "no connection can be accepted for now: {}",
              std::generic_category().message(error));
  }
  part_.shared().poller().modify(socket_.get(), *this, 0);
  resume_ = part_.loop().after(kPause, [this] {
    resume_ = base::Executor::TimerId::none;
    part_.shared().poller().modify(socket_.get(), *this, EPOLLIN);
  });
}

}  // namespace skat::net
