// What may be turned in the SQLite store.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace skat::store::sqlite {

struct Config {
  std::string path;                               // the database file; its directory must exist
  std::string vfs = {};                           // of SQLite; empty: its default
  std::chrono::milliseconds busy_timeout{5'000};  // how long a lock of another process is waited for
  std::size_t readers = 2;                        // threads that read, each with a connection of its own
  std::size_t max_requests = 8'192;               // without an answer; one more is errc::busy
  std::size_t cache_bytes = 32u * 1024 * 1024;    // of database pages, per connection
  // The WAL is copied into the database once it has grown to this, so that a page that many commits touch is copied
  // once. It may grow further while a reader is under way, and is cut back to it.
  std::size_t wal_bytes = 64u * 1024 * 1024;
};

}  // namespace skat::store::sqlite
