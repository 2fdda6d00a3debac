// Two brokers, each the leader of one partition.
#include "log/kafka/offset_query.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "log/errc.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/mock_cluster.hpp"

namespace skat::log::kafka {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class OffsetQueryTest : public ::testing::Test {
 protected:
  static constexpr Partition kFirst{0}, kSecond{1};

  OffsetQueryTest() {
    rd_kafka_mock_partition_set_leader(mock_.get(), "log", 0, 1);
    rd_kafka_mock_partition_set_leader(mock_.get(), "log", 1, 2);
    config_.brokers = mock_.brokers();
    config_.topic = "log";
    config_.partitions = 2;
    config_.query_timeout = milliseconds(500);
    control_ = std::move(open_client(config_, Role::control).client);
    query_.emplace(config_, 2, clock_.executor(), control_);
  }

  void write(Partition partition, int count) {
    std::array<char, 256> text{};
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", mock_.brokers(), text.data(), text.size());
    const ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size()));
    const TopicHandle topic(rd_kafka_topic_new(client.get(), "log", nullptr));
    for (int i = 0; i < count; ++i) {
      rd_kafka_produce(topic.get(), static_cast<std::int32_t>(partition.value()), RD_KAFKA_MSG_F_COPY, text.data(), 1,
                       "key", 3, nullptr);
    }
    ASSERT_EQ(rd_kafka_flush(client.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  // Both partitions at once.
  std::vector<result<Bounds>> ask() {
    std::optional<result<Bounds>> first, second;
    query_->ask(kFirst, OffsetQuery::Start::cached, [&](result<Bounds> got) { first = got; });
    query_->ask(kSecond, OffsetQuery::Start::cached, [&](result<Bounds> got) { second = got; });
    EXPECT_TRUE(clock_.run_until([&] { return first && second; }));
    return {*first, *second};
  }

  testing::MockCluster mock_{"log", 2, 2};
  Config config_;
  testing::ClockedExecutor clock_;
  Client control_;
  std::optional<OffsetQuery> query_;
};

TEST_F(OffsetQueryTest, TellsWhereEachPartitionEnds) {
  write(kFirst, 3);
  write(kSecond, 5);
  const auto found = ask();
  EXPECT_EQ(found[0].value().start, Offset{0});
  EXPECT_EQ(found[0].value().end, Offset{3});
  EXPECT_EQ(found[1].value().end, Offset{5});
  write(kFirst, 1);
  EXPECT_EQ(ask()[0].value().end, Offset{4});
}

TEST_F(OffsetQueryTest, QuestionsOfOneIntervalGetOneAnswer) {
  config_.query_interval = milliseconds(1'000);  // not over before they are asked, however busy the machine is
  query_.emplace(config_, 2, clock_.executor(), control_);
  write(kFirst, 1);
  ASSERT_TRUE(ask()[0]);
  std::vector<Offset> ends;
  for (int i = 0; i < 50; ++i) {
    query_->ask(kFirst, OffsetQuery::Start::cached,
                [&](const result<Bounds>& got) { ends.push_back(got.value().end); });
  }
  EXPECT_EQ(query_->waiting(), 50U);
  ASSERT_TRUE(clock_.run_until([&] { return !ends.empty(); }));
  EXPECT_EQ(ends, std::vector<Offset>(50, Offset{1}));
}

TEST_F(OffsetQueryTest, ASilentLeaderHoldsUpNobodyElseAndIsAskedAgain) {
  write(kFirst, 3);
  write(kSecond, 5);
  ASSERT_TRUE(ask()[1]);
  rd_kafka_mock_broker_set_down(mock_.get(), 2);
  auto found = ask();
  EXPECT_EQ(found[0].value().end, Offset{3});
  ASSERT_FALSE(found[1]);
  EXPECT_EQ(found[1].error(), errc::unavailable);
  // From now on the healthy one does not wait for the other.
  const auto began = Clock::now();
  for (int i = 0; i < 3; ++i) {
    std::optional<result<Bounds>> first, second;
    query_->ask(kSecond, OffsetQuery::Start::cached, [&](result<Bounds> got) { second = got; });
    query_->ask(kFirst, OffsetQuery::Start::cached, [&](result<Bounds> got) { first = got; });
    ASSERT_TRUE(clock_.run_until([&] { return first.has_value(); }));
    EXPECT_TRUE(*first);
    ASSERT_TRUE(clock_.run_until([&] { return second.has_value(); }));
  }
  EXPECT_LT(Clock::now() - began, 3 * config_.query_timeout) << "the silent one is asked briefly";
  rd_kafka_mock_broker_set_up(mock_.get(), 2);
  ASSERT_TRUE(clock_.run_until([&] { return ask()[1].has_value(); }));
  EXPECT_EQ(ask()[1].value().end, Offset{5});
}

TEST_F(OffsetQueryTest, NobodyIsCalledAfterItIsGone) {
  query_->ask(kFirst, OffsetQuery::Start::cached, [](const result<Bounds>&) { FAIL(); });
  query_.reset();
  clock_.run_for(milliseconds(20));
}

}  // namespace
}  // namespace skat::log::kafka
