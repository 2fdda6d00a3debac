// The producer's roads through trouble, against librdkafka's own mock of a cluster: errors and delays at the wanted
// moment.
#include "log/kafka/kafka_producer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "log/errc.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/mock_cluster.hpp"
#include "model/limits.hpp"

namespace skat::log::kafka {
namespace {

using std::chrono::milliseconds;
constexpr std::int16_t kProduce = 0;  // the request's number in the protocol

class ProducerTest : public ::testing::Test {
 protected:
  static constexpr Partition kFirst{0}, kSecond{1};

  ProducerTest() {
    config_.brokers = mock_.brokers();
    config_.topic = "log";
    config_.partitions = 2;
  }

  void open() {
    breaker_.emplace(2, config_.breaker_silence);
    producer_.emplace(config_, 2, clock_.executor(), worker_, *breaker_, [this] { ++turns_with_answers_; });
    ASSERT_EQ(producer_->open(), "");
  }
  error_code append(Partition partition, const std::string& value) {
    KafkaProducer::Done done = [this, value](const result<Appended>& got) {
      answers_.emplace_back(value, got ? error_code() : got.error());
      if (got) places_.emplace(value, *got);
    };
    return producer_->append(partition, "key", value, done);
  }
  [[nodiscard]] std::vector<std::string> confirmed() const {
    std::vector<std::string> values;
    for (const auto& [value, error] : answers_) {
      if (!error) values.push_back(value);
    }
    std::ranges::sort(values);
    return values;
  }
  bool run_until_answers(std::size_t count) {
    return clock_.run_until([&] { return answers_.size() >= count; });
  }

  Config config_;
  testing::MockCluster mock_{"log", 2};
  rd_kafka_mock_cluster_t* cluster_ = mock_.get();
  testing::ClockedExecutor clock_;
  base::Worker worker_{"test", 16};
  std::optional<Breaker> breaker_;
  std::vector<std::pair<std::string, error_code>> answers_;  // in the order of the calls back
  std::map<std::string, Appended> places_;                   // of the confirmed
  int turns_with_answers_ = 0;
  std::optional<KafkaProducer> producer_;
};

TEST_F(ProducerTest, AnswersWithThePlaceThatTheBrokerTells) {
  open();
  for (const char* value : {"0", "1", "2"}) EXPECT_FALSE(append(kFirst, value));
  EXPECT_FALSE(append(kSecond, "other"));
  EXPECT_EQ(producer_->taken(kFirst), 3U);
  EXPECT_FALSE(producer_->answered(kFirst, 1));
  ASSERT_TRUE(run_until_answers(4));
  EXPECT_EQ(confirmed(), (std::vector<std::string>{"0", "1", "2", "other"}));
  EXPECT_EQ(places_.at("2").offset, Offset{2});
  EXPECT_EQ(places_.at("other").offset, Offset{0});
  EXPECT_TRUE(producer_->answered(kFirst, 3));
  EXPECT_EQ(turns_with_answers_ > 0, true);
}

TEST_F(ProducerTest, ItsLimitsCountWhatHasNoAnswer) {
  config_.max_queued_appends = 3;
  config_.max_queued_bytes = 1'000;
  open();
  EXPECT_EQ(append(kFirst, std::string(model::kMaxRecordBytes + 1, 'x')), errc::too_large);
  EXPECT_FALSE(append(kFirst, std::string(900, 'a')));
  EXPECT_EQ(append(kFirst, std::string(200, 'b')), errc::busy);
  EXPECT_FALSE(append(kFirst, "c"));
  EXPECT_FALSE(append(kFirst, "d"));
  EXPECT_EQ(append(kFirst, "e"), errc::busy);
  ASSERT_TRUE(run_until_answers(3));
  EXPECT_FALSE(append(kFirst, std::string(900, 'f')));
  ASSERT_TRUE(run_until_answers(4));
  EXPECT_EQ(confirmed().size(), 4U) << "a refused append's callback is not called";
}

// Five requests of one record each are under way when the first of them ends the producer.
TEST_F(ProducerTest, AFatalErrorMakesTheSentUnknownAndTheRestIsSentAgainInOrder) {
  config_.properties["batch.num.messages"] = "1";
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_broker_push_request_error_rtts(cluster_, 1, kProduce, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                                               200);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(append(kFirst, std::to_string(i)));
  clock_.run_for(milliseconds(50));
  EXPECT_FALSE(append(kSecond, "other partition"));
  ASSERT_TRUE(run_until_answers(22));
  std::vector<std::string> unknown, again;
  for (const auto& [value, error] : answers_) {
    if (error) {
      EXPECT_EQ(error, errc::maybe_appended) << value;
      unknown.push_back(value);
    } else if (value != "before" && value != "other partition") {
      again.push_back(value);
    }
  }
  EXPECT_GE(unknown.size(), 1U);
  EXPECT_LE(unknown.size(), 6U);
  ASSERT_EQ(answers_.size(), 22U) << "each is answered once";
  for (std::size_t i = 1; i < again.size(); ++i) {
    EXPECT_LT(std::stoi(again[i - 1]), std::stoi(again[i]));
    EXPECT_LT(places_.at(again[i - 1]).offset, places_.at(again[i]).offset);
  }
  EXPECT_FALSE(append(kFirst, "after"));
  ASSERT_TRUE(run_until_answers(23));
  EXPECT_FALSE(answers_.back().second);
}

TEST_F(ProducerTest, WhatWasNeverSentIsUnavailableAndTheBreakerOpens) {
  config_.delivery_timeout = milliseconds(1'500);
  config_.breaker_silence = milliseconds(300);
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_broker_set_down(cluster_, 1);
  clock_.run_for(milliseconds(100));
  EXPECT_FALSE(append(kFirst, "0"));
  EXPECT_FALSE(append(kFirst, "1"));
  clock_.run_for(milliseconds(400));
  EXPECT_EQ(append(kFirst, "refused"), errc::unavailable);
  EXPECT_FALSE(append(kSecond, "each partition by itself"));
  ASSERT_TRUE(run_until_answers(4));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(answers_[i].second, errc::unavailable) << answers_[i].first;
  rd_kafka_mock_broker_set_up(cluster_, 1);
  ASSERT_TRUE(clock_.run_until([&] { return !append(kFirst, "after"); }));
  ASSERT_TRUE(clock_.run_until([&] { return places_.contains("after"); }));
  EXPECT_EQ(places_.at("after").offset, Offset{1});
}

TEST_F(ProducerTest, WhatWasSentAndHasNoAnswerIsUnknown) {
  config_.delivery_timeout = milliseconds(1'000);
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 5'000);
  EXPECT_FALSE(append(kFirst, "0"));
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(answers_[1].second, errc::maybe_appended);
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 0);
  ASSERT_TRUE(clock_.run_until([&] { return !append(kFirst, "after"); }));
  ASSERT_TRUE(clock_.run_until([&] { return places_.contains("after"); }, std::chrono::seconds(30)));
}

TEST_F(ProducerTest, WhatComesWhileABatchIsUnderWayIsTheNextBatch) {
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 400);
  EXPECT_FALSE(append(kFirst, "0"));
  clock_.run_for(milliseconds(50));
  EXPECT_FALSE(append(kFirst, "1"));
  clock_.run_for(milliseconds(50));
  EXPECT_FALSE(append(kFirst, "2"));
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(places_.at("0").offset, Offset{1});
  clock_.run_for(milliseconds(200));
  EXPECT_EQ(answers_.size(), 2U) << "the second was sent before the first had its answer";
  ASSERT_TRUE(run_until_answers(4));
  EXPECT_EQ(places_.at("1").append_time, places_.at("2").append_time) << "one batch has one time";
  EXPECT_EQ(places_.at("2").offset, Offset{3});
}

TEST_F(ProducerTest, WhatWaitedBehindABatchWithoutAnswerWasNeverSent) {
  config_.delivery_timeout = milliseconds(1'000);
  config_.batch_wait = milliseconds(500);
  config_.breaker_silence = milliseconds(5'000);
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_broker_set_rtt(cluster_, 1, 5'000);
  EXPECT_FALSE(append(kFirst, "0"));
  clock_.run_for(milliseconds(5));
  EXPECT_FALSE(append(kFirst, "1"));
  ASSERT_TRUE(run_until_answers(3));
  EXPECT_EQ(answers_[1].second, errc::maybe_appended);
  EXPECT_EQ(answers_[2].second, errc::unavailable);
  EXPECT_TRUE(producer_->answered(kFirst, 3));
}

TEST_F(ProducerTest, WhatABrokerRefusesForGoodIsNotSentAgain) {
  open();
  EXPECT_FALSE(append(kFirst, "before"));
  ASSERT_TRUE(run_until_answers(1));
  rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  EXPECT_FALSE(append(kFirst, "0"));
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(answers_[1].second, errc::too_large);
  rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  EXPECT_FALSE(append(kFirst, "1"));
  ASSERT_TRUE(run_until_answers(3));
  EXPECT_EQ(answers_[2].second, errc::unavailable);
  EXPECT_FALSE(append(kFirst, "after"));
  ASSERT_TRUE(run_until_answers(4));
  EXPECT_EQ(places_.at("after").offset, Offset{1});
}

TEST_F(ProducerTest, ClosingWritesWhatIsUnderWayAndCallsNobody) {
  open();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(append(kFirst, std::to_string(i)));
  producer_.reset();
  clock_.run_for(milliseconds(50));
  EXPECT_TRUE(answers_.empty());
  open();
  EXPECT_FALSE(append(kFirst, "after"));
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_EQ(places_.at("after").offset, Offset{100});
}

#ifdef SKAT_FAILPOINTS
class ProducerFailpoints : public ProducerTest {
 protected:
  void TearDown() override { ASSERT_TRUE(base::set_failpoints("")); }
};

TEST_F(ProducerFailpoints, WhatFailsBeforeItIsHandedOverIsRefusedAndNeverWritten) {
  open();
  ASSERT_TRUE(base::set_failpoints("kafka.before_produce:error:2"));
  EXPECT_FALSE(append(kFirst, "0"));
  EXPECT_EQ(append(kFirst, "refused"), errc::unavailable);
  EXPECT_FALSE(append(kFirst, "1"));
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(places_.at("0").offset, Offset{0});
  EXPECT_EQ(places_.at("1").offset, Offset{1});
  EXPECT_EQ(producer_->taken(kFirst), 2U);
}

TEST_F(ProducerFailpoints, AReportThatIsLostMakesAWrittenAppendUnknown) {
  open();
  ASSERT_TRUE(base::set_failpoints("kafka.delivery:error:1"));
  EXPECT_FALSE(append(kFirst, "0"));
  EXPECT_FALSE(append(kFirst, "1"));
  ASSERT_TRUE(run_until_answers(2));
  EXPECT_EQ(answers_.at(0).second, errc::maybe_appended);
  EXPECT_EQ(places_.at("1").offset, Offset{1}) << "the other one is there";
  EXPECT_TRUE(producer_->answered(kFirst, 2));
}

TEST_F(ProducerFailpoints, ADelayAfterTheHandOverDelaysTheTurnOnly) {
  open();
  ASSERT_TRUE(base::set_failpoints("kafka.after_produce:delay:1"));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(append(kFirst, "0"));
  ASSERT_TRUE(run_until_answers(1));
  EXPECT_GE(std::chrono::steady_clock::now() - began, base::kFailpointDelay);
  EXPECT_EQ(confirmed(), std::vector<std::string>{"0"});
}
#endif

}  // namespace
}  // namespace skat::log::kafka
