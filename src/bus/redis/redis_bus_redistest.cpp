// The bus against a real Redis: SKAT_TEST_REDIS names one (tools/services.mjs run -- …); for what breaks a server the
// tests start their own.
#include "bus/redis/redis_bus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/logger.hpp"
#include "bus/bus_conformance.hpp"
#include "bus/redis/testing/redis_cluster.hpp"
#include "bus/redis/testing/redis_harness.hpp"
#include "bus/redis/testing/redis_server.hpp"
#include "bus/redis/testing/tls_server.hpp"

namespace skat::bus {
namespace {

using redis::testing::RedisCluster;
using redis::testing::RedisServer;
using redis::testing::TlsServer;
using redis::testing::unique_name;

redis::Config test_config() {
  auto parsed = redis::parse_url(std::getenv("SKAT_TEST_REDIS"));
  if (!parsed.problem.empty()) throw std::runtime_error(parsed.problem);
  return parsed.config;
}

// A bus, and the server it needs when that is one of its own.
template <class Server = int>
class RedisHarness final : public testing::BusHarness {
 public:
  explicit RedisHarness(std::unique_ptr<Server> server = nullptr) : server_(std::move(server)) {}
  void open(const redis::Config& config) { bus_ = open_redis_bus(config, executor_).bus; }
  Server& server() { return *server_; }

  Bus& bus() override { return *bus_; }
  bool run_until(const std::function<bool()>& done) override {
    return executor_.run_until(done, std::chrono::milliseconds(bus_ ? 10'000 : 300));
  }
  std::string channel(const std::string& name) override { return name + run_; }
  void destroy_bus() override { bus_.reset(); }

 private:
  std::unique_ptr<Server> server_;
  base::testing::ManualExecutor executor_;
  const std::string run_ = unique_name("");
  std::unique_ptr<Bus> bus_;
};

using Maker = std::function<std::unique_ptr<testing::BusHarness>()>;
using testing::BusConformance;

std::unique_ptr<testing::BusHarness> with_channels_per_command(std::size_t channels) {
  auto harness = std::make_unique<RedisHarness<>>();
  auto config = test_config();
  config.channels_per_command = channels;
  harness->open(config);
  return harness;
}

INSTANTIATE_TEST_SUITE_P(Redis, BusConformance,
                         ::testing::Values(Maker([] { return with_channels_per_command(1'000); }),
                                           Maker([] { return with_channels_per_command(1); })));

INSTANTIATE_TEST_SUITE_P(RedisTls, BusConformance, ::testing::Values(Maker([] {
                           auto harness = std::make_unique<RedisHarness<TlsServer>>(std::make_unique<TlsServer>());
                           harness->open(harness->server().config);
                           return harness;
                         })));

INSTANTIATE_TEST_SUITE_P(RedisCluster, BusConformance, ::testing::Values(Maker([] {
                           auto harness =
                               std::make_unique<RedisHarness<RedisCluster>>(std::make_unique<RedisCluster>());
                           redis::Config config;
                           config.port = harness->server().master(0).port();
                           harness->open(config);
                           return harness;
                         })));

// A server that does not know HELLO, as those before Redis 6, and has a password.
INSTANTIATE_TEST_SUITE_P(RedisVersion2, BusConformance, ::testing::Values(Maker([] {
                           using Args = std::vector<std::string>;
                           auto harness = std::make_unique<RedisHarness<RedisServer>>(
                               std::make_unique<RedisServer>(Args{"--rename-command", "HELLO", ""}));
                           (void)harness->server().tell("CONFIG SET requirepass secret");
                           redis::Config config;
                           config.port = harness->server().port();
                           config.password = "secret";
                           harness->open(config);
                           return harness;
                         })));

}  // namespace
}  // namespace skat::bus

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (std::getenv("SKAT_TEST_REDIS") == nullptr && !GTEST_FLAG_GET(list_tests)) {
    fmt::print(stderr, "SKAT_TEST_REDIS is not set; run: node tools/services.mjs run -- ctest -L service\n");
    return 1;
  }
  skat::base::configure_logger(skat::base::LogLevel::warn, skat::base::LogFormat::text);
  return RUN_ALL_TESTS();
}
