// TlsContext: the server's certificate and key, and the rules of its TLS: version 1.2 or 1.3, no renegotiation, no
// compression, ALPN "http/1.1", buffers given back while a connection is idle.
// Lives on: made anywhere; shared by all loops, which only read it.
// Spec: RFC 8446, RFC 5246, RFC 7301 (ALPN), RFC 9325 (recommendations).
#pragma once

#include <memory>

#include "base/result.hpp"
#include "net/config.hpp"
#include "net/fd.hpp"
#include "net/stream.hpp"

struct ssl_ctx_st;

namespace skat::net {

class TlsContext {
 public:
  // errc::bad_certificate, errc::bad_key or errc::key_mismatch.
  [[nodiscard]] static result<std::shared_ptr<const TlsContext>> load(const TlsConfig& config);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // For a connection that was just accepted; its handshake is still to be done. Without a socket when memory is out.
  [[nodiscard]] Stream accept(Fd socket) const;

 private:
  explicit TlsContext(ssl_ctx_st* context) noexcept : context_(context) {}

  ssl_ctx_st* const context_;  // owned; hides <openssl/ssl.h>
};

}  // namespace skat::net
