// Database: one empty database on the server that SKAT_TEST_POSTGRES names; dropped at the end.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "model/ids.hpp"
#include "store/postgres/config.hpp"

namespace skat::store::postgres::testing {

// A connection for a test's own statements. Throws what the server says.
class Psql {
 public:
  explicit Psql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) fail();
  }
  ~Psql() { PQfinish(connection_); }
  Psql(const Psql&) = delete;
  Psql& operator=(const Psql&) = delete;

  // The first column of the first row; empty without one.
  std::string run(const std::string& sql) {
    PGresult* rows = PQexec(connection_, sql.c_str());
    const auto status = PQresultStatus(rows);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      PQclear(rows);
      fail();
    }
    std::string value = PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "";
    PQclear(rows);
    return value;
  }
  [[nodiscard]] PGconn* handle() { return connection_; }

 private:
  [[noreturn]] void fail() { throw std::runtime_error(PQerrorMessage(connection_)); }
  PGconn* connection_;
};

inline std::string server_url() {
  const char* url = std::getenv("SKAT_TEST_POSTGRES");
  if (url == nullptr) throw std::runtime_error("SKAT_TEST_POSTGRES is not set; see docs/services.md");
  return url;
}

class Database {
 public:
  explicit Database(std::string server = server_url())
      : server_(std::move(server)), name_("test_" + model::hex64(base::random_u64())) {
    Psql(server_).run("CREATE DATABASE " + name_);
  }
  ~Database() { Psql(server_).run("DROP DATABASE " + name_ + " WITH (FORCE)"); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string port() const { return Psql(server_).run("SHOW port"); }
  // The server's URL with this database.
  [[nodiscard]] std::string url() const { return server_.substr(0, server_.rfind('/') + 1) + name_; }
  [[nodiscard]] Config config() const { return parse_url(url()).config; }

 private:
  std::string server_, name_;
};

}  // namespace skat::store::postgres::testing
