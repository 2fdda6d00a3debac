// The server's side of the WebSocket opening handshake (RFC 6455, section 4.2.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace skat::net {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string accept_key(std::string_view key);
// The whole 101 response; a header that could break its framing is left out.
[[nodiscard]] std::string format_switching_protocols(std::string_view key, const std::vector<Header>& headers);

}  // namespace skat::net
