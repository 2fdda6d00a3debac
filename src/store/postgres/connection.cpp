#include "store/postgres/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/logger.hpp"
#include "store/postgres/migrate.hpp"
#include "store/postgres/sqlstate.hpp"

namespace skat::store::postgres {
namespace {

using base::LogLevel;
using Clock = std::chrono::steady_clock;

// Used when the URL asks for verify-full and nobody names an authority: Debian's bundle of public ones.
constexpr const char* kPublicAuthorities = "/etc/ssl/certs/ca-certificates.crt";

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
    } else if (!line.empty() && !line.ends_with("; ")) {
      line += "; ";
    }
  }
  while (line.ends_with(' ') || line.ends_with(';')) line.pop_back();
  return line;
}

// While connecting libpq has no results, but in verbose words the server's SQLSTATE stands behind its severity:
// "FATAL:  28P01: password authentication failed".
std::string_view sqlstate_in(std::string_view words) {
  for (auto at = words.find(":  "); at != std::string_view::npos; at = words.find(":  ", at + 1)) {
    const auto code = words.substr(at + 3, 6);
    if (code.size() == 6 && code.back() == ':' &&
        std::all_of(code.begin(), code.end() - 1, [](unsigned char c) { return std::isdigit(c) || std::isupper(c); })) {
      return code.substr(0, 5);
    }
  }
  return {};
}

// libpq's parameters; the URL's own stand before those that override it.
struct Parameters {
  void add(const char* keyword, std::string value) {
    if (value.empty()) return;
    keywords.push_back(keyword);
    values.push_back(std::move(value));
  }
  std::vector<const char*> keywords;
  std::vector<std::string> values;
};

Parameters parameters_of(const Shared& shared) {
  const Config& config = shared.config;
  Parameters out;
  // Of several hosts the one that can be written; the URL may say otherwise.
  if (config.url.find(',') != std::string::npos) out.add("target_session_attrs", "read-write");
  out.add("dbname", config.url);
  out.add("application_name", config.application_name);
  out.add("client_encoding", "UTF8");
  const std::string sslmode = sslmode_of(config);
  out.add("sslmode", sslmode);
  const bool public_ones = sslmode == "verify-full" && shared.pem_files.authority().empty() &&
                           config.url.find("sslrootcert") == std::string::npos &&
                           ::access(kPublicAuthorities, R_OK) == 0;
  out.add("sslrootcert", public_ones ? kPublicAuthorities : shared.pem_files.authority());
  out.add("sslcert", shared.pem_files.certificate());
  out.add("sslkey", shared.pem_files.key());
  // A peer that has gone without a word is noticed while nothing is being asked, too.
  out.add("keepalives_idle", "15");
  out.add("keepalives_interval", "5");
  out.add("keepalives_count", "3");
  return out;
}

}  // namespace

Connection::Connection(Shared& shared)
    : shared_(shared), pause_(shared.config.first_reconnect, shared.config.longest_reconnect) {}

Connection::~Connection() = default;

void Connection::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void Connection::close() {
  connection_.reset();
}

result<void> Connection::begin_request_blocking(std::chrono::milliseconds limit) {
  limit_ = limit;
  const auto now = Clock::now();
  deadline_ = now + limit;
  if (connection_ && !still_alive()) close();
  if (connection_) return {};
  if (now < next_attempt_) return errc::unavailable;
  auto made = connect_blocking();
  if (made && !shared_.schema_is_ours) {
    deadline_ = Clock::now() + shared_.config.migrate_timeout;
    std::string why;
    made = migrate_blocking(*this, why);
    if (made) {
      shared_.schema_is_ours = true;
    } else if (!why.empty()) {
      problem_ = std::move(why);
      if (made.error() == errc::schema && shared_.on_newer_schema && !shared_.told_of_newer_schema.exchange(true)) {
        shared_.on_newer_schema(fmt::format("PostgreSQL: {}", problem_));
      }
    }
  }
  if (!made) {
    close();
    const auto pause = pause_.next();
    next_attempt_ = Clock::now() + pause;
    base::log(made.error() == condition::retryable ? LogLevel::warn : LogLevel::error, "store",
              "PostgreSQL: {}; the next attempt is in {} ms or later", problem_, pause.count());
    return made;
  }
  pause_.reset();
  deadline_ = Clock::now() + limit;
  return {};
}

result<void> Connection::continue_request(std::chrono::milliseconds limit) {
  limit_ = limit;
  deadline_ = Clock::now() + limit;
  if (!connection_ || PQtransactionStatus(connection_.get()) != PQTRANS_INTRANS) return errc::unavailable;
  return {};
}

// A server that ends or restarts says so first: an idle connection with anything to read is replaced before it is used.
// (Settings that were reloaded are announced too; that costs one connection more.)
bool Connection::still_alive() {
  pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
  return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE && ::poll(&socket, 1, 0) == 0;
}

result<void> Connection::connect_blocking() {
  refused_ = false;
  auto parameters = parameters_of(shared_);
  std::vector<const char*> values;
  for (const auto& value : parameters.values) values.push_back(value.c_str());
  parameters.keywords.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(parameters.keywords.data(), values.data(), 1));
  if (!connection_) {
    problem_ = "no memory for a connection";
    return errc::unavailable;
  }
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  PQsetNoticeProcessor(
      connection_.get(),
      [](void*, const char* notice) { base::log(LogLevel::debug, "store", "PostgreSQL: {}", one_line(notice)); },
      nullptr);
  const auto deadline = Clock::now() + shared_.config.connect_timeout;
  auto wants = PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (wants == PGRES_POLLING_READING || wants == PGRES_POLLING_WRITING) {
    if (wait_blocking(wants == PGRES_POLLING_WRITING, deadline) == Wait::timeout) {
      problem_ = fmt::format("no connection within {} ms", shared_.config.connect_timeout.count());
      return errc::unavailable;
    }
    wants = PQconnectPoll(connection_.get());
  }
  if (wants != PGRES_POLLING_OK) {
    problem_ = one_line(PQerrorMessage(connection_.get()));
    const auto sqlstate = sqlstate_in(problem_);
    // A certificate that does not fit does not come to fit by waiting either.
    refused_ = refuses_connection(sqlstate) || (sqlstate.empty() && problem_.find("certificate") != std::string::npos);
    return errc::unavailable;
  }
  PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) == 0) {
    return lost(PQerrorMessage(connection_.get()));
  }
  return {};
}

// Waits for the socket. The store's end cuts the deadline short once.
Connection::Wait Connection::wait_blocking(bool for_writing, base::SteadyTime deadline) {
  bool ending = shared_.stop_signal.stopped();
  for (;;) {
    if (ending) deadline = std::min(deadline, shared_.stop_signal.deadline());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Wait::timeout;
    std::array<pollfd, 2> waits{
        pollfd{PQsocket(connection_.get()), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN), 0},
        pollfd{ending ? -1 : shared_.stop_signal.descriptor(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) return Wait::timeout;
    if (waits[0].revents != 0) return Wait::ready;
    ending = ending || waits[1].revents != 0;
  }
}

bool Connection::next_result_blocking(pg_result*& next) {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) break;
    if (PQisBusy(connection_.get()) == 0) {
      next = PQgetResult(connection_.get());
      return true;
    }
    if (wait_blocking(unsent == 1, deadline_) == Wait::timeout) {
      problem_ = shared_.stop_signal.stopped() ? "the store is being closed"
                                               : fmt::format("no answer within {} ms", limit_.count());
      return false;
    }
    if (PQconsumeInput(connection_.get()) == 0) break;
  }
  problem_ = one_line(PQerrorMessage(connection_.get()));
  return false;
}

error_code Connection::lost(std::string why) {
  problem_ = one_line(why);
  base::log(LogLevel::warn, "store", "PostgreSQL: the connection is given up: {}", problem_);
  close();
  return errc::unavailable;
}

// The server's own sentence only: its details repeat the data.
error_code Connection::failure_of(const pg_result* failed) {
  const auto field = [&](int which) {
    const char* text = PQresultErrorField(failed, which);
    return std::string_view(text != nullptr ? text : "");
  };
  const auto sqlstate = field(PG_DIAG_SQLSTATE);
  if (sqlstate.empty()) return lost(PQresultErrorMessage(failed));
  const errc code = errc_of(sqlstate);
  problem_ = fmt::format("{} (SQLSTATE {})", one_line(field(PG_DIAG_MESSAGE_PRIMARY)), sqlstate);
  if (ends_connection(sqlstate)) return lost(problem_);
  return code;
}

Connection::Outcome Connection::run_blocking(std::span<const Statement> statements) {
  Outcome outcome;
  for (const Statement& statement : statements) {
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths, formats;
    for (std::size_t i = 0; i < statement.values().size(); ++i) {
      types.push_back(static_cast<Oid>(statement.types()[i]));
      values.push_back(statement.values()[i].data());
      lengths.push_back(static_cast<int>(statement.values()[i].size()));
      formats.push_back(1);
    }
    if (PQsendQueryParams(connection_.get(), statement.sql(), static_cast<int>(types.size()), types.data(),
                          values.data(), lengths.data(), formats.data(), 1) == 0) {
      outcome.error = lost(PQerrorMessage(connection_.get()));
      return outcome;
    }
  }
  if (PQpipelineSync(connection_.get()) == 0) {
    outcome.error = lost(PQerrorMessage(connection_.get()));
    return outcome;
  }
  for (bool synced = false; !synced;) {
    pg_result* next = nullptr;
    if (!next_result_blocking(next)) {
      outcome.error = lost(problem_);
      return outcome;
    }
    Rows rows(next);
    switch (next == nullptr ? PGRES_EMPTY_QUERY : PQresultStatus(next)) {
      case PGRES_EMPTY_QUERY:  // between two statements
        break;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        outcome.rows.push_back(std::move(rows));
        break;
      case PGRES_PIPELINE_ABORTED:
        break;
      case PGRES_PIPELINE_SYNC:
        synced = true;
        break;
      default:
        if (!outcome.failed()) outcome.error = failure_of(next);
        if (!connection_) return outcome;
    }
  }
  return outcome;
}

result<void> Connection::run_script_blocking(std::string_view script) {
  if (PQexitPipelineMode(connection_.get()) == 0 || PQsendQuery(connection_.get(), std::string(script).c_str()) == 0) {
    return lost(PQerrorMessage(connection_.get()));
  }
  error_code failed;
  for (pg_result* next = nullptr;;) {
    if (!next_result_blocking(next)) return lost(problem_);
    if (next == nullptr) break;
    const Rows rows(next);
    const auto status = PQresultStatus(next);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failed) failed = failure_of(next);
    if (!connection_) return failed;
  }
  if (PQenterPipelineMode(connection_.get()) == 0) return lost(PQerrorMessage(connection_.get()));
  if (failed) return failed;
  return {};
}

void Connection::report(error_code failed) const {
  // What is lost has been told.
  if (!connection_) return;
  base::log(failed == condition::retryable ? LogLevel::warn : LogLevel::error, "store", "PostgreSQL: {}", problem_);
}

void Connection::rollback_blocking() {
  if (!connection_ || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const std::array rollback{Statement("ROLLBACK")};
  if (run_blocking(rollback).failed()) close();
}

}  // namespace skat::store::postgres
