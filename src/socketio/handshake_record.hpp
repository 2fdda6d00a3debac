// The record of a socket's handshake as the reference offers it to handlers and to other nodes. Pure function.
// {"headers":{…},"time":"…","address":"…","xdomain":…,"secure":…,"issued":ms,"url":"…","query":{…},"auth":{…}}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engineio/handshake_info.hpp"

namespace skat::socketio {

// `issued_ms`: time of the CONNECT, milliseconds since 1970. Header names are in lower case; of a repeated header the
// first counts.
[[nodiscard]] std::string handshake_record(const engineio::HandshakeInfo& handshake, std::int64_t issued_ms,
                                           std::string_view auth_json);

}  // namespace skat::socketio
