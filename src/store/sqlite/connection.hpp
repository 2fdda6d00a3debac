// Connection: one SQLite connection with its prepared statements, and how its failures become the store's.
// Lives on: the opening thread, then one worker of SqliteStore.
// Ends by: destruction, after that worker has ended.
#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/sqlite/database.hpp"
#include "store/errc.hpp"
#include "store/sqlite/config.hpp"

namespace skat::store::sqlite {

class Connection {
 public:
  [[nodiscard]] static result<Connection> open_blocking(const Config& config, base::sqlite::Access access);

  // Prepared once and kept. `sql` is a literal: it outlives the connection.
  [[nodiscard]] result<base::sqlite::Statement*> statement(std::string_view sql);
  [[nodiscard]] base::sqlite::Database& database() noexcept { return database_; }
  // SQLite's failure as the store's; SQLite's own words go to the logger.
  [[nodiscard]] error_code failure(error_code sqlite) const;

 private:
  explicit Connection(base::sqlite::Database database) noexcept : database_(std::move(database)) {}

  base::sqlite::Database database_;
  std::map<std::string_view, base::sqlite::Statement> statements_;  // before database_ is closed
};

// What `work` did is committed as a whole when it answers a value, and undone when it answers an error. For
// Kind::read, all that it reads is of one moment.
template <class Work>
auto in_transaction(Connection& connection, base::sqlite::Transaction::Kind kind, Work&& work)
    -> std::invoke_result_t<Work&> {
  auto transaction = base::sqlite::Transaction::begin(connection.database(), kind);
  if (!transaction) return connection.failure(transaction.error());
  auto answer = std::invoke(work);
  if (!answer) return answer;
  if (auto committed = transaction->commit(); !committed) return connection.failure(committed.error());
  return answer;
}

}  // namespace skat::store::sqlite
