// How SQLite fails, without its header. retryable: busy, full, io, cannot_open, read_only, interrupted.
// corrupt: corrupt, newer_schema.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::base::sqlite {

enum class errc {
  error = 1,     // a wrong statement, misuse, out of memory: our bug or the machine's
  busy,          // another connection held the lock longer than busy_timeout
  full,          // no space on the disk
  io,            // the operating system refused a read, a write or a sync
  cannot_open,   // no such directory, no permission, not a file
  read_only,     // the file or its directory cannot be written
  interrupted,   // stopped by interrupt()
  corrupt,       // not a database, or a damaged one
  unique,        // a UNIQUE or PRIMARY KEY constraint
  constraint,    // any other constraint
  too_big,       // a value or row above SQLite's limit
  newer_schema,  // user_version is above what this binary knows
};
error_code make_error_code(errc code) noexcept;

// From a (primary or extended) result code of SQLite other than SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
[[nodiscard]] errc from_result_code(int result_code) noexcept;

}  // namespace skat::base::sqlite

template <>
struct boost::system::is_error_code_enum<skat::base::sqlite::errc> : std::true_type {};
