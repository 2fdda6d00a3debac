// What a run measures: the server's CPU time and memory from /proc, latencies, and the one JSON line it prints.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace skat::load {

// CPU time of every thread of the processes so far, in ns.
[[nodiscard]] std::int64_t cpu_ns(std::span<const pid_t> processes);
// Resident bytes of anonymous memory (what the processes themselves asked for).
[[nodiscard]] std::size_t anonymous_bytes(std::span<const pid_t> processes);

// The p-quantile (0…1) in ms; sorts.
[[nodiscard]] double quantile_ms(std::vector<std::int64_t>& latencies_ns, double p);

struct Report {
  std::uint64_t messages = 0, deliveries = 0, lost = 0, doubled = 0, reordered = 0, refused = 0;
  double seconds = 0;
  std::int64_t server_cpu_ns = 0;
  std::vector<std::int64_t> latencies_ns;  // of a message to its last subscriber, or of an acknowledgement
  double bytes_per_connection = 0;
  std::vector<std::int64_t> ack_latencies_ns;

  [[nodiscard]] std::string json();
};

}  // namespace skat::load
