#include "log/kafka/config.hpp"

#include <gtest/gtest.h>

namespace skat::log::kafka {
namespace {

Config good() {
  Config config;
  config.brokers = "127.0.0.1:9092";
  return config;
}

TEST(KafkaConfig, TheDefaultsWithBrokersAreGood) {
  EXPECT_EQ(validate(good()), std::nullopt);
}

TEST(KafkaConfig, NamesTheKeyThatIsWrong) {
  const auto wrong = [](auto change) {
    auto config = good();
    change(config);
    return validate(config).value_or("nothing");
  };
  EXPECT_EQ(validate(Config{}).value().find("brokers:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.topic = "a room"; }).find("topic:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.topic = std::string(250, 'x'); }).find("topic:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.partitions = 0; }).find("partitions:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.replication_factor = 0; }).find("replication_factor:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.replication_factor = 1; }).find("min_insync_replicas:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.retention = std::chrono::hours(24); }).find("retention:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.security.protocol = Security::Protocol::sasl_ssl; }).find("security:"), 0U);
  EXPECT_EQ(wrong([](Config& c) { c.security.certificate_file = "service.cert"; }).find("security:"), 0U);
}

TEST(KafkaConfig, RefusesPropertiesThatCarryThePromises) {
  for (const char* name : {"acks", "enable.idempotence", "enable.gapless.guarantee", "message.timeout.ms"}) {
    auto config = good();
    config.properties[name] = "1";
    EXPECT_NE(validate(config).value_or("").find(name), std::string::npos) << name;
  }
  auto config = good();
  config.properties["compression.type"] = "lz4";
  EXPECT_EQ(validate(config), std::nullopt);
}

TEST(KafkaConfig, WarnsOfScramWithALibraryBeforeItsRepair) {
  Security security{.protocol = Security::Protocol::sasl_ssl, .mechanism = Security::Mechanism::scram_sha_512};
  constexpr int kDebian12 = 0x020002ff, kRepaired = 0x020601ff, kBefore = 0x020600ff;
  const auto warning = scram_warning(security, kDebian12).value_or("");
  EXPECT_NE(warning.find("SCRAM-SHA-512"), std::string::npos);
  EXPECT_NE(warning.find("2.0.2"), std::string::npos);
  EXPECT_NE(warning.find("client certificate"), std::string::npos);
  EXPECT_TRUE(scram_warning(security, kBefore));
  EXPECT_FALSE(scram_warning(security, kRepaired));
  security.mechanism = Security::Mechanism::plain;
  EXPECT_FALSE(scram_warning(security, kDebian12));
  security = {.protocol = Security::Protocol::ssl, .mechanism = Security::Mechanism::scram_sha_256};
  EXPECT_FALSE(scram_warning(security, kDebian12)) << "no user and password are sent";
}

}  // namespace
}  // namespace skat::log::kafka
