// The bus against a real Redis: SKAT_TEST_REDIS names one (tools/services.mjs run -- …); for what breaks a server the
// tests start their own.
#include "bus/redis/redis_bus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/logger.hpp"
#include "bus/bus_conformance.hpp"
#include "bus/redis/testing/redis_harness.hpp"

namespace skat::bus {
namespace {

using redis::testing::unique_name;

redis::Config test_config() {
  auto parsed = redis::parse_url(std::getenv("SKAT_TEST_REDIS"));
  if (!parsed.problem.empty()) throw std::runtime_error(parsed.problem);
  return parsed.config;
}

class RedisHarness final : public testing::BusHarness {
 public:
  explicit RedisHarness(const redis::Config& config) : bus_(open_redis_bus(config, executor_).bus) {}
  Bus& bus() override { return *bus_; }
  bool run_until(const std::function<bool()>& done) override {
    return executor_.run_until(done, std::chrono::seconds(bus_ ? 10 : 1));
  }
  std::string channel(const std::string& name) override { return name + run_; }
  void destroy_bus() override { bus_.reset(); }

 private:
  base::testing::ManualExecutor executor_;
  const std::string run_ = unique_name("");
  std::unique_ptr<Bus> bus_;
};

using Maker = std::function<std::unique_ptr<testing::BusHarness>()>;
using testing::BusConformance;

// As delivered; and with one channel in each command.
INSTANTIATE_TEST_SUITE_P(Redis, BusConformance,
                         ::testing::Values(Maker([] { return std::make_unique<RedisHarness>(test_config()); }),
                                           Maker([] {
                                             auto config = test_config();
                                             config.channels_per_command = 1;
                                             return std::make_unique<RedisHarness>(config);
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
