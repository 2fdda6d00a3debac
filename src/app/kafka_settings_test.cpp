#include "app/kafka_settings.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "app/testing/variables.hpp"

namespace skat::app {
namespace {

using log::kafka::Security;
using testing::read;
using testing::refusal;
using testing::Variables;

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

// A file for one test.
class File {
 public:
  explicit File(const std::string& text) {
    path_ = std::filesystem::temp_directory_path() / ("skat-settings-test-" + std::to_string(::getpid()));
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

log::kafka::Config kafka(std::vector<const char*> more = {}) {
  std::vector<const char*> arguments{"serve", "--single-node"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return std::get<log::kafka::Config>(read(arguments).config.log);
}

std::string refused(std::vector<const char*> more = {}) {
  std::vector<const char*> arguments{"serve", "--single-node"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return refusal(arguments);
}

TEST(KafkaSettings, TakeBrokersWithAndWithoutAScheme) {
  EXPECT_EQ(kafka({"--kafka-brokers", "a:9092,b:9093"}).brokers, "a:9092,b:9093");
  const Variables variables{{"KAFKA_URL", "kafka+ssl://a:9096, kafka+ssl://b:9096/"}};
  EXPECT_EQ(kafka().brokers, "a:9096,b:9096");
  EXPECT_EQ(kafka().security.protocol, Security::Protocol::ssl);
  for (const char* bad : {"a", "a:", ":1", "a:b", "http://a:1", "a:1,b", "u:p@a:1", ","}) {
    EXPECT_NE(refused({"--kafka-brokers", bad}).find("HOST:PORT"), std::string::npos) << bad;
  }
}

TEST(KafkaSettings, InferTheProtocolFromWhatIsGiven) {
  const Variables brokers{{"KAFKA_BROKERS", "a:1"}};
  EXPECT_EQ(kafka().security.protocol, Security::Protocol::plaintext);
  {
    const Variables ca{{"KAFKA_CA", kPem}};
    EXPECT_EQ(kafka().security.protocol, Security::Protocol::ssl);
    EXPECT_EQ(kafka().security.ca_pem, kPem);
  }
  const Variables user{{"KAFKA_SASL_USERNAME", "ada"}, {"KAFKA_SASL_PASSWORD", "secret"}};
  EXPECT_EQ(kafka().security.protocol, Security::Protocol::sasl_ssl);
  EXPECT_EQ(kafka().security.mechanism, Security::Mechanism::plain);
  EXPECT_EQ(kafka({"--kafka-security-protocol", "SASL_PLAINTEXT"}).security.protocol,
            Security::Protocol::sasl_plaintext);
  EXPECT_EQ(kafka({"--kafka-sasl-mechanism", "scram-sha-256"}).security.mechanism, Security::Mechanism::scram_sha_256);
}

TEST(KafkaSettings, RefuseWhatWouldHaveNoEffect) {
  const Variables brokers{{"KAFKA_BROKERS", "a:1"}};
  EXPECT_NE(refused({"--kafka-security-protocol", "tls"}).find("sasl_ssl"), std::string::npos);
  EXPECT_NE(refused({"--kafka-security-protocol", "sasl_ssl"}).find("KAFKA_SASL_USERNAME"), std::string::npos);
  EXPECT_NE(refused({"--kafka-sasl-username", "ada"}).find("KAFKA_SASL_PASSWORD"), std::string::npos);
  EXPECT_NE(refused({"--kafka-sasl-mechanism", "PLAIN"}).find("KAFKA_SASL_USERNAME"), std::string::npos);
  EXPECT_NE(refused({"--kafka-ca-file", "/no/such"}).find("KAFKA_CA_FILE: /no/such"), std::string::npos);
  const Variables certificate{{"KAFKA_CERT", kPem}};
  EXPECT_NE(refused().find("KAFKA_KEY"), std::string::npos);
  const Variables key{{"KAFKA_KEY", kPem}};
  EXPECT_EQ(refused(), "");
  EXPECT_NE(refused({"--kafka-security-protocol", "plaintext"}).find("unused"), std::string::npos);
  const Variables text{{"KAFKA_CA", "/etc/ca.pem"}};
  EXPECT_NE(refused().find("KAFKA_CA_FILE"), std::string::npos);
}

TEST(KafkaSettings, TakeTheNamesOfHostedServices) {
  {
    const Variables heroku{{"KAFKA_URL", "kafka+ssl://a:1"},
                           {"KAFKA_TRUSTED_CERT", kPem},
                           {"KAFKA_CLIENT_CERT", kPem},
                           {"KAFKA_CLIENT_CERT_KEY", kPem},
                           {"KAFKA_PREFIX", "elbe-123."}};
    EXPECT_EQ(kafka().security.ca_pem, kPem);
    EXPECT_EQ(kafka().security.certificate_pem, kPem);
    EXPECT_EQ(kafka().security.key_pem, kPem);
    EXPECT_EQ(kafka().topic, "elbe-123.skat.log");
    EXPECT_EQ(read({"serve", "--single-node"}).config.chat.group_prefix, "elbe-123.skat");
  }
  const File file(kPem);
  const Variables nais{{"KAFKA_BROKERS", "a:1"},
                       {"KAFKA_CA_PATH", file.path()},
                       {"KAFKA_CERTIFICATE_PATH", file.path()},
                       {"KAFKA_PRIVATE_KEY_PATH", file.path()}};
  EXPECT_EQ(kafka().security.ca_file, file.path());
  EXPECT_EQ(kafka().security.certificate_file, file.path());
  EXPECT_EQ(kafka().security.key_file, file.path());
}

TEST(KafkaSettings, ReadSecretsFromFilesAndPemFromOneLine) {
  const File file("from the file\n");
  const Variables variables{{"KAFKA_BROKERS", "a:1"},
                            {"KAFKA_SASL_USERNAME", "ada"},
                            {"KAFKA_SASL_PASSWORD_FILE", file.path()},
                            {"KAFKA_CA", "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"}};
  EXPECT_EQ(kafka().security.password, "from the file");
  EXPECT_EQ(kafka().security.ca_pem, kPem);
}

TEST(KafkaSettings, PassAnyPropertyThroughButThoseOfThePromises) {
  const Variables variables{{"KAFKA_BROKERS", "a:1"}, {"KAFKA_OPT_SOCKET_TIMEOUT_MS", "1000"}};
  const auto config = kafka({"--kafka-option", "log_level=7", "--kafka-option", "debug=security"});
  EXPECT_EQ(config.properties.at("socket.timeout.ms"), "1000");
  EXPECT_EQ(config.properties.at("log_level"), "7");
  EXPECT_EQ(config.properties.at("debug"), "security");
  EXPECT_NE(refused({"--kafka-option", "acks=1"}).find("acks"), std::string::npos);
  EXPECT_NE(refused({"--kafka-option", "x"}).find("NAME=VALUE"), std::string::npos);
}

TEST(KafkaSettings, FitTheReplicasThatMustConfirmToThoseThatThereAre) {
  const Variables variables{{"KAFKA_BROKERS", "a:1"}};
  EXPECT_EQ(kafka().min_insync_replicas, 2);
  EXPECT_EQ(kafka({"--kafka-replication-factor", "1"}).min_insync_replicas, 1);
  EXPECT_EQ(kafka({"--kafka-replication-factor", "5", "--kafka-min-insync-replicas", "3"}).min_insync_replicas, 3);
  EXPECT_NE(refused({"--kafka-replication-factor", "1", "--kafka-min-insync-replicas", "2"}), "");
}

TEST(KafkaSettings, AreNotIgnoredWithoutBrokers) {
  const Variables variables{{"KAFKA_CA", kPem}};
  EXPECT_NE(refusal({"serve"}).find("KAFKA_CA is set, but KAFKA_BROKERS is not"), std::string::npos);
}

TEST(KafkaSettings, ShowNoSecret) {
  const Variables variables{{"KAFKA_BROKERS", "a:1"},
                            {"KAFKA_SASL_USERNAME", "ada"},
                            {"KAFKA_SASL_PASSWORD", "s3cr3t"},
                            {"KAFKA_CERT", kPem},
                            {"KAFKA_KEY", kPem},
                            {"KAFKA_KEY_PASSWORD", "s3cr3t"},
                            {"KAFKA_OPT_SSL_KEY_PASSWORD", "s3cr3t"}};
  const auto config = read({"config", "print", "--single-node"}).config;
  for (const auto& text : {describe(config), describe_start(config, 1)}) {
    EXPECT_EQ(text.find("s3cr3t"), std::string::npos) << text;
    EXPECT_EQ(text.find("BEGIN"), std::string::npos) << text;
    EXPECT_NE(text.find("ada"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace skat::app
