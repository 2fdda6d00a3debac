// Which WebSocket extension a connection uses: permessage-deflate, if the client offers it in a way that can be kept
// (RFC 6455, section 9.1; RFC 7692, sections 5 and 7.1). Sans-I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skat::net {

struct DeflateAgreement {
  std::uint8_t window_bits = 15;  // of what the server compresses, 9 to 15
  std::string answer;             // Sec-WebSocket-Extensions of the 101
};

// `offers`: the client's Sec-WebSocket-Extensions headers, joined by commas. The first offer that can be kept is
// answered; one with an unknown, repeated or ill-formed parameter, or a server's window of 8 bits (zlib has none), is
// passed over. A list that is not well-formed offers nothing: the connection goes on without compression (decision
// 0003).
// Neither side keeps a window between messages, whatever was offered. client_max_window_bits is left to the client
// (7.1.2.2 allows it): the one window of a loop takes any.
[[nodiscard]] std::optional<DeflateAgreement> agree_on_deflate(std::string_view offers);

}  // namespace skat::net
