// Adopt: a store goes on from a log that is not, or no longer, the one it came from: lost, cut, replaced, or an older
// copy. Nothing that is stored changes; what the former log had and the store had not is lost, and a new epoch tells
// every client so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "log/log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/progress.hpp"
#include "store/maintenance.hpp"
#include "store/store.hpp"

namespace skat::maintenance {

struct AdoptionPlan {
  std::string refusal;                    // one sentence; then there is nothing to do or nothing that may be done
  std::vector<std::string> consequences;  // one sentence each: what may be lost, for people to read first
  std::vector<store::Adoption> adoptions;
};

// Reads only. An error: the log or the store could not be read.
[[nodiscard]] result<AdoptionPlan> plan_adoption_blocking(Asker& asker, log::Log& log, store::Directory& directory,
                                                          store::Maintenance& maintenance, Progress& progress);
// errc::superseded: somebody has moved the store since.
[[nodiscard]] result<void> adopt_blocking(Asker& asker, store::Maintenance& maintenance, const AdoptionPlan& plan);

}  // namespace skat::maintenance
