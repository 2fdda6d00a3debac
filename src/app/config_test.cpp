#include "app/config.hpp"

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "app/testing/variables.hpp"

namespace skat::app {
namespace {

using testing::read;
using testing::refusal;
using testing::Variables;

TEST(Config, HasDefaultsThatNeedNoService) {
  const auto [command, config] = read({"serve"});
  EXPECT_EQ(command, Command::serve);
  EXPECT_EQ(config.listen.port, 5000);
  EXPECT_EQ(config.data, "./data");
  EXPECT_EQ(config.engineio.ping_interval, std::chrono::seconds(25));
}

TEST(Config, TakesFlagsBeforeTheEnvironmentBeforeDefaults) {
  const Variables variables{{"PORT", "6001"}, {"SKAT_DATA", "/somewhere"}};
  EXPECT_EQ(read({"serve"}).config.listen.port, 6001);
  EXPECT_EQ(read({"serve"}).config.data, "/somewhere");
  EXPECT_EQ(read({"serve", "--port", "6002"}).config.listen.port, 6002);
}

TEST(Config, AFlagIsStrongerThanTheOtherAddressOptionsVariable) {
  const Variables variables{{"SKAT_LISTEN", "127.0.0.1:6001"}, {"PORT", "6002"}};
  EXPECT_EQ(read({"serve"}).config.listen.port, 6001);
  const auto by_port = read({"serve", "--port=6003"}).config.listen;
  EXPECT_EQ(by_port.port, 6003);
  EXPECT_EQ(by_port.address, "0.0.0.0");
  EXPECT_EQ(read({"serve", "--listen", "[::1]:6004"}).config.listen.port, 6004);
}

TEST(Config, PrintsWhatServeWouldUse) {
  const auto [command, config] = read({"config", "print", "--port", "6005", "--data", "/srv/skat"});
  EXPECT_EQ(command, Command::config_print);
  const auto text = describe(config);
  EXPECT_NE(text.find(":6005\n"), std::string::npos) << text;
  EXPECT_NE(text.find("/srv/skat"), std::string::npos) << text;
}

TEST(Config, ANodeOfAClusterKeepsCopiesOnlyInADirectoryThatItWasGiven) {
  const Variables services{{"KAFKA_BROKERS", "127.0.0.1:9092"}, {"DATABASE_URL", "postgres://127.0.0.1/skat"}};
  EXPECT_FALSE(keeps_copies(read({"serve"}).config));
  EXPECT_FALSE(uses_data(read({"serve"}).config));
  EXPECT_TRUE(keeps_copies(read({"serve", "--data", "/srv/skat"}).config));
  EXPECT_FALSE(uses_data(read({"serve", "--data", "/srv/skat"}).config));
  EXPECT_NE(describe(read({"serve", "--data", "/srv/skat"}).config).find("copies = /srv/skat\n"), std::string::npos);
  const Variables variable{{"SKAT_DATA", "/srv/skat"}};
  EXPECT_TRUE(keeps_copies(read({"serve"}).config));
}

TEST(Config, ANodeWithoutServicesKeepsNoCopies) {
  EXPECT_FALSE(keeps_copies(read({"serve", "--data", "/srv/skat"}).config));
}

TEST(Config, ReadsAddresses) {
  EXPECT_EQ(read({"serve", "--listen", "127.0.0.1:81"}).config.listen.address, "127.0.0.1");
  EXPECT_EQ(read({"serve", "--listen", "[::1]:81"}).config.listen.address, "::1");
  EXPECT_EQ(read({"serve", "--listen", ":81"}).config.listen.address, "0.0.0.0");
}

TEST(Config, RefusesWhatItDoesNotUnderstandInOneLine) {
  const std::vector<std::vector<const char*>> bad{{"serve", "--port", "70000"},
                                                  {"serve", "--port", "x"},
                                                  {"serve", "--fly"},
                                                  {"fly"},
                                                  {"serve", "--listen", "nonsense"},
                                                  {"serve", "--listen", "127.0.0.1:x"},
                                                  {"serve", "--log-level", "no"},
                                                  {"serve", "--port", "1", "--listen", ":2"},
                                                  {"serve", "--ping-timeout", "1"},
                                                  {"serve", "--allow-origin", "ftp://x"}};
  for (const auto& arguments : bad) {
    const auto sentence = refusal(arguments);
    EXPECT_NE(sentence, "") << arguments.back();
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
  }
}

TEST(Config, NamesTheProfileThatTheServicesMake) {
  EXPECT_EQ(read({"serve"}).config.profile, Profile::embedded);
  const auto config = read({"serve", "--kafka-brokers", "a:1", "--single-node"}).config;
  EXPECT_EQ(config.profile, Profile::single_node);
  EXPECT_TRUE(std::holds_alternative<log::kafka::Config>(config.log));
  EXPECT_FALSE(config.chat.cluster);
  EXPECT_EQ(config.chat.group_prefix, "skat");
  EXPECT_EQ(refusal({"serve", "--kafka-brokers", "a:1"}).substr(0, 13), "KAFKA_BROKERS");
  const Variables single{{"SKAT_SINGLE_NODE", "1"}, {"KAFKA_BROKERS", "a:1"}};
  EXPECT_EQ(read({"serve"}).config.profile, Profile::single_node);
}

TEST(Config, PutsTheSqliteStoreWhereItIsTold) {
  const auto config = read({"serve", "--database-url", "sqlite:/srv/store.sqlite"}).config;
  EXPECT_EQ(std::get<store::sqlite::Config>(config.store).path, "/srv/store.sqlite");
  EXPECT_NE(refusal({"serve", "--database-url", "mysql://x"}).find("postgres://"), std::string::npos);
  EXPECT_NE(refusal({"serve", "--database-url", "sqlite:"}), "");
}

TEST(Config, KeepsAllowedOrigins) {
  const auto config =
      read({"serve", "--allow-origin", "https://a.example/", "--allow-origin", "http://b.example"}).config;
  EXPECT_EQ(config.engineio.origin.allowed, (std::vector<std::string>{"https://a.example", "http://b.example"}));
  EXPECT_TRUE(read({"serve", "--allow-origin", "*"}).config.engineio.origin.allow_any);
}

}  // namespace
}  // namespace skat::app
