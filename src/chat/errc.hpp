// How chat answers. refused: the request can never succeed as it is. retryable: nothing happened. unknown: repeat with
// the same n. gone: no such room, or none that this user may see.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::chat {

enum class errc {
  bad_name = 1,      // refused: not 1–64 code points, or U+0000 or control characters in it
  bad_text,          // refused: empty, U+0000, a lone surrogate
  text_too_long,     // refused: above model::kMaxTextBytes
  bad_n,             // refused: n outside 1 … 2^53−1
  bad_token,         // refused: not ours, expired or revoked
  unknown_room,      // gone
  not_a_member,      // refused
  already_a_member,  // refused
  not_joinable,      // refused
  cannot_leave,      // refused
  name_taken,        // refused
  stale,             // refused: n lies below what is remembered, and no event has it
  refused_before,    // refused: the same (device, n) was refused earlier
  busy,              // retryable: a queue is full
  unavailable,       // retryable: the log or the store is away; never handed over
  unknown,           // unknown: handed over, no outcome in time
  shutting_down,     // retryable
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::chat

template <>
struct boost::system::is_error_code_enum<skat::chat::errc> : std::true_type {};
