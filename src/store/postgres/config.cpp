#include "store/postgres/config.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace skat::store::postgres {
namespace {

// What a connection URI says, by libpq's keywords.
struct Uri {
  std::map<std::string, std::string> values;
  std::string problem;

  [[nodiscard]] std::string get(const std::string& keyword) const {
    const auto found = values.find(keyword);
    return found == values.end() ? std::string{} : found->second;
  }
};

// libpq's own words may repeat a part of the URL, and so a password: only those about its parameters are passed on.
std::string sentence_of(const char* error) {
  const std::string_view words = error != nullptr ? error : "";
  if (words.find("URI query parameter") == std::string_view::npos) {
    return "url: libpq does not understand this postgres:// URL; is every special character percent-encoded?";
  }
  return fmt::format("url: {}", words.substr(0, words.find('\n')));
}

Uri read_uri(const std::string& url) {
  Uri uri;
  if (!url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
    uri.problem = "url: it must begin with postgres:// or postgresql://";
    return uri;
  }
  char* error = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &error);
  if (options == nullptr) {
    uri.problem = sentence_of(error);
    PQfreemem(error);
    return uri;
  }
  for (const auto* option = options; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) uri.values[option->keyword] = option->val;
  }
  PQconninfoFree(options);
  return uri;
}

bool has_authority(const Config& config) {
  return !config.ca_pem.empty() || !config.ca_file.empty();
}

}  // namespace

std::string sslmode_of(const Config& config) {
  const std::string asked = read_uri(config.url).get("sslmode");
  return has_authority(config) && asked != "verify-ca" ? "verify-full" : asked;
}

std::optional<std::string> validate(const Config& config) {
  const Uri uri = read_uri(config.url);
  if (!uri.problem.empty()) return uri.problem;
  if (!uri.get("replication").empty()) return "url: 'replication' makes no connection that a store can use";
  if (uri.get("host").empty() && uri.get("hostaddr").empty()) return "url: it names no host";
  const std::string sslmode = uri.get("sslmode");
  constexpr std::array<std::string_view, 6> kModes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  if (!sslmode.empty() && std::find(kModes.begin(), kModes.end(), sslmode) == kModes.end()) {
    return fmt::format("url: sslmode={} is none of disable, allow, prefer, require, verify-ca, verify-full", sslmode);
  }
  if (has_authority(config) && sslmode == "disable") return "ca_file: of no use with sslmode=disable in the url";
  const bool certificate = !config.certificate_pem.empty() || !config.certificate_file.empty();
  const bool key = !config.key_pem.empty() || !config.key_file.empty();
  if (certificate != key) return "certificate_file: a client certificate and its key go together";
  if (config.archive_connections == 0) return "archive_connections: at least 1";
  if (config.read_connections == 0) return "read_connections: at least 1";
  if (config.directory_connections == 0) return "directory_connections: at least 1";
  if (config.lock_timeout >= config.archive_timeout) return "lock_timeout: less than archive_timeout";
  return std::nullopt;
}

std::optional<std::string> tls_warning(const Config& config) {
  if (sslmode_of(config) != "require") return std::nullopt;
  return "sslmode=require encrypts but does not look whom it speaks to; give the authority's certificate (CA file), "
         "and "
         "it becomes verify-full";
}

ParsedUrl parse_url(std::string_view url) {
  ParsedUrl parsed;
  parsed.config.url = url;
  if (auto problem = validate(parsed.config)) parsed.problem = *std::move(problem);
  return parsed;
}

}  // namespace skat::store::postgres
