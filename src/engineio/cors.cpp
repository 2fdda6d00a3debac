#include "engineio/cors.hpp"

#include <algorithm>

#include "net/http_text.hpp"

namespace skat::engineio {

namespace {

constexpr std::size_t kMaxRequestedHeadersBytes = 1'024;

std::string join(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list.append(list.empty() ? "" : ",").append(name);
  return list;
}

}  // namespace

Cors::Cors(const OriginPolicy& policy, const CorsConfig& config)
    : policy_(policy),
      config_(config),
      exposed_(join(config.exposed_headers)),
      methods_(join(config.methods)),
      allowed_headers_(join(config.allowed_headers)) {}

// The value of Access-Control-Allow-Origin; empty: none.
std::string Cors::allowed(std::string_view origin, OriginVerdict verdict) const {
  const bool listed = verdict != OriginVerdict::malformed &&
                      std::ranges::any_of(config_.origins, [&](const auto& one) { return same_origin(one, origin); });
  switch (config_.allow) {
    case CorsConfig::Allow::off:
      return {};
    case CorsConfig::Allow::any:
      return "*";
    case CorsConfig::Allow::one:
      return config_.origins.front();
    case CorsConfig::Allow::listed:
      return std::string(listed ? origin : "");
    case CorsConfig::Allow::as_origin_policy:
      break;
  }
  // Browsers reject "*" together with credentials, so it is said only without them.
  if (policy_.allow_any && !config_.credentials) return "*";
  return std::string(verdict == OriginVerdict::allowed ? origin : "");
}

bool Cors::varies_by_origin() const noexcept {
  if (config_.allow == CorsConfig::Allow::as_origin_policy) return !policy_.allow_any || config_.credentials;
  return config_.allow == CorsConfig::Allow::one || config_.allow == CorsConfig::Allow::listed;
}

void Cors::add_access(std::vector<net::Header>& headers, std::string_view origin, OriginVerdict verdict) const {
  std::string value = allowed(origin, verdict);
  if (value.empty()) return;
  headers.push_back({"Access-Control-Allow-Origin", std::move(value)});
  if (config_.credentials) headers.push_back({"Access-Control-Allow-Credentials", "true"});
}

void Cors::add_exposed(std::vector<net::Header>& headers) const {
  if (!exposed_.empty()) headers.push_back({"Access-Control-Expose-Headers", exposed_});
}

std::vector<net::Header> Cors::headers(std::string_view origin, OriginVerdict verdict) const {
  std::vector<net::Header> headers;
  if (!enabled()) return headers;
  headers.reserve(4);
  add_access(headers, origin, verdict);
  add_exposed(headers);
  if (varies_by_origin()) headers.push_back({"Vary", "Origin"});
  return headers;
}

net::HttpResponse Cors::preflight(std::string_view origin, OriginVerdict verdict, std::string_view requested) const {
  net::HttpResponse response;
  response.status = 204;
  auto& headers = response.headers;
  add_access(headers, origin, verdict);
  headers.push_back({"Access-Control-Allow-Methods", methods_});
  const bool echoes = allowed_headers_.empty();
  if (!echoes) {
    headers.push_back({"Access-Control-Allow-Headers", allowed_headers_});
  } else if (!requested.empty() && requested.size() <= kMaxRequestedHeadersBytes && net::is_field_value(requested)) {
    headers.push_back({"Access-Control-Allow-Headers", std::string(requested)});
  }
  if (config_.max_age) headers.push_back({"Access-Control-Max-Age", std::to_string(config_.max_age->count())});
  add_exposed(headers);
  std::string vary = varies_by_origin() ? "Origin" : "";
  if (echoes) vary.append(vary.empty() ? "" : ", ").append("Access-Control-Request-Headers");
  if (!vary.empty()) headers.push_back({"Vary", std::move(vary)});
  return response;
}

}  // namespace skat::engineio
