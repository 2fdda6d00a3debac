// How the log fails. retryable: busy, unavailable. unknown: maybe_appended. refused: too_large.
// corrupt: offset_lost, bad_record.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::log {

enum class errc {
  busy = 1,        // the append queue is full; nothing was handed over
  unavailable,     // the log cannot be reached or written; nothing was handed over
  maybe_appended,  // handed over, no answer: it may appear
  offset_lost,     // the wanted offset was trimmed
  bad_record,      // the bytes break docs/log-format.md
  too_large,       // above model::kMaxRecordBytes
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::log

template <>
struct boost::system::is_error_code_enum<skat::log::errc> : std::true_type {};
