// What may be turned in the embedded log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace skat::log::sqlite {

// Limit: appends without an answer; one more is errc::busy.
inline constexpr std::size_t kMaxQueuedAppends = 16'384;

struct Config {
  std::string path;              // the database file; its directory must exist
  std::uint32_t partitions = 1;  // of a log that is created; an existing one keeps its count
  std::string vfs = {};          // of SQLite; empty: its default
  std::chrono::milliseconds busy_timeout{5'000};

  std::size_t max_queued_appends = kMaxQueuedAppends;
  std::size_t max_queued_bytes = 64u * 1024 * 1024;  // keys and values of them; past it: errc::busy

  // One transaction takes at most this; what is left shares the next.
  std::size_t max_batch_records = 1'000;
  std::size_t max_batch_bytes = 4u * 1024 * 1024;

  // How long the first record of a burst may wait for the others, so that they share a commit (gather_policy.hpp).
  std::chrono::microseconds max_gather_time{300};

  // Newest entries kept in memory for readers at the tail, shared equally among the partitions. Readers behind them
  // read the disk.
  std::size_t recent_entries = 4'096;
  std::size_t recent_bytes = 16u * 1024 * 1024;

  std::size_t max_answer_bytes = 1024u * 1024;  // of one answer of LogReader::next(), unless one entry is larger
  std::size_t max_disk_reads = 256;             // waiting for the reader thread; one more is errc::busy
  std::size_t max_waiting_bounds = 1'024;       // waiting for appends before them; one more is errc::busy
  std::size_t max_waiting_trims = 64;           // one more is errc::busy
  std::size_t trim_chunk_entries = 1'000;       // one transaction of trim(), so that appends pass in between
};

}  // namespace skat::log::sqlite
