// SessionRequest: a polling request as its session's owner needs it. Plain data, so that it can be carried to another
// loop or another node.
#pragma once

#include <string>

#include "engineio/handshake.hpp"

namespace skat::engineio {

struct SessionRequest {
  RequestFacts facts;
  std::string body;
  bool body_follows = false;  // it is still coming, by Answer::on_body
  bool octet_stream = false;  // Content-Type: application/octet-stream
};

}  // namespace skat::engineio
