#include "engineio/origin_policy.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace skat::engineio {

namespace {

bool has_control_characters(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

// Host, and port as digits; an absent port is `default_port`. "[::1]:80" keeps its brackets.
struct HostPort {
  std::string host, port;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

HostPort split_host_port(std::string_view text, std::string_view default_port) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && (text.front() != '[' || text[colon - 1] == ']');
  if (!has_port) return {lower(text), std::string(default_port)};
  return {lower(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

struct Origin {
  std::string scheme;
  HostPort at;
  friend bool operator==(const Origin&, const Origin&) = default;
};

// nullopt for "null" and whatever else is not scheme://host[:port] of the web.
std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  std::string scheme = lower(text.substr(0, end));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  const std::string_view rest = text.substr(end + 3);
  if (rest.empty() || rest.find_first_of("/?#@ ") != std::string_view::npos) return std::nullopt;
  const std::string_view default_port = scheme == "https" ? "443" : "80";
  return Origin{std::move(scheme), split_host_port(rest, default_port)};
}

bool is_localhost(std::string_view host) noexcept {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool is_allowed(const OriginPolicy& policy, const Origin& origin, std::string_view host) {
  if (policy.allow_localhost && is_localhost(origin.at.host)) return true;
  // Behind a TLS proxy the server cannot know the scheme, so a Host without a port takes the origin's default.
  if (policy.allow_own && !host.empty() &&
      origin.at == split_host_port(host, origin.scheme == "https" ? "443" : "80")) {
    return true;
  }
  return std::ranges::any_of(policy.allowed, [&origin](std::string_view entry) {
    if (entry.ends_with('/')) entry.remove_suffix(1);
    const auto allowed = parse_origin(entry);
    return allowed && *allowed == origin;
  });
}

}  // namespace

OriginVerdict judge_origin(const OriginPolicy& policy, std::string_view origin, std::string_view host) {
  if (origin.empty()) return OriginVerdict::absent;
  if (has_control_characters(origin)) return OriginVerdict::malformed;
  if (policy.allow_any) return OriginVerdict::allowed;
  const auto parsed = parse_origin(origin);
  return parsed && is_allowed(policy, *parsed, host) ? OriginVerdict::allowed : OriginVerdict::refused;
}

bool same_origin(std::string_view one, std::string_view other) {
  if (one.ends_with('/')) one.remove_suffix(1);
  const auto first = parse_origin(one), second = parse_origin(other);
  return first && second && *first == *second;
}

bool is_web_origin(std::string_view text) {
  return same_origin(text, text.substr(0, text.size() - (text.ends_with('/') ? 1 : 0))) &&
         !has_control_characters(text);
}

}  // namespace skat::engineio
