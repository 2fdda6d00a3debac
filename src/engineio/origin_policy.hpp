// Origin policy: who may open sessions from a browser page. Spec: RFC 6454.
#pragma once

#include <cstdint>
#include <string_view>

#include "engineio/config.hpp"

namespace skat::engineio {

enum class OriginVerdict : std::uint8_t {
  absent,  // no Origin header: not a page of another site
  allowed,
  refused,
  malformed,  // control characters
};

// `origin` and `host`: values of the request's headers.
[[nodiscard]] OriginVerdict judge_origin(const OriginPolicy& policy, std::string_view origin, std::string_view host);

// Whether both name the same scheme, host and port; `one` may end with a slash. False when either is none of the web's.
[[nodiscard]] bool same_origin(std::string_view one, std::string_view other);
[[nodiscard]] bool is_web_origin(std::string_view text);

}  // namespace skat::engineio
