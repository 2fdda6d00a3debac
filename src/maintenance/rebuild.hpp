// Rebuild: the conversations dropped and folded again from the log. docs/maintenance.md says when it refuses.
#pragma once

#include <cstdint>
#include <string>

#include "log/log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/event_digest.hpp"
#include "maintenance/progress.hpp"
#include "store/maintenance.hpp"
#include "store/store.hpp"

namespace skat::maintenance {

struct RebuildReport {
  std::string refusal;       // one sentence; then nothing has changed
  Digest before{}, after{};  // of the store's events up to where it stood before
  std::uint64_t events_before = 0, events = 0;
  std::uint64_t new_events = 0;  // behind that: the log had them, the store did not yet
  bool resumed = false;          // went on with a rebuild that was interrupted
};

struct RebuildPorts {
  Asker& asker;
  log::Log& log;
  store::Store& store;
  store::Maintenance& maintenance;
};

// Nobody else writes the store meanwhile. Ended at any moment it leaves a store that stands further back in the log: a
// node, or the next run, goes on from there. An error: the log or the store could not be read or written.
[[nodiscard]] result<RebuildReport> rebuild_blocking(const RebuildPorts& ports, Progress& progress);

}  // namespace skat::maintenance
