// Cors: the headers that let pages of other origins read the answers. They give no access and take none: who may open a
// session is the Origin policy's business.
// Spec: Engine.IO protocol v4, "CORS"; Fetch standard, "CORS protocol".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engineio/config.hpp"
#include "engineio/origin_policy.hpp"
#include "net/http.hpp"

namespace skat::engineio {

class Cors {
 public:
  // `policy` and `config` outlive this.
  Cors(const OriginPolicy& policy, const CorsConfig& config);

  // False: OPTIONS is a method like any other.
  [[nodiscard]] bool enabled() const noexcept { return config_.allow != CorsConfig::Allow::off; }
  // What every answer carries, errors and the 101 included. `verdict`: the policy's about `origin`, the request's.
  [[nodiscard]] std::vector<net::Header> headers(std::string_view origin, OriginVerdict verdict) const;
  // The answer to OPTIONS, with all of headers(). `requested`: Access-Control-Request-Headers. Limit: a list of more
  // than 1,024 bytes is not echoed.
  [[nodiscard]] net::HttpResponse preflight(std::string_view origin, OriginVerdict verdict,
                                            std::string_view requested) const;

 private:
  [[nodiscard]] std::string allowed(std::string_view origin, OriginVerdict verdict) const;
  [[nodiscard]] bool varies_by_origin() const noexcept;
  void add_access(std::vector<net::Header>& headers, std::string_view origin, OriginVerdict verdict) const;
  void add_exposed(std::vector<net::Header>& headers) const;

  // Set at construction.
  const OriginPolicy& policy_;
  const CorsConfig& config_;
  const std::string exposed_, methods_, allowed_headers_;  // as sent
};

}  // namespace skat::engineio
