// The durable log: ordered bytes per partition. Siblings: log/sqlite (embedded), log/kafka (cluster).
// Every sibling passes log_conformance.hpp.
//
// Threads: every method is called on the executor given at construction, and every callback runs there; none blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "log/membership.hpp"
#include "log/place.hpp"

namespace skat::log {

struct Appended {
  Offset offset;
  base::WallTime append_time;
};

struct Entry {
  Offset offset;
  base::WallTime append_time;  // given by the log; may go back (the fold makes room time monotonic)
  std::string key;             // the room id, 32 hex digits
  std::string value;           // docs/log-format.md; the log does not look inside
};

// Records lie in [start, end): `start` is the oldest kept, `end` the offset the next append gets at least.
// `first` is the offset that the log's very first record got: one that starts above it has lost its beginning.
struct Bounds {
  Offset start, end;
  Offset first{0};
};

// Reads one partition in offset order, from a start offset on, for ever.
class LogReader {
 public:
  using Batch = std::vector<Entry>;
  // Destroying the reader drops an outstanding callback uncalled.
  virtual ~LogReader() = default;
  // Calls back once, with 1 … max_entries entries, as soon as there are any: only entries that are durable, none twice,
  // none left out. One call may be outstanding. errc::offset_lost: the next offset lies below the log's start.
  virtual void next(std::size_t max_entries, base::Function<void(result<Batch>)> done) = 0;
};

class Log {
 public:
  virtual ~Log() = default;

  // `done` gets the place once the entry is durable (P1: on disk; acks=all). Appends to one partition keep the order of
  // the calls. condition::retryable: never handed over, it cannot appear. condition::unknown: it may appear later.
  // Limit: kMaxQueuedAppends waiting; one more is errc::busy (retryable).
  virtual void append(Partition partition, std::string key, std::string value,
                      base::Function<void(result<Appended>)> done) = 0;

  // Entries from `from` on. A `from` above the end waits for it.
  [[nodiscard]] virtual std::unique_ptr<LogReader> read(Partition partition, Offset from) = 0;

  // Everything appended before the call lies below the answer's `end`.
  virtual void bounds(Partition partition, base::Function<void(result<Bounds>)> done) = 0;

  // Forgets entries below `below` that are older than `keep_newer_than`, but never the last entry of the partition.
  // A log that trims by itself (a Kafka topic's retention) does nothing.
  virtual void trim(Partition partition, Offset below, base::WallTime keep_newer_than,
                    base::Function<void(result<void>)> done) = 0;

  // Joins a group whose members share the partitions. The listener outlives the membership, which goes before the log.
  // A process joins a group once at a time; a log that one process alone uses gives it every partition.
  [[nodiscard]] virtual std::unique_ptr<Membership> join(std::string group, Membership::Listener& listener) = 0;

  [[nodiscard]] virtual std::uint32_t partition_count() const = 0;
  // Identity of this log, made when it was created: another value means another log under the old name.
  [[nodiscard]] virtual std::string log_id() const = 0;
};

}  // namespace skat::log
