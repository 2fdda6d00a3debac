// The cluster's store: one PostgreSQL database, shared by all nodes. See README.md.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/executor.hpp"
#include "store/postgres/config.hpp"
#include "store/store.hpp"

namespace skat::store {

// Either a store, or one sentence that says why not and what to do about it.
struct OpenedPostgresStore {
  std::unique_ptr<Store> store;
  std::string problem;
};

// Connects once and brings the schema up to date; blocks (at most about Config::connect_timeout and what a migration
// takes), so it belongs to the start. A database that cannot be reached now is no problem: the store answers
// errc::unavailable until it can. What no waiting mends is one: a newer schema, a log-in that is refused, a certificate
// that does not fit. The store lives on `owner`, whose thread destroys it, not from inside a callback: what runs then
// has Config::close_timeout, and callbacks without an answer are dropped.
// `on_newer_schema`: told once, on a thread of the store, when a database that could not be reached at first turns out
// to be of a newer schema; the sentence is the problem that it would have been here.
[[nodiscard]] OpenedPostgresStore open_postgres_store(const postgres::Config& config, base::Executor& owner,
                                                      std::function<void(std::string)> on_newer_schema = {});

}  // namespace skat::store
