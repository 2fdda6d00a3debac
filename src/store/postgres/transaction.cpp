#include "store/postgres/transaction.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace skat::store::postgres {

std::vector<Statement> opening(const Connection& connection, Kind kind) {
  std::vector<Statement> statements;
  const auto limit = connection.limit().count();
  if (kind == Kind::read) {
    statements.emplace_back("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    statements.emplace_back(fmt::format("SET LOCAL statement_timeout = {}", limit));
    return statements;
  }
  const Config& config = connection.config();
  statements.emplace_back("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  // An answer means that it is on the disk, whatever the role's default is.
  statements.emplace_back(
      fmt::format("SELECT set_config('statement_timeout', '{}', true), set_config('lock_timeout', '{}', true),"
                  " set_config('idle_in_transaction_session_timeout', '{}', true),"
                  " CASE WHEN current_setting('synchronous_commit') = 'off'"
                  " THEN set_config('synchronous_commit', 'on', true) END",
                  limit, config.lock_timeout.count(), config.idle_in_transaction_timeout.count()));
  return statements;
}

result<std::vector<Rows>> transact_blocking(Connection& connection, Kind kind, std::vector<Statement> statements) {
  auto all = opening(connection, kind);
  const auto first = all.size();
  std::ranges::move(statements, std::back_inserter(all));
  all.emplace_back("COMMIT");
  auto outcome = connection.run_blocking(all);
  if (outcome.failed()) {
    connection.report(outcome.error);
    connection.rollback_blocking();
    return outcome.error;
  }
  std::vector<Rows> rows(std::make_move_iterator(outcome.rows.begin() + static_cast<std::ptrdiff_t>(first)),
                         std::make_move_iterator(outcome.rows.end() - 1));
  return rows;
}

}  // namespace skat::store::postgres
