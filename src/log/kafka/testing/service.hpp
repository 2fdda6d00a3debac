// The real brokers of a service test: SKAT_TEST_KAFKA names them (tools/services.mjs run -- …). One, or three.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/random.hpp"
#include "log/kafka/config.hpp"

namespace skat::log::kafka::testing {

// A topic of its own, as safe as that many brokers can make it.
inline Config service_config() {
  Config config;
  config.brokers = std::getenv("SKAT_TEST_KAFKA");
  config.topic = fmt::format("test-{:016x}", base::random_u64());
  config.partitions = 3;
  const bool three = std::ranges::count(config.brokers, ',') >= 2;
  config.replication_factor = three ? 3 : 1;
  config.min_insync_replicas = three ? 2 : 1;
  return config;
}

}  // namespace skat::log::kafka::testing
