// TestClient: a blocking TCP client of 127.0.0.1 for tests. Every read gives up after kPatience and then returns less.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/fd.hpp"

namespace skat::net::testing {

class TestClient {
 public:
  // `receive_buffer_bytes` 0: the system's default.
  explicit TestClient(std::uint16_t port, int receive_buffer_bytes = 0);

  [[nodiscard]] bool connected() const { return static_cast<bool>(socket_); }
  // False when the server has closed.
  bool send(std::string_view bytes);
  void shut_sending();
  void close() { socket_.reset(); }

  // Up to and with `end`.
  [[nodiscard]] std::string read_until(std::string_view end);
  [[nodiscard]] std::string read_bytes(std::size_t count);
  // A response with its body, by Content-Length.
  [[nodiscard]] std::string read_response(bool of_head_request = false);
  // Everything up to the server's end of the connection.
  [[nodiscard]] std::string read_to_end();
  // Whether the server ends the connection, having sent nothing more.
  [[nodiscard]] bool sees_end();

 private:
  [[nodiscard]] bool fill();

  Fd socket_;
  std::string read_;
  bool ended_ = false;
};

// A frame as a client sends it; `first_byte` is FIN, RSV and opcode: 0x81 a whole text message.
[[nodiscard]] std::string client_frame(unsigned first_byte, std::string_view payload);
// GET `target` that asks for a WebSocket; the key is RFC 6455's example. `headers`: more lines, each with its CRLF.
[[nodiscard]] std::string upgrade_request(std::string_view target, std::string_view headers = {});

}  // namespace skat::net::testing
