// How the store fails. retryable: busy, unavailable. refused: name_taken. gone: not_found. corrupt: data_error, schema.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::store {

enum class errc {
  busy = 1,     // the request queue is full
  unavailable,  // cannot be reached or written now
  superseded,   // log_progress had moved: somebody else archived first; load the fold again
  name_taken,   // the directory already has that room name
  not_found,
  data_error,  // the database refused an accepted event: our bug; stop that partition and alarm
  schema,      // a schema newer than this binary, or none
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::store

template <>
struct boost::system::is_error_code_enum<skat::store::errc> : std::true_type {};
