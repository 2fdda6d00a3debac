// HandshakeInfo: the request that made the handshake, for the floor above.
// It lives as long as its session and a million idle ones each pay for it, so it is packed: url "\n" (name ":" value
// "\n")*.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace skat::engineio {

struct HandshakeInfo {
  // Headers that describe the connection itself (Accept-Encoding, Upgrade …) are left out.
  static HandshakeInfo of(net::HttpRequest&& request);

  std::string address;  // remote address
  bool secure = false;

  [[nodiscard]] std::string_view url() const noexcept;  // target
  // Without EIO, transport, sid, t, b64, j.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> query() const;
  // First header of that name, compared without case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<net::Header> headers() const;

 private:
  std::string packed_;
};

}  // namespace skat::engineio
