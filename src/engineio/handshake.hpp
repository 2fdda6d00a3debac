// What a request under the path asks for, the checks it must pass, and the open packet it gets.
// Spec: Engine.IO protocol v4, "Order of checks and error answers", "Handshake".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engineio/config.hpp"
#include "engineio/transport_kind.hpp"
#include "net/http.hpp"

namespace skat::engineio {

// The values are the codes on the wire.
enum class RequestError : std::uint8_t {
  transport_unknown = 0,
  sid_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_protocol = 5,
};

// The query and headers, as far as the checks need them.
struct RequestFacts {
  std::string method;
  std::string sid;                         // empty: a handshake
  std::optional<TransportKind> transport;  // nullopt: missing, unknown or not enabled
  bool upgrade = false;                    // a well-formed WebSocket upgrade
  bool revision4 = false;                  // EIO is exactly "4"
  bool base64 = false;                     // b64 is exactly "1"
  bool origin_malformed = false;           // set by the caller, who knows the Origin policy
  bool origin_refused = false;
};

[[nodiscard]] RequestFacts read_facts(const net::HttpRequest& request, const Config& config);

// The first check that fails. `session`: the transport of the session named by facts.sid, nullopt when there is none.
[[nodiscard]] std::optional<RequestError> check_request(const RequestFacts& facts,
                                                        std::optional<TransportKind> session);

// A plain request gets the code and message as JSON, an upgrade the bare message and the end of the connection. `text`
// in place of the error's own message.
[[nodiscard]] net::HttpResponse error_response(RequestError error, bool upgrade,
                                               const std::optional<std::string>& text = std::nullopt);
// An answer without a body: 400, 413, 503.
[[nodiscard]] net::HttpResponse empty_response(int status);

// Data of the open packet: exactly five keys.
[[nodiscard]] std::string open_json(std::string_view sid, TransportKind transport, const Config& config);

}  // namespace skat::engineio
