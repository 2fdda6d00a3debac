// A raw HTTP and WebSocket client on 127.0.0.1 for tests: it sends exactly the bytes it is told to. Blocking, with a
// limit of five seconds for every answer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace skat::engineio::testing {

struct HttpAnswer {
  int status = 0;  // 0: the connection ended
  std::string head, body;

  // Whether the head has this line, with any case of the name.
  [[nodiscard]] bool has_header(std::string_view line) const {
    std::string lower_head = head, lower_line = "\r\n" + std::string(line) + "\r\n";
    const auto lower = [](std::string& text) {
      for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    };
    lower(lower_head);
    lower(lower_line);
    return lower_head.find(lower_line) != std::string::npos;
  }
};

class LoopbackClient {
 public:
  explicit LoopbackClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) hang_up();
  }
  ~LoopbackClient() { hang_up(); }
  LoopbackClient(LoopbackClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}
  LoopbackClient& operator=(LoopbackClient&&) = delete;

  void hang_up() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void write(std::string_view bytes) const { (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  void send_request(std::string_view method, std::string_view target, std::string_view body = {},
                    std::string_view headers = {}) const {
    std::string head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: chat.example\r\n";
    if (!body.empty() || method == "POST") head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    write(head + std::string(headers) + "\r\n" + std::string(body));
  }
  // Of an answer without a body.
  HttpAnswer read_head() {
    HttpAnswer answer;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return {};
    }
    answer.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + sizeof("HTTP/1.1"));
    return answer;
  }
  HttpAnswer read_answer() {
    HttpAnswer answer = read_head();
    if (answer.status == 0) return answer;
    const std::size_t body_bytes = content_length(answer.head);
    while (received_.size() < body_bytes) {
      if (!receive()) return {};
    }
    answer.body = received_.substr(0, body_bytes);
    received_.erase(0, body_bytes);
    return answer;
  }
  HttpAnswer request(std::string_view method, std::string_view target, std::string_view body = {},
                     std::string_view headers = {}) {
    send_request(method, target, body, headers);
    return read_answer();
  }

  void send_upgrade(std::string_view target, std::string_view headers = {}) const {
    send_request("GET", target, {},
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                     std::string(headers));
  }
  HttpAnswer upgrade(std::string_view target, std::string_view headers = {}) {
    send_upgrade(target, headers);
    return read_answer();
  }
  // Opcode 1 text, 2 binary. The mask is zero, which the protocol allows.
  void send_frame(std::string_view payload, std::uint8_t opcode = 1) const {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80 | payload.size());
    } else {
      const bool is_long = payload.size() > 0xffff;
      frame += static_cast<char>(is_long ? 0xff : 0xfe);
      for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift);
    }
    frame.append(4, '\0');
    write(frame.append(payload));
  }
  // The next frame as opcode character ('1' text, '2' binary, '8' close; compressed 'A' text, 'B' binary) and payload;
  // nullopt: the connection ended.
  std::optional<std::string> read_frame() {
    while (received_.size() < 2) {
      if (!receive()) return std::nullopt;
    }
    const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(received_[at]); };
    std::size_t header_bytes = 2, payload_bytes = byte(1);
    if (payload_bytes >= 126) {
      header_bytes = payload_bytes == 126 ? 4 : 10;
      while (received_.size() < header_bytes) {
        if (!receive()) return std::nullopt;
      }
      payload_bytes = 0;
      for (std::size_t i = 2; i < header_bytes; ++i) payload_bytes = payload_bytes << 8 | byte(i);
    }
    while (received_.size() < header_bytes + payload_bytes) {
      if (!receive()) return std::nullopt;
    }
    std::string frame(1, static_cast<char>(((byte(0) & 0x40) != 0 ? '@' : '0') + (byte(0) & 0x0f)));
    frame += received_.substr(header_bytes, payload_bytes);
    received_.erase(0, header_bytes + payload_bytes);
    return frame;
  }

 private:
  bool receive() {
    char buffer[16 * 1024];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  static std::size_t content_length(std::string_view head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string_view::npos ? 0 : std::strtoull(head.data() + at + 16, nullptr, 10);
  }

  int fd_;
  std::string received_;
};

}  // namespace skat::engineio::testing
