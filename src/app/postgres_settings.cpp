#include "app/postgres_settings.hpp"

#include <utility>

#include "app/environment.hpp"
#include "app/errors.hpp"

namespace skat::app {

std::string database_url(const DatabaseOptions& options) {
  return options.url.empty() ? read_secret("DATABASE_URL") : options.url;
}

std::string any_postgres_setting(const DatabaseOptions& options) {
  if (!options.ca_file.empty()) return "DATABASE_CA_FILE";
  if (!options.certificate_file.empty()) return "DATABASE_CERT_FILE";
  if (!options.key_file.empty()) return "DATABASE_KEY_FILE";
  for (const char* name : {"DATABASE_CA", "DATABASE_CERT", "DATABASE_KEY"}) {
    if (find_variable({name})) return name;
  }
  return {};
}

store::postgres::Config make_postgres_config(const DatabaseOptions& options, const std::string& url) {
  auto parsed = store::postgres::parse_url(url);
  if (!parsed.problem.empty()) throw StartError("DATABASE_URL: " + parsed.problem);
  auto config = std::move(parsed.config);
  auto ca = read_pem(options.ca_file, {"DATABASE_CA"});
  auto certificate = read_pem(options.certificate_file, {"DATABASE_CERT"});
  auto key = read_pem(options.key_file, {"DATABASE_KEY"});
  config.ca_pem = std::move(ca.text);
  config.ca_file = std::move(ca.file);
  config.certificate_pem = std::move(certificate.text);
  config.certificate_file = std::move(certificate.file);
  config.key_pem = std::move(key.text);
  config.key_file = std::move(key.file);
  if (const auto problem = store::postgres::validate(config)) throw StartError("PostgreSQL: " + *problem);
  return config;
}

}  // namespace skat::app
