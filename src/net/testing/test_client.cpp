#include "net/testing/test_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace skat::net::testing {
namespace {
constexpr int kPatienceMs = 5'000;
}

TestClient::TestClient(std::uint16_t port, int receive_buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes != 0) {
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) socket_.reset();
}

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TestClient::shut_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

bool TestClient::fill() {
  if (ended_) return false;
  pollfd wait{socket_.get(), POLLIN, 0};
  if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
  std::array<char, 16 * 1024> buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  ended_ = got <= 0;
  if (got > 0) read_.append(buffer.data(), static_cast<std::size_t>(got));
  return !ended_;
}

std::string TestClient::read_until(std::string_view end) {
  std::size_t at;
  while ((at = read_.find(end)) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string taken = read_.substr(0, at + end.size());
  read_.erase(0, taken.size());
  return taken;
}

std::string TestClient::read_bytes(std::size_t count) {
  while (read_.size() < count && fill()) {
  }
  std::string taken = read_.substr(0, count);
  read_.erase(0, taken.size());
  return taken;
}

std::string TestClient::read_response(bool of_head_request) {
  std::string response = read_until("\r\n\r\n");
  const std::string_view name = "Content-Length: ";
  const auto at = response.find(name);
  if (at == std::string::npos || of_head_request) return response;
  response += read_bytes(std::strtoul(response.c_str() + at + name.size(), nullptr, 10));
  return response;
}

std::string TestClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(read_, {});
}

bool TestClient::sees_end() {
  return read_to_end().empty() && ended_;
}

std::string client_frame(unsigned first_byte, std::string_view payload) {
  constexpr std::string_view kMask = "\x12\x9a\x5f\xe3";
  std::string frame(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame.push_back(static_cast<char>(0x80 | size));
  } else {
    const bool is_long = size > 0xffff;
    frame.push_back(static_cast<char>(is_long ? 0xff : 0xfe));
    for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift & 0xff));
  }
  frame.append(kMask);
  for (std::size_t i = 0; i < size; ++i) frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  return frame;
}

std::string upgrade_request(std::string_view target, std::string_view headers) {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(headers) + "\r\n";
}

}  // namespace skat::net::testing
