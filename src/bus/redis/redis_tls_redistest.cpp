// TLS. SKAT_TEST_CERTIFICATES is a folder with an authority, a server's certificate for 127.0.0.1 and
// localhost, and a client's (tools/services.mjs run -- …).
#include <gtest/gtest.h>

#include <chrono>

#include "bus/redis/testing/redis_harness.hpp"
#include "bus/redis/testing/redis_server.hpp"
#include "bus/redis/testing/tls_server.hpp"

namespace skat::bus::redis {
namespace {

using namespace std::chrono_literals;
using testing::CapturedLog;
using testing::certificate;
using testing::Node;
using testing::RedisServer;
using testing::text_of;
using testing::TlsServer;

bool comes_up(const Config& config) {
  base::testing::ManualExecutor executor;
  Node node(executor, config);
  return executor.run_until([&] { return node.bus->up(); });
}
// What a bus that does not come up says first.
std::string refusal(const Config& config) {
  base::testing::ManualExecutor executor;
  const CapturedLog log;
  Node node(executor, config);
  EXPECT_TRUE(executor.run_until([&] { return !log.text().empty(); }));
  EXPECT_FALSE(node.bus->up());
  return log.text();
}
void expect_sentence(const std::string& log, const std::string& sentence) {
  EXPECT_NE(log.find(sentence), std::string::npos) << log;
}

TEST(RedisTls, TheServersCertificateIsVerifiedAgainstTheGivenAuthority) {
  TlsServer server;
  EXPECT_TRUE(comes_up(server.config));
  server.config.host = "localhost";
  EXPECT_TRUE(comes_up(server.config));
  server.config.tls.ca_file.clear();
  server.config.tls.ca_pem = text_of(certificate("ca.pem"));
  EXPECT_TRUE(comes_up(server.config));
  server.config.tls.ca_pem = text_of(certificate("server.pem")) + text_of(certificate("ca.pem"));  // a bundle
  EXPECT_TRUE(comes_up(server.config));
}

TEST(RedisTls, AnUnknownAuthorityIsNotBelieved) {
  TlsServer server;
  server.config.tls.ca_file.clear();
  expect_sentence(refusal(server.config), "the server's certificate is not trusted: ");
}

TEST(RedisTls, ACertificateForAnotherNameIsNotBelieved) {
  TlsServer server;
  server.config.host = "127.0.0.2";  // the certificate is for 127.0.0.1 and localhost
  expect_sentence(refusal(server.config), "the server's certificate is not trusted: IP address mismatch");
  server.config.host = "127.1";  // a name for the resolver, which makes 127.0.0.1 of it
  expect_sentence(refusal(server.config), "the server's certificate is not trusted: hostname mismatch");
}

TEST(RedisTls, AServerMayAskForAClientsCertificate) {
  TlsServer server("yes");
  expect_sentence(refusal(server.config), "it may ask for a client's certificate");
  server.config.tls.certificate_file = certificate("client.pem");
  server.config.tls.key_file = certificate("client.key");
  EXPECT_TRUE(comes_up(server.config));
  server.config.tls.certificate_pem = text_of(std::exchange(server.config.tls.certificate_file, {}));
  server.config.tls.key_pem = text_of(std::exchange(server.config.tls.key_file, {}));
  EXPECT_TRUE(comes_up(server.config));
}

TEST(RedisTls, SpeakingInTheClearToATlsPortIsExplained) {
  TlsServer server;
  server.config.tls.enabled = false;
  expect_sentence(refusal(server.config), "TLS, it is rediss://");
}

TEST(RedisTls, SpeakingTlsToAPortInTheClearIsExplained) {
  RedisServer server;
  Config config;
  config.port = server.port();
  config.tls = {.enabled = true, .ca_file = certificate("ca.pem")};
  config.connect_timeout = 200ms;
  expect_sentence(refusal(config), "no TLS handshake within 200 ms");
}

TEST(RedisTls, ACertificateFileThatIsNotThereIsSaidAtTheStart) {
  Config config;
  config.tls = {.enabled = true, .ca_file = "/nowhere/ca.pem"};
  base::testing::ManualExecutor executor;
  const auto opened = open_redis_bus(config, executor);
  EXPECT_FALSE(opened.bus);
  EXPECT_TRUE(opened.problem.starts_with("the CA file /nowhere/ca.pem cannot be used: ")) << opened.problem;
}

}  // namespace
}  // namespace skat::bus::redis
