#include "engineio/session.hpp"

namespace skat::engineio {

const char* to_text(CloseReason reason) noexcept {
  switch (reason) {
    case CloseReason::transport_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::forced_close:
      return "forced close";
    case CloseReason::server_shutting_down:
      return "server shutting down";
    case CloseReason::slow_consumer:
      return "slow consumer";
  }
  return "unknown";
}

}  // namespace skat::engineio
