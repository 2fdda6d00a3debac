// Origin policy: who may open sessions from a browser page, and the CORS headers that let it read the answers.
// Spec: Engine.IO protocol v4, "CORS"; RFC 6454; Fetch standard, "CORS protocol".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engineio/config.hpp"
#include "net/http.hpp"

namespace skat::engineio {

enum class OriginVerdict : std::uint8_t {
  absent,  // no Origin header: not a page of another site
  allowed,
  refused,
  malformed,  // control characters
};

// `origin` and `host`: values of the request's headers.
[[nodiscard]] OriginVerdict judge_origin(const OriginPolicy& policy, std::string_view origin, std::string_view host);

// What every answer carries, errors and the 101 included. None that would let a refused origin read it.
[[nodiscard]] std::vector<net::Header> cors_headers(const OriginPolicy& policy, OriginVerdict verdict,
                                                    std::string_view origin);

// Answer to OPTIONS, without cors_headers. `requested`: Access-Control-Request-Headers.
[[nodiscard]] net::HttpResponse preflight_response(std::string_view requested);

}  // namespace skat::engineio
