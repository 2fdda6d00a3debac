#include "engineio/cookie.hpp"

namespace skat::engineio {

std::string set_cookie(const CookieConfig& config, std::string_view sid) {
  std::string cookie = config.name;
  cookie.append("=").append(sid);
  if (config.max_age) cookie.append("; Max-Age=").append(std::to_string(config.max_age->count()));
  if (!config.domain.empty()) cookie.append("; Domain=").append(config.domain);
  if (!config.path.empty()) cookie.append("; Path=").append(config.path);
  if (config.http_only) cookie.append("; HttpOnly");
  if (config.secure) cookie.append("; Secure");
  if (config.partitioned) cookie.append("; Partitioned");
  switch (config.same_site) {
    case CookieConfig::SameSite::unset:
      break;
    case CookieConfig::SameSite::lax:
      cookie.append("; SameSite=Lax");
      break;
    case CookieConfig::SameSite::strict:
      cookie.append("; SameSite=Strict");
      break;
    case CookieConfig::SameSite::none:
      cookie.append("; SameSite=None");
      break;
  }
  return cookie;
}

}  // namespace skat::engineio
