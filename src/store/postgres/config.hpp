// What may be turned in the PostgreSQL store.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace skat::store::postgres {

struct Config {
  // postgres://user:password@host:port/database?sslmode=…, as libpq takes it; several hosts are allowed.
  std::string url;
  // For TLS. PEM text goes before the file of the same thing; empty: what the URL says. With an authority of ours
  // sslmode is verify-full, unless the URL says verify-ca.
  std::string ca_pem = {}, ca_file = {};                    // whom to trust; a bundle is allowed
  std::string certificate_pem = {}, certificate_file = {};  // our own certificate with its chain
  std::string key_pem = {}, key_file = {};
  std::string application_name = "skat";  // as pg_stat_activity shows it

  // Three pools, so that a long archive holds up no read and a flood of reads no sign-up. Each connection has a thread.
  std::size_t archive_connections = 2;
  std::size_t read_connections = 4;
  std::size_t directory_connections = 2;
  // Requests of one pool without a connection; one more is errc::busy.
  std::size_t max_waiting_archives = 1'024;
  std::size_t max_waiting_reads = 4'096;
  std::size_t max_waiting_directory = 8'192;

  std::chrono::milliseconds connect_timeout{3'000};
  // A request without an answer by then is errc::unavailable, and its connection is given up. The server is told the
  // same limit (statement_timeout).
  std::chrono::milliseconds archive_timeout{30'000};
  std::chrono::milliseconds load_timeout{60'000};  // a whole fold
  std::chrono::milliseconds read_timeout{3'000};
  std::chrono::milliseconds directory_timeout{5'000};
  std::chrono::milliseconds migrate_timeout{600'000};
  std::chrono::milliseconds lock_timeout{2'000};  // for a lock of somebody else; then errc::unavailable
  // The server ends a transaction whose client is silent, so that a node that was cut off holds no lock.
  std::chrono::milliseconds idle_in_transaction_timeout{10'000};
  // After a failed attempt to connect, requests are refused at once until the next one.
  std::chrono::milliseconds first_reconnect{100}, longest_reconnect{2'000};
  std::chrono::milliseconds close_timeout{2'000};  // for what runs when the store is destroyed
};

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const Config& config);

// What is legal but should not go unsaid: TLS that verifies nobody.
[[nodiscard]] std::optional<std::string> tls_warning(const Config& config);

struct ParsedUrl {
  Config config;
  std::string problem;  // one sentence without secrets; empty: parsed
};
// postgres:// or postgresql://; everything else of Config is as by default.
[[nodiscard]] ParsedUrl parse_url(std::string_view url);

// sslmode as libpq is told: the URL's, or verify-full with an authority of ours.
[[nodiscard]] std::string sslmode_of(const Config& config);

}  // namespace skat::store::postgres
