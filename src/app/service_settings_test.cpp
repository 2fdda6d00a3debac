#include <gtest/gtest.h>

#include "app/environment.hpp"
#include "app/testing/variables.hpp"

namespace skat::app {
namespace {

using testing::read;
using testing::refusal;
using testing::Variables;

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

class ServiceSettings : public ::testing::Test {
 protected:
  const Variables cluster{{"KAFKA_BROKERS", "a:1"}, {"DATABASE_URL", "postgres://ada:s3cr3t@db.example:5433/chat"}};
};

TEST_F(ServiceSettings, MakeAClusterWithAndWithoutRedis) {
  const auto without = read({"serve"}).config;
  EXPECT_EQ(without.profile, Profile::cluster_no_redis);
  EXPECT_TRUE(without.chat.cluster);
  EXPECT_TRUE(std::holds_alternative<bus::memory::Config>(without.bus));
  EXPECT_FALSE(uses_data(without));
  EXPECT_NE(describe_start(without, 1).find("slower"), std::string::npos);

  const Variables redis{{"REDIS_URL", "rediss://skat:s3cr3t@r.example:6380/0"}, {"REDIS_CA", kPem}};
  const auto with = read({"serve", "--redis-channel-prefix", "chat:"}).config;
  EXPECT_EQ(with.profile, Profile::cluster);
  const auto& bus = std::get<bus::redis::Config>(with.bus);
  EXPECT_EQ(bus.host, "r.example");
  EXPECT_EQ(bus.port, 6380);
  EXPECT_EQ(bus.password, "s3cr3t");
  EXPECT_TRUE(bus.tls.enabled);
  EXPECT_EQ(bus.tls.ca_pem, kPem);
  EXPECT_EQ(bus.prefix, "chat:");
}

TEST_F(ServiceSettings, AStoreOfPostgresWithoutKafkaIsStillOneNode) {
  const Variables none{{"KAFKA_BROKERS", ""}};
  const auto config = read({"serve"}).config;
  EXPECT_EQ(config.profile, Profile::embedded_postgres);
  EXPECT_FALSE(config.chat.cluster);
  EXPECT_TRUE(uses_data(config));
}

TEST_F(ServiceSettings, TrustWhatTheyAreTold) {
  const Variables variables{{"DATABASE_CA", kPem}, {"DATABASE_CERT", kPem}, {"DATABASE_KEY", kPem}};
  const auto config = read({"serve"}).config;
  const auto& store = std::get<store::postgres::Config>(config.store);
  EXPECT_EQ(store.ca_pem, kPem);
  EXPECT_EQ(store.certificate_pem, kPem);
  EXPECT_EQ(store.key_pem, kPem);
  EXPECT_NE(describe(config).find("sslmode = verify-full"), std::string::npos) << describe(config);
}

TEST_F(ServiceSettings, RefuseWhatWouldHaveNoEffect) {
  const Variables ca{{"REDIS_CA", kPem}};
  EXPECT_NE(refusal({"serve"}).find("REDIS_CA is set, but REDIS_URL is not"), std::string::npos);
  EXPECT_NE(refusal({"serve", "--redis-url", "redis://a:1"}).find("rediss://"), std::string::npos);
  EXPECT_EQ(refusal({"serve", "--redis-url", "rediss://a:1"}), "");
  EXPECT_EQ(refusal({"serve", "--redis-url", "http://a:1"}).substr(0, 10), "REDIS_URL:");
  const Variables database{{"DATABASE_CA", kPem}, {"DATABASE_URL", "sqlite:x"}};
  EXPECT_NE(refusal({"serve", "--single-node"}), "");
}

TEST_F(ServiceSettings, ShowNoSecret) {
  const Variables redis{{"REDIS_URL", "rediss://skat:s3cr3t@r.example:6380/0"}};
  const auto config = read({"config", "print"}).config;
  for (const auto& text : {describe(config), describe_start(config, 1)}) {
    EXPECT_EQ(text.find("s3cr3t"), std::string::npos) << text;
    EXPECT_NE(text.find("ada:***@db.example"), std::string::npos) << text;
    EXPECT_NE(text.find("rediss://skat@r.example:6380"), std::string::npos) << text;
  }
}

TEST(Environment, HidesThePasswordsOfAUrl) {
  EXPECT_EQ(without_password("postgres://ada:x@h:1/d?sslmode=require"), "postgres://ada:***@h:1/d?sslmode=require");
  EXPECT_EQ(without_password("postgres://ada@h/d"), "postgres://ada@h/d");
  EXPECT_EQ(without_password("postgres://h:1/d?user=a&password=x&sslpassword=y&z=1"),
            "postgres://h:1/d?user=a&password=***&sslpassword=***&z=1");
  EXPECT_EQ(without_password("postgres://a:p@ss@h:1/d"), "postgres://a:***@h:1/d");
  EXPECT_EQ(without_password("secret"), "(not a URL)");
}

}  // namespace
}  // namespace skat::app
