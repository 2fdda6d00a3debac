// How socketio fails towards its application; towards the peer a violation closes the connection (protocol v5).
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace skat::socketio {

enum class errc {
  violation = 1,        // corrupt: the packet breaks the protocol
  ack_timeout,          // unknown: "operation has timed out"; the client may have seen the event
  disconnected,         // gone: "socket has been disconnected"
  too_many_acks,        // retryable: Config::max_pending_acks; nothing was sent
  unknown_namespace,    // refused: nobody registered it
  too_many_namespaces,  // refused: Config::max_child_namespaces
  cluster_timeout,      // retryable: another server of the cluster did not answer in time
};
error_code make_error_code(errc code) noexcept;

}  // namespace skat::socketio

template <>
struct boost::system::is_error_code_enum<skat::socketio::errc> : std::true_type {};
