// What is read and decided about a request before its session is looked up.
#pragma once

#include <vector>

#include "engineio/config.hpp"
#include "engineio/cors.hpp"
#include "engineio/handshake.hpp"
#include "net/http.hpp"

namespace skat::engineio {

struct Examined {
  RequestFacts facts;
  OriginVerdict origin = OriginVerdict::absent;
  std::vector<net::Header> cors;  // headers of every answer to it
};

[[nodiscard]] Examined examine(const net::HttpRequest& request, const Config& config, const Cors& cors);

[[nodiscard]] bool is_octet_stream(const net::HttpRequest& request) noexcept;
// The reference takes the first subprotocol that is offered.
void add_subprotocol(const net::HttpRequest& request, std::vector<net::Header>& headers);

}  // namespace skat::engineio
