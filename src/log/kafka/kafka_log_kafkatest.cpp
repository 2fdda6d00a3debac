// The log against real brokers: SKAT_TEST_KAFKA names them (tools/services.mjs run -- …). One broker, or three.
#include "log/kafka/kafka_log.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/logger.hpp"
#include "log/errc.hpp"
#include "log/kafka/client.hpp"
#include "log/kafka/kafka_admin.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/member_process.hpp"
#include "log/kafka/testing/service.hpp"
#include "log/log_conformance.hpp"
#include "log/membership_conformance.hpp"

namespace skat::log {
namespace {

using kafka::testing::ClockedExecutor;
using kafka::testing::service_config;

class KafkaHarness final : public testing::LogHarness {
 public:
  explicit KafkaHarness(kafka::Config config) : config_(std::move(config)) { log_ = open_another(); }
  Log& log() override { return *log_; }
  bool run_until(const std::function<bool()>& done) override { return clock_.run_until(done); }
  void run_for_a_while() override { clock_.run_for(std::chrono::milliseconds(200)); }
  void reopen() override {
    log_.reset();
    log_ = open_another();
  }
  std::size_t max_queued_appends() const override { return config_.max_queued_appends; }
  bool trims() const override { return false; }
  std::unique_ptr<Log> open_another() override {
    auto opened = open_kafka_log(config_, clock_.executor());
    if (!opened.log) throw std::runtime_error(opened.problem);
    return std::move(opened.log);
  }

 private:
  kafka::Config config_;
  ClockedExecutor clock_;
  std::unique_ptr<Log> log_;
};

using Maker = std::function<std::unique_ptr<testing::LogHarness>()>;
using testing::LogConformance;

// As delivered; and so small that every limit is met all the time.
INSTANTIATE_TEST_SUITE_P(Kafka, LogConformance,
                         ::testing::Values(Maker([] { return std::make_unique<KafkaHarness>(service_config()); }),
                                           Maker([] {
                                             auto config = service_config();
                                             config.max_queued_appends = 500;
                                             config.max_answer_bytes = 100;
                                             config.query_interval = std::chrono::milliseconds(50);
                                             config.properties["batch.num.messages"] = "7";
                                             return std::make_unique<KafkaHarness>(config);
                                           })));

// ---- Kafka's own ----------------------------------------------------------------------------------------------------

class KafkaLogTest : public ::testing::Test {
 protected:
  static constexpr Partition kFirst{0};
  using Settings = std::vector<std::pair<std::string, std::string>>;

  void SetUp() override {
    config_ = service_config();
    control_ = std::move(kafka::open_client(config_, kafka::Role::control).client);
  }

  void open() {
    auto opened = open_kafka_log(config_, clock_.executor());
    ASSERT_TRUE(opened.log) << opened.problem;
    log_ = std::move(opened.log);
  }
  std::string refusal() {
    auto opened = open_kafka_log(config_, clock_.executor());
    EXPECT_FALSE(opened.log);
    return opened.problem;
  }
  bool run_until(const std::function<bool()>& done) { return clock_.run_until(done); }

  result<Appended> append(Log& log, std::string value) {
    std::optional<result<Appended>> answer;
    log.append(kFirst, "key", std::move(value), [&](result<Appended> got) { answer = got; });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return answer.value();
  }
  result<std::vector<Entry>> next(LogReader& reader) {
    std::optional<result<std::vector<Entry>>> answer;
    reader.next(1'000, [&](result<LogReader::Batch> got) { answer = std::move(got); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return std::move(answer.value());
  }
  // Asked again while nobody answers: these tests share their brokers.
  Bounds bounds(Log& log) {
    std::optional<Bounds> answer;
    for (int attempt = 0; !answer && attempt < 20; ++attempt) {
      bool asked = false;
      log.bounds(kFirst, [&](const result<Bounds>& got) {
        asked = true;
        if (got) answer = *got;
      });
      EXPECT_TRUE(run_until([&] { return asked; }));
    }
    return answer.value();
  }
  std::vector<Entry> read(LogReader& reader, std::size_t count) {
    std::vector<Entry> entries;
    while (entries.size() < count) {
      auto batch = next(reader);
      if (!batch) break;
      std::ranges::move(*batch, std::back_inserter(entries));
    }
    return entries;
  }

  // Waits for an admin call's answer; the call puts it into the queue it is given. Called again while Kafka has not
  // spread word of a topic yet.
  void administer(const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& call) {
    const kafka::QueueHandle queue(rd_kafka_queue_new(control_.handle.get()));
    std::string error;
    for (int attempt = 0; attempt < 50; ++attempt) {
      call(control_.handle.get(), queue.get());
      auto* event = rd_kafka_queue_poll(queue.get(), 20'000);
      ASSERT_NE(event, nullptr);
      const bool done = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR;
      if (!done) error = rd_kafka_event_error_string(event);
      rd_kafka_event_destroy(event);
      if (done) return;
      clock_.run_for(std::chrono::milliseconds(100));
    }
    FAIL() << error;
  }
  void create_topic(int partitions, const Settings& settings) {
    std::array<char, 512> text{};
    auto* topic =
        rd_kafka_NewTopic_new(config_.topic.c_str(), partitions, config_.replication_factor, text.data(), text.size());
    for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(topic, name.c_str(), value.c_str());
    administer(
        [&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue); });
    rd_kafka_NewTopic_destroy(topic);
  }
  void delete_topic() {
    auto* topic = rd_kafka_DeleteTopic_new(config_.topic.c_str());
    administer(
        [&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_DeleteTopics(client, &topic, 1, nullptr, queue); });
    rd_kafka_DeleteTopic_destroy(topic);
  }
  // As Skat makes it, with this identity (Log::log_id()), but for `changed`.
  [[nodiscard]] Settings settings_with(const std::string& id, const Settings& changed = {}) const {
    std::map<std::string, std::string> settings{
        {"message.timestamp.type", "LogAppendTime"},
        {"retention.ms", "1209600000"},
        {"retention.bytes", "-1"},
        {"min.insync.replicas", std::to_string(config_.min_insync_replicas)},
        {"unclean.leader.election.enable", "false"},
        {"delete.retention.ms", std::to_string(std::stoull(id, nullptr, 16))},
    };
    for (const auto& [name, value] : changed) settings[name] = value;
    return {settings.begin(), settings.end()};
  }
  // In place of all that it has.
  void set_settings(const Settings& settings) {
    auto* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, config_.topic.c_str());
    for (const auto& [name, value] : settings) {
      rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
    }
    administer([&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
      rd_kafka_AlterConfigs(client, &resource, 1, nullptr, queue);
    });
    rd_kafka_ConfigResource_destroy(resource);
  }
  void delete_records_below(std::int64_t offset) {
    auto* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, config_.topic.c_str(), 0)->offset = offset;
    auto* records = rd_kafka_DeleteRecords_new(list);
    administer([&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
      rd_kafka_DeleteRecords(client, &records, 1, nullptr, queue);
    });
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(list);
  }

  kafka::Config config_;
  ClockedExecutor clock_;
  kafka::Client control_;
  std::unique_ptr<Log> log_;
};

TEST_F(KafkaLogTest, ATopicOfTheWrongShapeIsRefusedWithEverythingThatIsWrong) {
  create_topic(2, {{"message.timestamp.type", "CreateTime"}, {"retention.ms", "1000"}, {"cleanup.policy", "compact"}});
  const auto refused = refusal();
  for (const char* part : {"has 2 partitions", "message.timestamp.type=CreateTime", "retention.ms=1000",
                           "cleanup.policy=compact", "no identity"}) {
    EXPECT_NE(refused.find(part), std::string::npos) << part << " in: " << refused;
  }
}

TEST_F(KafkaLogTest, MoreReplicasThanBrokersAreRefusedInKafkasWords) {
  config_.replication_factor = 7;
  const auto refused = refusal();
  EXPECT_NE(refused.find("of 7 replicas"), std::string::npos) << refused;
  EXPECT_NE(refused.find("replication factor"), std::string::npos) << refused;
}

TEST_F(KafkaLogTest, BrokersThatAreNotThereAreNamedWithTheReason) {
  config_.brokers = "127.0.0.1:1";
  config_.open_timeout = std::chrono::milliseconds(500);
  const auto refused = refusal();
  EXPECT_NE(refused.find("Kafka at 127.0.0.1:1 does not answer"), std::string::npos) << refused;
  EXPECT_NE(refused.find("Connection refused"), std::string::npos) << refused;
}

TEST_F(KafkaLogTest, ACertificateThatCannotBeReadIsNamed) {
  config_.security.protocol = kafka::Security::Protocol::ssl;
  config_.security.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(refusal(), "Kafka's certificates: /nowhere/ca.pem cannot be read: No such file or directory");
}

TEST_F(KafkaLogTest, TwoNodesShareOneOrder) {
  open();
  auto other = open_kafka_log(config_, clock_.executor());
  ASSERT_TRUE(other.log) << other.problem;
  EXPECT_EQ(other.log->log_id(), log_->log_id());
  std::size_t answered = 0;
  for (int i = 0; i < 200; ++i) {
    auto& log = i % 2 == 0 ? *log_ : *other.log;
    log.append(kFirst, "key", std::to_string(i), [&](const result<Appended>& got) { answered += got ? 1 : 0; });
  }
  ASSERT_TRUE(run_until([&] { return answered == 200; }));
  const auto one = log_->read(kFirst, Offset{0}), two = other.log->read(kFirst, Offset{0});
  const auto here = read(*one, 200), there = read(*two, 200);
  ASSERT_EQ(here.size(), 200U);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(here[i].value, there[i].value);
    EXPECT_EQ(here[i].append_time, there[i].append_time);
  }
}

TEST_F(KafkaLogTest, AReaderBelowTheStartIsToldSoAndBoundsSayWhereItIs) {
  open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(*log_, std::to_string(i)));
  delete_records_below(5);
  const auto lost = log_->read(kFirst, Offset{2});
  for (int i = 0; i < 2; ++i) {
    const auto outcome = next(*lost);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), errc::offset_lost);
  }
  const auto kept = log_->read(kFirst, Offset{5});
  const auto entries = read(*kept, 5);
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries[0].value, "5");
  EXPECT_EQ(bounds(*log_).start, Offset{5});
  EXPECT_EQ(bounds(*log_).end, Offset{10});
}

// The end marker of a transaction takes an offset and is no record: offsets are not dense.
TEST_F(KafkaLogTest, AnOffsetWithoutARecordIsSkipped) {
  open();
  ASSERT_TRUE(append(*log_, "0"));
  std::array<char, 512> text{};
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", config_.brokers.c_str(), text.data(), text.size());
  rd_kafka_conf_set(conf, "transactional.id", config_.topic.c_str(), text.data(), text.size());
  const kafka::ClientHandle foreign(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size()));
  ASSERT_TRUE(foreign) << text.data();
  const auto succeed = [](rd_kafka_error_t* error) {
    EXPECT_EQ(error, nullptr) << rd_kafka_error_string(error);
    if (error != nullptr) rd_kafka_error_destroy(error);
  };
  succeed(rd_kafka_init_transactions(foreign.get(), 30'000));
  succeed(rd_kafka_begin_transaction(foreign.get()));
  {
    const kafka::TopicHandle topic(rd_kafka_topic_new(foreign.get(), config_.topic.c_str(), nullptr));
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, text.data(), 1, "k", 1, nullptr), 0);
  }
  succeed(rd_kafka_commit_transaction(foreign.get(), 30'000));
  // The marker comes after the commit's answer.
  ASSERT_TRUE(run_until([&] { return bounds(*log_).end == Offset{3}; }));
  EXPECT_EQ(append(*log_, "3").value().offset, Offset{3});
  const auto reader = log_->read(kFirst, Offset{0});
  const auto entries = read(*reader, 3);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[1].offset, Offset{1});
  EXPECT_EQ(entries[2].offset, Offset{3});
  EXPECT_EQ(append(*log_, "4").value().offset, Offset{4});
  EXPECT_EQ(read(*reader, 1).at(0).value, "4");
}

TEST_F(KafkaLogTest, ATopicThatIsReplacedClosesTheLog) {
  config_.check_interval = std::chrono::milliseconds(200);
  open();
  const auto id = log_->log_id();
  ASSERT_TRUE(append(*log_, "0"));
  const auto reader = log_->read(kFirst, Offset{1});
  error_code error;
  reader->next(1, [&](const result<LogReader::Batch>& got) { error = got.error(); });
  delete_topic();
  clock_.run_for(std::chrono::milliseconds(500));
  {
    auto other_config = config_;
    ClockedExecutor other_clock;
    ASSERT_TRUE(clock_.run_until([&] {
      auto other = open_kafka_log(other_config, other_clock.executor());
      return other.log != nullptr && other.log->log_id() != id;
    }));
  }
  ASSERT_TRUE(run_until([&] { return error.failed(); }));
  EXPECT_EQ(error, errc::offset_lost);
  EXPECT_EQ(append(*log_, "1").error(), errc::unavailable);
  const auto late = log_->read(kFirst, Offset{0});
  EXPECT_EQ(next(*late).error(), errc::offset_lost);
}

TEST_F(KafkaLogTest, WrongSettingsStopAppendsUntilTheyAreMended) {
  config_.check_interval = std::chrono::milliseconds(200);
  open();
  ASSERT_TRUE(append(*log_, "0"));
  ::testing::internal::CaptureStderr();
  set_settings(settings_with(log_->log_id(), {{"retention.ms", "3600000"}}));
  error_code error;
  EXPECT_TRUE(run_until([&] {
    const auto got = append(*log_, "while it is wrong, or before that is known");
    if (!got) error = got.error();
    return error.failed();
  }));
  EXPECT_EQ(error, errc::unavailable);
  const auto told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("has retention.ms=3600000, Skat needs at least 604800000"), std::string::npos) << told;
  EXPECT_NE(told.find("nothing is appended until they are mended"), std::string::npos) << told;
  const auto reader = log_->read(kFirst, Offset{0});
  EXPECT_EQ(read(*reader, 1).at(0).value, "0") << "what is there can be read";
  set_settings(settings_with(log_->log_id()));
  EXPECT_TRUE(run_until([&] { return append(*log_, "mended").has_value(); }));
}

// As a backup that was put back, with the topic's settings and so with its identity.
TEST_F(KafkaLogTest, ALogThatHasLostRecordsIsClosed) {
  config_.check_interval = std::chrono::milliseconds(200);
  open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(append(*log_, std::to_string(i)));
  ASSERT_EQ(bounds(*log_).end, Offset{5});
  const auto reader = log_->read(kFirst, Offset{5});
  error_code error;
  reader->next(1, [&](const result<LogReader::Batch>& got) { error = got.error(); });
  ::testing::internal::CaptureStderr();
  const auto settings = settings_with(log_->log_id());
  delete_topic();
  clock_.run_for(std::chrono::milliseconds(500));
  create_topic(static_cast<int>(config_.partitions), settings);
  EXPECT_TRUE(run_until([&] { return error.failed(); }));
  const auto told = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(error, errc::offset_lost);
  EXPECT_NE(told.find("ends at 0 and has ended at 5: records are lost"), std::string::npos) << told;
  EXPECT_EQ(append(*log_, "5").error(), errc::unavailable);
  std::optional<result<Bounds>> answer;
  log_->bounds(kFirst, [&](result<Bounds> got) { answer = got; });
  EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error(), errc::unavailable) << "no end that is too low";
}

// ---- Secured listeners ----------------------------------------------------------------------------------------------

class SecuredKafka : public KafkaLogTest {
 protected:
  static std::string environment(const char* name) {
    const char* value = std::getenv(name);
    EXPECT_NE(value, nullptr) << name << " is not set";
    return value != nullptr ? value : "";
  }
  void SetUp() override {
    KafkaLogTest::SetUp();
    folder_ = environment("SKAT_TEST_CERTIFICATES");
    config_.open_timeout = std::chrono::seconds(10);
  }
  void use_certificate() {
    config_.brokers = environment("SKAT_TEST_KAFKA_TLS");
    config_.security = {.protocol = kafka::Security::Protocol::ssl,
                        .ca_file = folder_ + "/ca.pem",
                        .certificate_file = folder_ + "/client.pem",
                        .key_file = folder_ + "/client.key"};
  }
  void use_password(kafka::Security::Mechanism mechanism) {
    config_.brokers = environment("SKAT_TEST_KAFKA_SASL");
    config_.security = {.protocol = kafka::Security::Protocol::sasl_ssl,
                        .ca_pem = read_file(folder_ + "/ca.pem"),
                        .mechanism = mechanism,
                        .username = environment("SKAT_TEST_KAFKA_USER"),
                        .password = environment("SKAT_TEST_KAFKA_PASSWORD")};
  }
  static std::string read_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void expect_it_works() {
    open();
    ASSERT_TRUE(log_);
    EXPECT_TRUE(append(*log_, "over TLS"));
    const auto reader = log_->read(kFirst, Offset{0});
    EXPECT_EQ(read(*reader, 1).at(0).value, "over TLS");
    EXPECT_EQ(bounds(*log_).end, Offset{1});
  }

  std::string folder_;
};

TEST_F(SecuredKafka, AClientCertificateOpensTheLog) {
  use_certificate();
  expect_it_works();
}

TEST_F(SecuredKafka, AUserAndAPasswordOpenTheLog) {
  use_password(kafka::Security::Mechanism::plain);
  expect_it_works();
}

TEST_F(SecuredKafka, AWrongPasswordIsNamed) {
  use_password(kafka::Security::Mechanism::plain);
  config_.security.password = "wrong";
  config_.open_timeout = std::chrono::seconds(2);
  const auto refused = refusal();
  EXPECT_NE(refused.find("SASL authentication error"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("wrong"), std::string::npos) << "no secret is told: " << refused;
}

TEST_F(SecuredKafka, AServerOfAnotherAuthorityIsNotTrusted) {
  use_certificate();
  config_.security.ca_file = folder_ + "/client.pem";
  config_.open_timeout = std::chrono::seconds(2);
  const auto refused = refusal();
  EXPECT_NE(refused.find("certificate verify failed"), std::string::npos) << refused;
}

TEST_F(SecuredKafka, WithoutACertificateTheDoorStaysShut) {
  use_certificate();
  config_.security.certificate_file.clear();
  config_.security.key_file.clear();
  config_.open_timeout = std::chrono::seconds(2);
  const auto refused = refusal();
  // "bad certificate" or "certificate required", by the broker's Java; the client's library may cut it short.
  EXPECT_TRUE(std::regex_search(refused, std::regex("alert.* certificate"))) << refused;
}

TEST_F(SecuredKafka, ScramOpensTheLogOrTheSentenceNamesTheOldLibrary) {
  use_password(kafka::Security::Mechanism::scram_sha_512);
  if (!scram_warning(config_.security, rd_kafka_version())) return expect_it_works();
  config_.open_timeout = std::chrono::seconds(2);
  const auto refused = refusal();
  EXPECT_NE(refused.find("SASL authentication error"), std::string::npos) << refused;
  EXPECT_NE(refused.find("versions before 2.6.1 break a rule of SCRAM"), std::string::npos) << refused;
}

TEST_F(KafkaLogTest, AppendsWithoutAnAnswerAreWrittenWhenTheLogCloses) {
  open();
  for (int i = 0; i < 100; ++i) {
    log_->append(kFirst, "key", std::to_string(i), [](const result<Appended>&) { FAIL(); });
  }
  log_.reset();
  open();
  const auto reader = log_->read(kFirst, Offset{0});
  EXPECT_EQ(read(*reader, 100).size(), 100U);
}

}  // namespace
}  // namespace skat::log

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (std::getenv("SKAT_TEST_KAFKA") == nullptr && !GTEST_FLAG_GET(list_tests)) {
    fmt::print(stderr, "SKAT_TEST_KAFKA is not set; run: node tools/services.mjs run -- ctest -L service\n");
    return 1;
  }
  skat::base::configure_logger(skat::base::LogLevel::error, skat::base::LogFormat::text);
  if (const auto member = skat::log::kafka::testing::MemberProcess::run()) return *member;
  return RUN_ALL_TESTS();
}
