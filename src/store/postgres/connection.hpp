// Connection: one connection to PostgreSQL, or to PgBouncer in transaction mode; libpq non-blocking, in pipeline mode.
// Lives on: the worker of its lane. No call waits longer than the limit that begin_request() was given.
// Ends by: destruction. One that breaks is made anew by the next request, after a pause that grows (Backoff).
// Rule: no session state. Nothing is prepared under a name, settings are a transaction's own (SET LOCAL).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/errc.hpp"
#include "store/postgres/config.hpp"
#include "store/postgres/pem_files.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/statement.hpp"
#include "store/postgres/stop_signal.hpp"

struct pg_conn;  // libpq's

namespace skat::store::postgres {

// What all connections of one store share. Any thread.
struct Shared {
  explicit Shared(const Config& c) : config(c), pem_files(c) {}

  const Config config;
  const PemFiles pem_files;
  StopSignal stop_signal;
  std::atomic<bool> schema_is_ours{false};  // some connection has seen it, or made it so
  // Set before there are several threads; called once, by the connection that finds out first.
  std::function<void(std::string)> on_newer_schema;
  std::atomic<bool> told_of_newer_schema{false};
};

class Connection {
 public:
  explicit Connection(Shared& shared);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins a request that may take `limit`: makes a connection if there is none, and brings the schema up to date if
  // nobody has yet. errc::unavailable, at once while the pause after a failed attempt lasts; errc::schema.
  [[nodiscard]] result<void> begin_request_blocking(std::chrono::milliseconds limit);
  // Goes on, for another `limit`, inside the transaction that the request before left open. errc::unavailable: the
  // connection was lost, and the transaction with it.
  [[nodiscard]] result<void> continue_request(std::chrono::milliseconds limit);

  // What a pipeline of statements came to: the rows of those before the failed one, or of all.
  struct Outcome {
    std::vector<Rows> rows;
    error_code error;  // of the first that failed; those behind it were not executed
    [[nodiscard]] bool failed() const noexcept { return error.failed(); }
  };
  // All of them in one round trip.
  [[nodiscard]] Outcome run_blocking(std::span<const Statement> statements);
  // Several statements in one text, without parameters; their rows are dropped.
  [[nodiscard]] result<void> run_script_blocking(std::string_view script);
  // Tells people about a statement that failed (run_blocking() does not: it may be what its caller expects).
  void report(error_code failed) const;
  // Leaves a transaction that is open or has failed; gives the connection up if that fails.
  void rollback_blocking();
  void close();

  [[nodiscard]] std::chrono::milliseconds limit() const noexcept { return limit_; }
  [[nodiscard]] const Config& config() const noexcept { return shared_.config; }

  // Why there is no connection: libpq's words, or the server's; and whether the server will say so for ever.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] bool refused() const noexcept { return refused_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  enum class Wait { ready, timeout };

  [[nodiscard]] result<void> connect_blocking();
  [[nodiscard]] bool still_alive();
  Wait wait_blocking(bool for_writing, base::SteadyTime deadline);
  // The next result: nullptr between two statements. False: the connection is lost, problem_ says how.
  [[nodiscard]] bool next_result_blocking(pg_result*& next);
  [[nodiscard]] error_code lost(std::string why);
  [[nodiscard]] error_code failure_of(const pg_result* failed);

  // set at construction
  Shared& shared_;

  std::unique_ptr<pg_conn, Finish> connection_;
  base::Backoff pause_;
  base::SteadyTime next_attempt_{};
  std::chrono::milliseconds limit_{0};
  base::SteadyTime deadline_{};
  std::string problem_;
  bool refused_ = false;
};

}  // namespace skat::store::postgres
