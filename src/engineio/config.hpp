// What may be turned in engineio. Defaults are those of the reference server; limits close what it leaves open.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace skat::engineio {

// Which Origin headers may open a session and read answers. A request without Origin is always allowed.
struct OriginPolicy {
  bool allow_any = false;
  bool allow_own = true;             // Origin's host and port equal the Host header
  bool allow_localhost = true;       // any port of localhost, 127.0.0.1 and [::1]
  std::vector<std::string> allowed;  // "https://chat.example.org"
  bool credentials = true;           // Access-Control-Allow-Credentials
};

// permessage-deflate (RFC 7692) on WebSockets whose client offers it.
struct PerMessageDeflate {
  bool enabled = false;
  std::size_t threshold_bytes = 1'024;  // a smaller message leaves as it is
};

struct Config {
  std::string path = "/socket.io/";
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
  std::chrono::milliseconds close_timeout{30'000};  // how long a closing polling session waits for a GET
  std::size_t max_payload_bytes = 1'000'000;  // POST body and WebSocket message (inflated), announced as maxPayload
  PerMessageDeflate per_message_deflate;
  bool allow_polling = true, allow_websocket = true, allow_upgrades = true;
  OriginPolicy origin;

  std::size_t max_sessions = 200'000;                               // per loop; a handshake above it: 503
  std::size_t max_send_queue_bytes = std::size_t{4} * 1024 * 1024;  // per session; past it: slow_consumer
  std::size_t max_send_queue_frames = 16'384;                       // per session; past it: slow_consumer
  // In one POST body; more is a parse error. Clients send all that they had buffered while offline in one body.
  std::size_t max_packets_per_payload = 8'192;
  std::size_t max_fragments = 1'024;  // of one WebSocket message; more closes with 1008
  // Requests that arrived on another loop than their session's. Past either limit: 503.
  std::size_t max_forwarded_waiting = 65'536;      // in the mailbox of the loop that owns the sessions
  std::size_t max_forwarded_unanswered = 262'144;  // of one receiving loop; held GETs count
};

}  // namespace skat::engineio
