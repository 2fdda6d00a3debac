// What may be turned in socketio. Defaults are those of the reference server; limits close what it leaves open.
#pragma once

#include <chrono>
#include <cstddef>

namespace skat::socketio {

struct Config {
  std::chrono::milliseconds connect_timeout{45'000};  // without a joined namespace by then the session closes
  // How long packets for a namespace that the server has just disconnected are ignored: they crossed on the wire.
  std::chrono::milliseconds crossing_tolerance{10'000};
  std::chrono::milliseconds ack_timeout{5'000};  // of a broadcast with acknowledgement that names none
  std::size_t max_attachments = 10;              // per packet, either way
  std::size_t max_namespaces_per_client = 16;    // one more CONNECT is refused
  std::size_t max_rooms_per_socket = 2'048;      // one more join is ignored and logged
  std::size_t max_json_depth = 128;              // deeper is a violation; at most kMaxJsonDepth
  std::size_t max_nsp_bytes = 256;               // longer is a violation
  std::size_t max_auth_bytes = 16'384;           // CONNECT payload, kept as long as the socket; longer is refused
  std::size_t max_pending_acks = 1'024;          // of one socket, server to client
  std::size_t max_pending_broadcasts = 1'024;    // with acknowledgement, of one namespace
  std::size_t max_broadcast_answer_bytes =
      std::size_t{16} * 1024 * 1024;  // of one broadcast; what exceeds it is not kept
};

}  // namespace skat::socketio
