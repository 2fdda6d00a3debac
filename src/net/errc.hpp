// How net fails. retryable: port_taken, no_descriptors. The rest is refused: the settings are wrong.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::net {

enum class errc {
  bad_address = 1,  // neither an IP literal nor localhost, or not an address of this machine
  port_taken,       // somebody listens there already
  not_permitted,    // a port below 1024 without the right to it
  no_descriptors,   // the process or the system has none left
  bind_failed,      // anything else
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::net

template <>
struct boost::system::is_error_code_enum<skat::net::errc> : std::true_type {};
