#include "load/swarm.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace skat::load {
namespace {

constexpr std::size_t kReadBytes = 512 * 1024;
constexpr char kMask[4] = {0x12, 0x34, 0x56, 0x78};

std::string frame(std::uint8_t opcode, std::string_view payload) {
  std::string out;
  out += static_cast<char>(0x80 | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65'536) {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xFF);
  } else {
    out += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift & 0xFF);
  }
  out.append(kMask, 4);
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ kMask[i & 3]);
  return out;
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Swarm::Swarm(std::string host, std::vector<std::uint16_t> ports, std::string path)
    : host_(std::move(host)),
      path_(std::move(path)),
      ports_(std::move(ports)),
      epoll_(::epoll_create1(0)),
      buffer_(kReadBytes) {}

Swarm::~Swarm() {
  close_all();
  ::close(epoll_);
}

std::size_t Swarm::connect() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) throw std::runtime_error("no more sockets");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(ports_[connections_.size() % ports_.size()]);
  ::inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string request = "GET " + path_ + "?EIO=4&transport=websocket HTTP/1.1\r\nHost: " + host_ +
                              "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n";
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("upgrade was not taken");
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    char part[4096];
    const auto got = ::recv(fd, part, sizeof part, 0);
    if (got <= 0) throw std::runtime_error("closed during the upgrade");
    head.append(part, static_cast<std::size_t>(got));
  }
  if (!head.starts_with("HTTP/1.1 101")) throw std::runtime_error("no upgrade: " + head.substr(0, 60));
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  const std::size_t index = connections_.size();
  connections_.push_back({fd, head.substr(head.find("\r\n\r\n") + 4), {}});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return index;
}

void Swarm::send(std::size_t index, std::string_view text) {
  auto& connection = connections_[index];
  if (connection.fd < 0) return;
  connection.out += frame(1, text);
  flush(index);
}

void Swarm::flush(std::size_t index) {
  auto& connection = connections_[index];
  while (!connection.out.empty()) {
    const auto taken = ::send(connection.fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (taken < 0) {
      if (errno != EAGAIN) return drop(index);
      break;
    }
    connection.out.erase(0, static_cast<std::size_t>(taken));
  }
  epoll_event event{};
  event.events = connection.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
  event.data.u64 = index;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
}

void Swarm::drop(std::size_t index) {
  auto& connection = connections_[index];
  if (connection.fd < 0) return;
  ::close(connection.fd);
  connection.fd = -1;
  ++closed_;
}

void Swarm::poll(int timeout_ms, const OnText& on_text) {
  epoll_event events[512];
  const int ready = ::epoll_wait(epoll_, events, 512, timeout_ms);
  for (int i = 0; i < ready; ++i) {
    const auto index = static_cast<std::size_t>(events[i].data.u64);
    if (connections_[index].fd < 0) continue;
    if ((events[i].events & EPOLLOUT) != 0) flush(index);
    if (connections_[index].fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(index, on_text);
  }
}

void Swarm::read(std::size_t index, const OnText& on_text) {
  auto& connection = connections_[index];
  const auto got = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) drop(index);
    return;
  }
  std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
  std::string joined;
  if (!connection.in.empty()) {
    joined = std::move(connection.in);
    connection.in.clear();
    joined += bytes;
    bytes = joined;
  }
  const std::size_t used = take_frames(index, bytes, on_text);
  connections_[index].in.assign(bytes.substr(used));
}

// Every complete frame of `bytes`; returns how many bytes they took.
std::size_t Swarm::take_frames(std::size_t index, std::string_view bytes, const OnText& on_text) {
  std::size_t at = 0;
  while (bytes.size() - at >= 2) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i]));
    };
    std::size_t header = 2, length = byte(1) & 0x7F;
    if (length == 126) {
      header = 4;
      if (bytes.size() - at < header) break;
      length = byte(2) << 8 | byte(3);
    } else if (length == 127) {
      header = 10;
      if (bytes.size() - at < header) break;
      length = 0;
      for (std::size_t i = 2; i < 10; ++i) length = length << 8 | byte(i);
    }
    if (bytes.size() - at < header + length) break;
    const auto opcode = byte(0) & 0x0F;
    const auto payload = bytes.substr(at + header, length);
    at += header + length;
    if (opcode == 8) {
      drop(index);
      break;
    }
    if (opcode != 1) continue;
    if (payload == "2") {
      send(index, "3");
    } else {
      on_text(index, payload);
    }
  }
  return at;
}

void Swarm::close_all() {
  for (auto& connection : connections_) {
    if (connection.fd >= 0) ::close(connection.fd);
    connection.fd = -1;
  }
  connections_.clear();
  closed_ = 0;
}

}  // namespace skat::load
