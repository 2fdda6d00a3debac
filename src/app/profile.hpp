// Which log, bus and store go together. Every other mix is refused with a sentence that says what to do.
#pragma once

#include <cstdint>

namespace skat::app {

enum class Profile : std::uint8_t {
  embedded,           // one node; SQLite log, in-process bus, SQLite store; no service
  embedded_postgres,  // one node; the same with a PostgreSQL store
  single_node,        // one node on Kafka with a SQLite store: for tests of that log
  cluster,            // any number of nodes: Kafka, Redis, PostgreSQL
  cluster_no_redis,   // the same without Redis: live events come by way of Kafka
};

// What the settings name.
struct Services {
  bool kafka = false, redis = false, postgres = false;
  bool single_node = false;  // --single-node
};

// Throws StartError.
[[nodiscard]] Profile choose_profile(const Services& named);

// Other nodes exist.
[[nodiscard]] constexpr bool is_cluster(Profile profile) noexcept {
  return profile == Profile::cluster || profile == Profile::cluster_no_redis;
}

[[nodiscard]] const char* name_of(Profile profile) noexcept;

}  // namespace skat::app
