// The HTTP paths that are not Socket.IO: health, metrics, and the web client for the rest.
#pragma once

#include <memory>
#include <string>

#include "gateway/gateway.hpp"
#include "gateway/static_files.hpp"
#include "net/router.hpp"

namespace skat::gateway {

// /readyz: 200, or 503 with the reason. Any thread.
[[nodiscard]] net::HttpResponse answer_readiness(const Gateway& gateway);

// Adds /healthz and /livez (this loop turns), /readyz (requests are taken), /metrics, and the web client as the
// fallback. The gateway outlives the router.
void add_http_routes(net::Router& router, Gateway& gateway, std::string version, const std::vector<EmbeddedFile>& web);

}  // namespace skat::gateway
