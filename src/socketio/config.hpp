// What may be turned in socketio. Defaults are those of the reference server; limits close what it leaves open.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace skat::socketio {

// Connection state recovery: a client that was away for a moment gets its socket id, rooms and data back, and the
// events it missed. Limits are of each namespace on each loop.
struct RecoveryConfig {
  std::chrono::milliseconds max_disconnection_duration{120'000};  // later it gets a new socket
  bool skip_middlewares = true;                                   // for a client that is recovered
  std::size_t max_sessions = 10'000;                              // lost ones; past it the oldest is forgotten
  std::size_t max_session_bytes = std::size_t{16} * 1024 * 1024;  // of their room names; the same
  std::size_t max_packets = 10'000;                               // past it the oldest is forgotten
  std::size_t max_packet_bytes = std::size_t{16} * 1024 * 1024;   // the same
  std::size_t max_missed_packets = 2'000;                         // a client that missed more gets a new socket
  std::size_t max_missed_bytes = std::size_t{2} * 1024 * 1024;    // the same
};

struct Config {
  std::chrono::milliseconds connect_timeout{45'000};  // without a joined namespace by then the session closes
  // How long packets for a namespace that the server has just disconnected are ignored: they crossed on the wire.
  std::chrono::milliseconds crossing_tolerance{10'000};
  std::chrono::milliseconds ack_timeout{5'000};  // of a broadcast with acknowledgement that names none
  std::size_t max_attachments = 10;              // per packet, either way
  std::size_t max_namespaces_per_client = 16;    // one more CONNECT is refused
  std::size_t max_rooms_per_socket = 2'048;      // one more join is ignored and logged
  std::size_t max_room_name_bytes = 512;         // a join to a longer one is ignored and logged
  std::size_t max_event_name_bytes = 512;        // as sent; longer is a violation
  std::size_t max_elements = 1'024;  // of an event (its name counts) or acknowledgement; more is a violation
  // More is a violation. Counted coarsely: a burst of up to twice as many may pass.
  std::uint32_t max_packets_per_second = 20'000;
  std::size_t max_json_depth = 128;            // deeper is a violation; at most kMaxJsonDepth
  std::size_t max_nsp_bytes = 256;             // longer is a violation
  std::size_t max_auth_bytes = 16'384;         // CONNECT payload, kept as long as the socket; longer is refused
  std::size_t max_pending_acks = 1'024;        // of one socket, server to client
  std::size_t max_pending_broadcasts = 1'024;  // with acknowledgement, of one namespace
  std::size_t max_broadcast_answer_bytes =
      std::size_t{16} * 1024 * 1024;                 // of one broadcast; what exceeds it is not kept
  std::chrono::milliseconds cluster_timeout{5'000};  // for the other servers' answers
  std::size_t max_cluster_requests = 1'024;          // that wait for them
  std::size_t max_child_namespaces = 10'000;         // made by patterns, on one loop; one more is refused
  bool cleanup_empty_child_namespaces = false;       // a child goes with its last socket
  std::optional<RecoveryConfig> recovery;            // without it nothing of it is on the wire or in memory
};

}  // namespace skat::socketio
