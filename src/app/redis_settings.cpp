#include "app/redis_settings.hpp"

#include <utility>

#include "app/environment.hpp"
#include "app/errors.hpp"
#include "base/logger.hpp"

namespace skat::app {

std::string redis_url(const RedisOptions& options) {
  return options.url.empty() ? read_secret("REDIS_URL") : options.url;
}

std::string any_redis_setting(const RedisOptions& options) {
  if (!options.ca_file.empty()) return "REDIS_CA_FILE";
  if (!options.certificate_file.empty()) return "REDIS_CERT_FILE";
  if (!options.key_file.empty()) return "REDIS_KEY_FILE";
  for (const char* name : {"REDIS_CA", "REDIS_CERT", "REDIS_KEY"}) {
    if (find_variable({name})) return name;
  }
  return {};
}

bus::redis::Config make_redis_config(const RedisOptions& options, const std::string& url) {
  auto parsed = bus::redis::parse_url(url);
  if (!parsed.problem.empty()) throw StartError("REDIS_URL: " + parsed.problem);
  if (!parsed.note.empty()) base::log(base::LogLevel::warn, "app", "REDIS_URL: {}", parsed.note);
  auto config = std::move(parsed.config);
  auto ca = read_pem(options.ca_file, {"REDIS_CA"});
  auto certificate = read_pem(options.certificate_file, {"REDIS_CERT"});
  auto key = read_pem(options.key_file, {"REDIS_KEY"});
  if (!config.tls.enabled && !(ca.empty() && certificate.empty() && key.empty())) {
    throw StartError("REDIS_URL without TLS leaves the given certificates unused; write rediss://, or leave them out");
  }
  config.tls.ca_pem = std::move(ca.text);
  config.tls.ca_file = std::move(ca.file);
  config.tls.certificate_pem = std::move(certificate.text);
  config.tls.certificate_file = std::move(certificate.file);
  config.tls.key_pem = std::move(key.text);
  config.tls.key_file = std::move(key.file);
  config.prefix = options.channel_prefix;
  if (const auto problem = bus::redis::validate(config)) throw StartError("Redis: " + *problem);
  return config;
}

}  // namespace skat::app
