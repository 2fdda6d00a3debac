// A real Redis that speaks TLS, with the certificates of SKAT_TEST_CERTIFICATES (tools/services.mjs run -- …).
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bus/redis/config.hpp"
#include "bus/redis/testing/redis_server.hpp"

namespace skat::bus::redis::testing {

inline constexpr std::uint16_t kTlsPort = 1'000;  // so far above the port in the clear

inline std::string certificate(const std::string& name) {
  const char* folder = std::getenv("SKAT_TEST_CERTIFICATES");
  if (folder == nullptr) throw std::runtime_error("SKAT_TEST_CERTIFICATES is not set");
  return fmt::format("{}/{}", folder, name);
}

inline std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A server that speaks TLS too, with the log-in ann:secret for all but its test.
class TlsServer {
 public:
  explicit TlsServer(const std::string& clients = "no") {
    const auto port = free_port(kTlsPort);
    server_ = std::make_unique<RedisServer>(
        std::vector<std::string>{"--bind", "127.0.0.1", "127.0.0.2", "--tls-port", std::to_string(port + kTlsPort),
                                 "--tls-cert-file", certificate("server.pem"), "--tls-key-file",
                                 certificate("server.key"), "--tls-ca-cert-file", certificate("ca.pem"),
                                 "--tls-auth-clients", clients},
        port);
    config.port = static_cast<std::uint16_t>(port + kTlsPort);
    (void)server_->tell(
        "ACL SETUSER ann on >secret resetchannels &skat:* +@connection +publish +subscribe +unsubscribe");
    config.tls = {.enabled = true, .ca_file = certificate("ca.pem")};
    config.user = "ann";
    config.password = "secret";
  }
  Config config;

 private:
  std::unique_ptr<RedisServer> server_;
};

}  // namespace skat::bus::redis::testing
