// For tests of TLS: a certificate made on the spot, and a blocking client of 127.0.0.1 that speaks TLS.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "net/config.hpp"
#include "net/fd.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace skat::net::testing {

// A self-signed certificate for "localhost" and its key, in files that go with this object.
class TestCertificate {
 public:
  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  [[nodiscard]] TlsConfig config() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  // Other ones in their place.
  void renew();

 private:
  std::filesystem::path folder_;
};

// Trusts whatever certificate it is shown. Every read gives up after some seconds and then returns less.
class TlsClient {
 public:
  // `max_version`: TLS1_2_VERSION and so on; 0: the newest.
  explicit TlsClient(std::uint16_t port, int max_version = 0);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Whether the handshake was done.
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string protocol() const;        // by ALPN
  [[nodiscard]] std::string certificate_id() const;  // tells one certificate from another
  bool send(std::string_view bytes);
  // False: refused, by us or the server.
  [[nodiscard]] bool renegotiate();
  [[nodiscard]] bool update_keys();

  [[nodiscard]] std::string read_bytes(std::size_t count);
  [[nodiscard]] std::string read_until(std::string_view end);
  // Whether the server says that nothing follows (close_notify).
  [[nodiscard]] bool sees_farewell();

 private:
  [[nodiscard]] bool fill();

  Fd socket_;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* session_ = nullptr;
  std::string read_;
  bool connected_ = false, farewell_ = false;
};

}  // namespace skat::net::testing
