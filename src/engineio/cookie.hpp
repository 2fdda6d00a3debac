// The cookie of a polling handshake, for load balancers that keep a session's requests together by it. Never read back.
// Spec: Engine.IO protocol v4, "Cookie"; RFC 6265, section 4.1.
#pragma once

#include <string>
#include <string_view>

#include "engineio/config.hpp"

namespace skat::engineio {

// The value of Set-Cookie: "io=<sid>; Path=/; HttpOnly; SameSite=Lax". `config` has been validated.
[[nodiscard]] std::string set_cookie(const CookieConfig& config, std::string_view sid);

}  // namespace skat::engineio
