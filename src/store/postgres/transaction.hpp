// Whole transactions in one round trip. All calls block; they run on a worker of PgStore, inside a request.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "store/postgres/connection.hpp"

namespace skat::store::postgres {

enum class Kind {
  read,   // all that it reads is of one moment
  write,  // durable when it succeeds
};

// What opens a transaction: BEGIN and its limits. Two statements.
[[nodiscard]] std::vector<Statement> opening(const Connection& connection, Kind kind);

// Opens, runs and commits. The rows of `statements`, in their order. Undone when it answers an error, except that the
// outcome of a connection lost at the end is not known.
[[nodiscard]] result<std::vector<Rows>> transact_blocking(Connection& connection, Kind kind,
                                                          std::vector<Statement> statements);

}  // namespace skat::store::postgres
