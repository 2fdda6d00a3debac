// A lease in the database: the one node of an embedded log that shares no store with another (design: profiles).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "store/postgres/config.hpp"

namespace skat::store {

struct LeaseTerms {
  std::string name = "embedded-log";
  // Stays the same over restarts (the data directory's own id), so that a node that comes back after a kill -9 need not
  // wait; whoever is called by it must not run twice.
  std::string holder;
  std::chrono::milliseconds ttl{15'000};  // renewed three times in it; another may have it after that
};

// Held as long as it exists; destruction gives it back.
class Lease {
 public:
  virtual ~Lease() = default;
};

struct HeldLease {
  std::unique_ptr<Lease> lease;
  std::string problem;  // one sentence; it names who holds it
};

// Blocks (about Config::connect_timeout at most), so it belongs to the start. A database that is away is no problem:
// the lease is asked for until the answer comes. `on_lost`: another holds it now; called once at most, on `owner`,
// whose thread destroys the lease, not from inside the callback. While the database is away nobody can take it, so
// nothing is lost then.
[[nodiscard]] HeldLease acquire_postgres_lease(const postgres::Config& config, base::Executor& owner, LeaseTerms terms,
                                               base::Function<void()> on_lost);

}  // namespace skat::store
