// The head of a response as bytes. RFC 9112, section 4; RFC 9110, section 6.6.1 (Date).
#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace skat::net {

struct ResponseFraming {
  bool http_1_0 = false;
  bool keep_alive = true;
  std::string_view date;
};

// Adds Date, Connection and (where a body is possible) Content-Length. A header whose name or value could break the
// framing is left out, as are headers of the names that are added here.
[[nodiscard]] std::string format_head(const HttpResponse& response, const ResponseFraming& framing);
// Whether the status allows a body (not 1xx, 204, 304).
[[nodiscard]] bool may_have_body(int status) noexcept;

}  // namespace skat::net
