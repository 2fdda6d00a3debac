#include "engineio/cors.hpp"

#include <gtest/gtest.h>

#include <string>

namespace skat::engineio {
namespace {

using enum OriginVerdict;
using Allow = CorsConfig::Allow;

std::string join(const std::vector<net::Header>& headers) {
  std::string out;
  for (const auto& header : headers) out += header.name + ": " + header.value + "\n";
  return out;
}

std::string headers(const CorsConfig& config, std::string_view origin, OriginVerdict verdict,
                    const OriginPolicy& policy = {}) {
  return join(Cors(policy, config).headers(origin, verdict));
}
std::string preflight(const CorsConfig& config, std::string_view requested) {
  const OriginPolicy policy;
  const auto response = Cors(policy, config).preflight("http://localhost", allowed, requested);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, nullptr);
  return join(response.headers);
}

TEST(Cors, ByDefaultWhomTheOriginPolicyAllowsMayRead) {
  const CorsConfig config;
  EXPECT_EQ(headers(config, "http://localhost", allowed),
            "Access-Control-Allow-Origin: http://localhost\nAccess-Control-Allow-Credentials: true\nVary: Origin\n");
  EXPECT_EQ(headers(config, "https://evil.example", refused), "Vary: Origin\n");
  EXPECT_EQ(headers(config, "https://evil\x01", malformed), "Vary: Origin\n");
  EXPECT_EQ(headers(config, "", absent), "Vary: Origin\n");
  EXPECT_EQ(headers({.credentials = false}, "http://localhost", allowed),
            "Access-Control-Allow-Origin: http://localhost\nVary: Origin\n");
}

TEST(Cors, APolicyThatAllowsAnyIsAStarOnlyWithoutCredentials) {
  OriginPolicy policy;
  policy.allow_any = true;
  EXPECT_EQ(headers({}, "https://a.example", allowed, policy),
            "Access-Control-Allow-Origin: https://a.example\nAccess-Control-Allow-Credentials: true\nVary: Origin\n");
  EXPECT_EQ(headers({.credentials = false}, "", absent, policy), "Access-Control-Allow-Origin: *\n");
}

TEST(Cors, AnyOriginIsAStarThatDoesNotVary) {
  EXPECT_EQ(headers({.allow = Allow::any, .credentials = false}, "https://a.example", refused),
            "Access-Control-Allow-Origin: *\n");
  EXPECT_EQ(headers({.allow = Allow::any, .credentials = false}, "", absent), "Access-Control-Allow-Origin: *\n");
}

TEST(Cors, OneOriginIsSaidToEverybody) {
  const CorsConfig config{.allow = Allow::one, .origins = {"https://a.example"}};
  const std::string all =
      "Access-Control-Allow-Origin: https://a.example\nAccess-Control-Allow-Credentials: true\nVary: Origin\n";
  EXPECT_EQ(headers(config, "https://b.example", refused), all);
  EXPECT_EQ(headers(config, "", absent), all);
}

TEST(Cors, AListedOriginIsEchoed) {
  const CorsConfig config{
      .allow = Allow::listed, .origins = {"https://a.example", "http://b.example:81"}, .credentials = false};
  EXPECT_EQ(headers(config, "http://b.example:81", refused),
            "Access-Control-Allow-Origin: http://b.example:81\nVary: Origin\n");
  EXPECT_EQ(headers(config, "http://b.example", allowed), "Vary: Origin\n");
  EXPECT_EQ(headers(config, "", absent), "Vary: Origin\n");
}

TEST(Cors, OffSaysNothing) {
  EXPECT_EQ(headers({.allow = Allow::off, .exposed_headers = {"X-A"}}, "http://localhost", allowed), "");
}

TEST(Cors, HeadersMayBeExposed) {
  EXPECT_EQ(headers({.allow = Allow::any, .credentials = false, .exposed_headers = {"X-A", "X-B"}}, "", absent),
            "Access-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: X-A,X-B\n");
}

TEST(Cors, APreflightEchoesTheRequestedHeaders) {
  EXPECT_EQ(preflight({}, "x-token,content-type"),
            "Access-Control-Allow-Origin: http://localhost\nAccess-Control-Allow-Credentials: true\n"
            "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\n"
            "Access-Control-Allow-Headers: x-token,content-type\n"
            "Vary: Origin, Access-Control-Request-Headers\n");
}

TEST(Cors, APreflightSaysWhatIsConfigured) {
  EXPECT_EQ(preflight({.allow = Allow::any,
                       .credentials = false,
                       .exposed_headers = {"X-E"},
                       .methods = {"GET", "POST"},
                       .allowed_headers = {"X-A", "X-B"},
                       .max_age = std::chrono::seconds(600)},
                      "x-token"),
            "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: GET,POST\n"
            "Access-Control-Allow-Headers: X-A,X-B\nAccess-Control-Max-Age: 600\n"
            "Access-Control-Expose-Headers: X-E\n");
}

TEST(Cors, APreflightDoesNotEchoControlCharactersOrLongLists) {
  for (const auto& requested : {std::string("a\r\nSet-Cookie: x"), std::string(1'025, 'a'), std::string()}) {
    EXPECT_EQ(preflight({.allow = Allow::any, .credentials = false}, requested),
              "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\n"
              "Vary: Access-Control-Request-Headers\n");
  }
  EXPECT_NE(preflight({}, std::string(1'024, 'a')).find("aaa"), std::string::npos);
}

}  // namespace
}  // namespace skat::engineio
