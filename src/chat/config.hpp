// What may be turned in chat, with its units.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "model/limits.hpp"

namespace skat::chat {

struct Config {
  bool cluster = false;                              // other nodes share the log and the store
  bool live = false;                                 // the bus joins them: owners tell the others
  std::string group_prefix = "skat";                 // of the log's consumer group <prefix>-live
  std::chrono::milliseconds beat_interval{250};      // of the owner's heartbeats, and of head echoes
  std::chrono::milliseconds tail_linger{5'000};      // a partition is followed this long after its owner is back
  std::uint32_t tail_whole_rooms = 10'000;           // a partition with more is followed in part, as needed
  std::chrono::milliseconds outcome_wait{500};       // then the owner is asked what became of a record
  std::chrono::milliseconds progress_interval{500};  // how often a cluster's node asks where the store stands
  std::chrono::milliseconds ack_timeout = model::kAckTimeout;  // then a submission is answered "unknown"
  std::size_t max_pending = 65'536;                            // submissions without an outcome; one more: busy
  // Archiving. A trickle, and whatever lists show (rooms, members), is in the store after `archive_interval`; a flood
  // of messages goes there in transactions of some size: when more than `archive_trickle_events` have come in that
  // time, `archive_full_events` or `archive_longest_wait` are waited for.
  std::chrono::milliseconds archive_interval{50};
  std::size_t archive_trickle_events = 3;
  std::size_t archive_full_events = 256;
  std::chrono::milliseconds archive_longest_wait{2'000};  // from the first one on
  std::size_t archive_batch_events = 1'000;               // a transaction holds at most this many
  std::chrono::seconds snapshot_interval{5};
  std::chrono::seconds fold_file_interval{30};            // where a node keeps copies of its folds: how often
  std::chrono::seconds stored_fold_interval{300};         // how often it copies those of others from the store
  std::size_t max_unarchived_events = 200'000;            // above it sends answer unavailable (the store is away)
  std::size_t warm_rooms = 256;                           // of each partition, read into the hot tail at its start
  std::size_t room_channels = 4'096;                      // of one partition; beyond, its own channel (0019)
  std::size_t hot_tail_bytes = 64u * 1024 * 1024;         // of all rooms; the newest go last
  std::chrono::milliseconds feed_linger{10'000};          // a feed without streams is kept this long
  std::chrono::milliseconds read_marker_interval{1'000};  // coalesced into the store
  std::chrono::hours log_keep{24};                        // archived records stay in the log this long
  std::chrono::minutes trim_interval{10};
  std::chrono::hours session_lifetime{24 * 365};
  std::chrono::seconds drain_timeout{10};
};

}  // namespace skat::chat
