// skat verify, rebuild, log adopt, dead-letter list: the maintenance room's functions with a lock, words and an exit
// code around them: 0 as it should be, 1 not. docs/maintenance.md.
#pragma once

#include "app/config.hpp"

namespace skat::app {

// `command` is one of these. Throws StartError when it cannot begin.
[[nodiscard]] int run_maintenance(Command command, const Config& config);

}  // namespace skat::app
