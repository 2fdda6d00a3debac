// What may be turned in chat, with its units.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "model/limits.hpp"

namespace skat::chat {

struct Config {
  std::chrono::milliseconds ack_timeout = model::kAckTimeout;  // then a submission is answered "unknown"
  std::size_t max_pending = 65'536;                            // submissions without an outcome; one more: busy
  std::size_t archive_batch_events = 1'000;                    // a transaction holds at most this many events
  std::chrono::milliseconds archive_interval{50};              // or what came in this time
  std::chrono::seconds snapshot_interval{5};
  std::size_t max_unarchived_events = 200'000;            // above it sends answer unavailable (the store is away)
  std::size_t hot_tail_bytes = 64u * 1024 * 1024;         // of all rooms; the newest go last
  std::chrono::milliseconds feed_linger{10'000};          // a feed without streams is kept this long
  std::chrono::milliseconds read_marker_interval{1'000};  // coalesced into the store
  std::chrono::hours log_keep{24};                        // archived records stay in the log this long
  std::chrono::minutes trim_interval{10};
  std::chrono::hours session_lifetime{24 * 365};
  std::chrono::seconds drain_timeout{10};
  bool cluster = false;               // other nodes exist
  std::string group_prefix = "skat";  // of the consumer groups: "<prefix>-live", "<prefix>-archive"
};

}  // namespace skat::chat
