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
  bad_certificate,  // TLS: the file cannot be read, or is no PEM certificate
  bad_key,          // TLS: the file cannot be read, or is no PEM key without a passphrase
  key_mismatch,     // TLS: the key is not the certificate's
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::net

template <>
struct boost::system::is_error_code_enum<skat::net::errc> : std::true_type {};
