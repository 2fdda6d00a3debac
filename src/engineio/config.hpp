// What may be turned in engineio. Defaults are those of the reference server; limits close what it leaves open.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace skat::engineio {

// Names this node within its cluster, in every sid it makes. `none`: there is no cluster.
enum class NodeTag : std::uint16_t { none = 0 };

// Which Origin headers may open a session. A request without Origin is always allowed.
struct OriginPolicy {
  bool allow_any = false;
  bool allow_own = true;             // Origin's host and port equal the Host header
  bool allow_localhost = true;       // any port of localhost, 127.0.0.1 and [::1]
  std::vector<std::string> allowed;  // "https://chat.example.org"
};

// Whose pages may read the answers (CORS). It does not say who may open a session: that is OriginPolicy.
struct CorsConfig {
  enum class Allow : std::uint8_t {
    off,               // no headers, and OPTIONS is a method like any other
    as_origin_policy,  // the request's origin, when OriginPolicy allows it
    any,               // "*"; not together with credentials, which browsers reject
    one,               // origins[0], whatever the request's origin is
    listed,            // the request's origin, when it is one of `origins`
  };
  Allow allow = Allow::as_origin_policy;
  std::vector<std::string> origins = {};
  bool credentials = true;                        // Access-Control-Allow-Credentials
  std::vector<std::string> exposed_headers = {};  // Access-Control-Expose-Headers
  // Preflights:
  std::vector<std::string> methods{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
  std::vector<std::string> allowed_headers = {};  // empty: those that are asked for
  std::optional<std::chrono::seconds> max_age = std::nullopt;
};

// Set-Cookie of a polling handshake.
struct CookieConfig {
  enum class SameSite : std::uint8_t { unset, lax, strict, none };
  std::string name = "io";  // the value is the sid
  std::string path = "/";   // empty: no attribute
  std::string domain = {};  // empty: no attribute
  std::optional<std::chrono::seconds> max_age = std::nullopt;
  bool http_only = true, secure = false, partitioned = false;
  SameSite same_site = SameSite::lax;
};

// permessage-deflate (RFC 7692) on WebSockets whose client offers it.
struct PerMessageDeflate {
  bool enabled = false;
  std::size_t threshold_bytes = 1'024;  // a smaller message leaves as it is
};

struct Config {
  // What request paths begin with. add_trailing_slash: "/socket.io" is served as "/socket.io/" (mount_path).
  std::string path = "/socket.io/";
  bool add_trailing_slash = true;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
  std::chrono::milliseconds close_timeout{30'000};  // how long a closing polling session waits for a GET
  std::size_t max_payload_bytes = 1'000'000;  // POST body and WebSocket message (inflated), announced as maxPayload
  PerMessageDeflate per_message_deflate;
  bool allow_polling = true, allow_websocket = true, allow_upgrades = true;
  OriginPolicy origin;
  CorsConfig cors;
  std::optional<CookieConfig> cookie;
  NodeTag node = NodeTag::none;  // see session_forwarder.hpp

  std::size_t max_sessions = 200'000;             // per loop; a handshake above it: 503
  std::size_t max_undecided_handshakes = 16'384;  // per loop, that wait for AllowRequest; above it: 503
  std::size_t max_send_queue_bytes = std::size_t{4} * 1024 * 1024;  // per session; past it: slow_consumer
  std::size_t max_send_queue_frames = 16'384;                       // per session; past it: slow_consumer
  // In one POST body; more is a parse error. Clients send all that they had buffered while offline in one body.
  std::size_t max_packets_per_payload = 8'192;
  std::size_t max_fragments = 1'024;  // of one WebSocket message; more closes with 1008
  // Requests that arrived on another loop than their session's. Past either limit: 503.
  std::size_t max_forwarded_waiting = 65'536;      // in the mailbox of the loop that owns the sessions
  std::size_t max_forwarded_unanswered = 262'144;  // of one receiving loop; held GETs count
};

// The prefix of the route to Engine::handle.
[[nodiscard]] std::string mount_path(const Config& config);
// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const Config& config);

}  // namespace skat::engineio
