// From DATABASE_URL and its files to store::postgres::Config.
#pragma once

#include <string>

#include "app/options.hpp"
#include "store/postgres/config.hpp"

namespace skat::app {

// DATABASE_URL, or what the file DATABASE_URL_FILE holds; empty: a SQLite store in the data directory.
[[nodiscard]] std::string database_url(const DatabaseOptions& options);
// The name of a setting of PostgreSQL's that is given, or nothing.
[[nodiscard]] std::string any_postgres_setting(const DatabaseOptions& options);

// Throws StartError.
[[nodiscard]] store::postgres::Config make_postgres_config(const DatabaseOptions& options, const std::string& url);

}  // namespace skat::app
