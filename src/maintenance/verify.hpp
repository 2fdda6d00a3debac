// Verify: holds the store against the log. Both are read once, the store in one moment, so it may run beside nodes that
// write. docs/maintenance.md says what it proves and what it cannot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "log/log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/event_digest.hpp"
#include "maintenance/findings.hpp"
#include "maintenance/progress.hpp"
#include "store/maintenance.hpp"

namespace skat::maintenance {

struct RoomHash {
  model::RoomId room;
  model::Seq head;
  Digest hash{};
};

struct VerifyReport {
  Findings findings;
  std::vector<RoomHash> rooms;  // ascending
  Digest hash{};                // of the store
  std::uint64_t partitions = 0, records = 0, events = 0;
  std::uint64_t compared = 0;     // events that are what the log makes
  std::uint64_t older_rooms = 0;  // whose beginning the log no longer has
};

// An error: the log or the store could not be read.
[[nodiscard]] result<VerifyReport> verify_blocking(Asker& asker, log::Log& log, store::Maintenance& store,
                                                   Progress& progress);

}  // namespace skat::maintenance
