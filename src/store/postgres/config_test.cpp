#include "store/postgres/config.hpp"

#include <gtest/gtest.h>

namespace skat::store::postgres {
namespace {

std::string problem_of(std::string_view url) {
  return parse_url(url).problem;
}

TEST(PgConfig, TakesTheUrlsThatLibpqTakes) {
  for (const char* url : {"postgres://skat@127.0.0.1:5432/skat", "postgresql://skat:pa%2Fss@db.example/skat",
                          "postgres://a:1,b:2/skat?target_session_attrs=any&sslmode=require",
                          "postgres://skat@/skat?host=/run/postgresql"}) {
    const auto parsed = parse_url(url);
    EXPECT_EQ(parsed.problem, "") << url;
    EXPECT_EQ(parsed.config.url, url);
  }
}

TEST(PgConfig, RefusesWhatIsNoAddressOfADatabase) {
  EXPECT_EQ(problem_of("mysql://skat@127.0.0.1/skat"), "url: it must begin with postgres:// or postgresql://");
  EXPECT_EQ(problem_of("host=127.0.0.1"), "url: it must begin with postgres:// or postgresql://");
  EXPECT_EQ(problem_of("postgres:///skat"), "url: it names no host");
  EXPECT_NE(problem_of("postgres://h/d?colour=red").find("colour"), std::string::npos);
  EXPECT_NE(problem_of("postgres://h/d?sslmode=maybe").find("sslmode=maybe"), std::string::npos);
  EXPECT_NE(problem_of("postgres://h/d?replication=database"), "");
}

TEST(PgConfig, ARefusalNeverRepeatsThePassword) {
  for (const char* url : {"postgres://skat:hun%zzter2@h/d", "postgres://skat:hunter2%@h/d",
                          "postgres://skat:hunter2@[::1/d", "postgres://skat:hunter2@h/d?colour=red"}) {
    const auto problem = problem_of(url);
    EXPECT_NE(problem, "") << url;
    EXPECT_EQ(problem.find("ter2"), std::string::npos) << problem;
  }
}

TEST(PgConfig, AnAuthorityOfOursMeansThatTheServerIsVerified) {
  Config config = parse_url("postgres://h/d?sslmode=require").config;
  EXPECT_EQ(sslmode_of(config), "require");
  EXPECT_TRUE(tls_warning(config));
  config.ca_file = "ca.pem";
  EXPECT_EQ(sslmode_of(config), "verify-full");
  EXPECT_FALSE(tls_warning(config));
  config.url = "postgres://h/d?sslmode=verify-ca";
  EXPECT_EQ(sslmode_of(config), "verify-ca");
  config.url = "postgres://h/d?sslmode=disable";
  EXPECT_NE(validate(config).value_or(""), "");
}

TEST(PgConfig, ACertificateWithoutItsKeyIsRefusedByName) {
  Config config = parse_url("postgres://h/d").config;
  config.certificate_pem = "-----BEGIN CERTIFICATE-----";
  EXPECT_NE(validate(config).value_or("").find("certificate_file"), std::string::npos);
  config.key_file = "client.key";
  EXPECT_EQ(validate(config), std::nullopt);
}

TEST(PgConfig, NamesTheLimitThatCannotBe) {
  Config config = parse_url("postgres://h/d").config;
  config.read_connections = 0;
  EXPECT_EQ(validate(config), "read_connections: at least 1");
}

}  // namespace
}  // namespace skat::store::postgres
