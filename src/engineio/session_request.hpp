// SessionRequest: a polling request as its session's owner needs it. Plain data, so that it
// can be carried to another loop.
#pragma once

#include <string>

#include "engineio/handshake.hpp"

namespace skat::engineio {

struct SessionRequest {
  RequestFacts facts;
  std::string body;
  bool octet_stream = false;  // Content-Type: application/octet-stream
};

}  // namespace skat::engineio
