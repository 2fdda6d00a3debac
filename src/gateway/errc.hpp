// How the gateway itself refuses; everything else it passes on from chat. All are condition::refused.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::gateway {

enum class errc {
  unknown_event = 1,  // no request has this name
  bad_request,        // not one JSON object of the right shape
  auth_required,      // CONNECT without a name or a token
  no_stream,          // the room's stream is not open on this socket
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::gateway

template <>
struct boost::system::is_error_code_enum<skat::gateway::errc> : std::true_type {};
