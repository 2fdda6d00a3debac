// What may be turned in net. Sizes in bytes. Each limit says what happens there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace skat::net {

struct TlsConfig {
  std::string certificate_file;  // PEM: the server's certificate first, then the chain towards the root
  std::string key_file;          // PEM, without a passphrase
};

struct ListenConfig {
  std::string address = "0.0.0.0";    // an IPv4 or IPv6 literal, or "localhost" (127.0.0.1)
  std::uint16_t port = 3000;          // 0: the system picks one
  int backlog = 4'096;                // connections the kernel keeps for us; capped by net.core.somaxconn
  std::optional<TlsConfig> tls = {};  // HTTPS and WSS; nothing in the clear is served then
};

struct HttpConfig {
  std::size_t max_connections = 200'000;  // per loop, WebSockets included; above it: accepted and closed at once

  std::chrono::milliseconds head_timeout{10'000};   // accept, or first byte, to the end of the head: 408, close
  std::chrono::milliseconds body_timeout{30'000};   // end of the head to the end of the body: 408, close
  std::chrono::milliseconds idle_timeout{65'000};   // between two requests: close
  std::chrono::milliseconds write_timeout{30'000};  // a response that the peer takes nothing of: close
  std::chrono::milliseconds linger_timeout{2'000};  // how long a last response may travel before the hard close

  std::size_t max_head_bytes = 16 * 1024;             // request line and headers: 431, close
  std::size_t max_header_count = 100;                 // 431, close
  std::size_t max_pipelined_per_turn = 16;            // requests of one connection; the rest waits for the next turn
  std::size_t max_discarded_bytes = 4 * 1024 * 1024;  // read and dropped after a last response: then hard close
};

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const ListenConfig& config);
[[nodiscard]] std::optional<std::string> validate(const HttpConfig& config);

}  // namespace skat::net
