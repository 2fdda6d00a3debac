#include "engineio/config.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engineio/origin_policy.hpp"
#include "net/http_text.hpp"

namespace skat::engineio {

namespace {

using std::chrono::milliseconds;
using Problem = std::optional<std::string>;

// Clients wait for pings with a timer of both together, and JavaScript's timers end there.
constexpr milliseconds kMaxClientTimer{2'147'483'647};

bool is_printable_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// What may stand in an attribute of a cookie without ending it (RFC 6265, 4.1.1).
bool is_cookie_attribute(std::string_view text) noexcept {
  return is_printable_ascii(text) && text.find(';') == std::string_view::npos;
}

Problem validate_path(const std::string& path) {
  if (!path.starts_with('/')) return "path must begin with /";
  if (!is_printable_ascii(path) || path.find_first_of("?#%") != std::string::npos) {
    return "path must be printable ASCII without ?, # and %";
  }
  return std::nullopt;
}

Problem validate_times(const Config& config) {
  for (const auto& [key, value] : {std::pair{"ping_interval", config.ping_interval},
                                   {"ping_timeout", config.ping_timeout},
                                   {"upgrade_timeout", config.upgrade_timeout},
                                   {"close_timeout", config.close_timeout}}) {
    if (value <= milliseconds::zero()) return std::string(key) + " must be above 0";
    if (value > kMaxClientTimer) return std::string(key) + " must be below 2^31 ms";
  }
  if (config.ping_interval + config.ping_timeout > kMaxClientTimer) {
    return "ping_interval and ping_timeout together must be below 2^31 ms, where the timers of clients end";
  }
  return std::nullopt;
}

Problem validate_limits(const Config& config) {
  for (const auto& [key, value] : {std::pair{"max_payload_bytes", config.max_payload_bytes},
                                   {"max_sessions", config.max_sessions},
                                   {"max_undecided_handshakes", config.max_undecided_handshakes},
                                   {"max_send_queue_bytes", config.max_send_queue_bytes},
                                   {"max_send_queue_frames", config.max_send_queue_frames},
                                   {"max_packets_per_payload", config.max_packets_per_payload},
                                   {"max_fragments", config.max_fragments},
                                   {"max_forwarded_waiting", config.max_forwarded_waiting},
                                   {"max_forwarded_unanswered", config.max_forwarded_unanswered}}) {
    if (value == 0) return std::string(key) + " must be at least 1";
  }
  return std::nullopt;
}

Problem validate_cors(const CorsConfig& cors) {
  using Allow = CorsConfig::Allow;
  if (cors.allow == Allow::any && cors.credentials) {
    return "cors.credentials cannot go with any origin: browsers reject both together";
  }
  if (cors.allow == Allow::one && cors.origins.size() != 1) return "cors.origins must hold one origin";
  if (cors.allow == Allow::listed && cors.origins.empty()) return "cors.origins must hold an origin";
  for (const auto& origin : cors.origins) {
    if (!is_web_origin(origin)) return "cors.origins must hold origins (https://chat.example), not " + origin;
  }
  for (const auto& [key, names] : {std::pair{"cors.exposed_headers", &cors.exposed_headers},
                                   {"cors.methods", &cors.methods},
                                   {"cors.allowed_headers", &cors.allowed_headers}}) {
    if (!std::ranges::all_of(*names, net::is_token)) return std::string(key) + " must hold names";
  }
  if (cors.methods.empty()) return "cors.methods must hold a method";
  if (cors.max_age && cors.max_age->count() < 0) return "cors.max_age must not be below 0";
  return std::nullopt;
}

Problem validate_cookie(const CookieConfig& cookie) {
  if (!net::is_token(cookie.name)) return "cookie.name must be a name";
  if (!is_cookie_attribute(cookie.path) || (!cookie.path.empty() && cookie.path.front() != '/')) {
    return "cookie.path must begin with / and be printable ASCII without ;";
  }
  if (!is_cookie_attribute(cookie.domain)) return "cookie.domain must be printable ASCII without ;";
  if (cookie.max_age && cookie.max_age->count() < 0) return "cookie.max_age must not be below 0";
  if (!cookie.secure && (cookie.partitioned || cookie.same_site == CookieConfig::SameSite::none)) {
    return "cookie.secure must be set: browsers refuse SameSite=None and Partitioned without it";
  }
  return std::nullopt;
}

}  // namespace

std::string mount_path(const Config& config) {
  const bool add = config.add_trailing_slash && !config.path.ends_with('/');
  return add ? config.path + '/' : config.path;
}

std::optional<std::string> validate(const Config& config) {
  if (auto problem = validate_path(config.path)) return problem;
  if (!config.allow_polling && !config.allow_websocket) return "allow_polling and allow_websocket: one must be set";
  if (auto problem = validate_times(config)) return problem;
  if (auto problem = validate_limits(config)) return problem;
  for (const auto& origin : config.origin.allowed) {
    if (!is_web_origin(origin)) return "origin.allowed must hold origins (https://chat.example), not " + origin;
  }
  if (auto problem = validate_cors(config.cors)) return problem;
  return config.cookie ? validate_cookie(*config.cookie) : std::nullopt;
}

}  // namespace skat::engineio
