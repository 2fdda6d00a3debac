// What a loop counts. Own thread, or once the loop has stopped.
#pragma once

#include <cstddef>
#include <cstdint>

namespace skat::net {

class Loop;

struct LoopStats {
  std::uint64_t accepted = 0, refused = 0;          // TCP connections; refused: above max_connections, or draining
  std::uint64_t tls_failures = 0;                   // handshakes that came to nothing
  std::uint64_t http_requests = 0, websockets = 0;  // since the start
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t frames_out = 0, writes = 0;  // frames_out / writes: how well sends are gathered
  std::uint64_t deflated = 0;                // messages compressed, each once however many connections got it
  std::uint64_t overflows = 0;               // send queues that passed their limit
  std::size_t connections = 0;               // open now
};

[[nodiscard]] const LoopStats& loop_stats(Loop& loop);

}  // namespace skat::net
