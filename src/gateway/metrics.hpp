// What /metrics tells, in Prometheus' text format. Names: docs/operations.md.
#pragma once

#include <string>

#include "gateway/gateway.hpp"

namespace skat::gateway {

// Any thread.
[[nodiscard]] std::string render_metrics(Gateway& gateway, const std::string& version);

}  // namespace skat::gateway
