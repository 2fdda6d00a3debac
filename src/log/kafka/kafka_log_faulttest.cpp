// The log while brokers are killed, held and started again: three brokers (tools/services.mjs run --brokers 3 -- …).
// These tests run alone and leave every broker running and in sync.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/logger.hpp"
#include "log/errc.hpp"
#include "log/kafka/client.hpp"
#include "log/kafka/kafka_log.hpp"
#include "log/kafka/testing/append_load.hpp"
#include "log/kafka/testing/broker_control.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/service.hpp"
#include "log/testing/group_member.hpp"

namespace skat::log {
namespace {

using kafka::testing::AppendLoad;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Reads a partition to its end, for ever.
class Tail {
 public:
  Tail(Log& log, Partition partition) : reader_(log.read(partition, Offset{0})) { ask(); }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  void ask() {
    reader_->next(1'000, [this](result<LogReader::Batch> got) {
      ASSERT_TRUE(got) << got.error().message();
      for (auto& entry : *got) {
        EXPECT_TRUE(entries_.empty() || entries_.back().offset < entry.offset);
        entries_.push_back(std::move(entry));
      }
      ask();
    });
  }
  std::vector<Entry> entries_;
  std::unique_ptr<LogReader> reader_;
};

class KafkaFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kafka::testing::BrokerControl::is_there() || config_.replication_factor < 3) {
      GTEST_SKIP() << "needs tools/services.mjs run --brokers 3";
    }
    control_ = std::make_unique<kafka::testing::BrokerControl>();
    log_ = open();
    observer_ = std::move(kafka::open_client(config_, kafka::Role::control).client);
    ASSERT_TRUE(clock_.run_until([&] { return in_sync(); }, seconds(60)));
    for (std::uint32_t i = 0; i < config_.partitions; ++i)
      tails_.push_back(std::make_unique<Tail>(*log_, Partition{i}));
    load_ = std::make_unique<AppendLoad>(*log_, clock_.executor());
    ask_bounds();
    began_ = now();
    clock_.run_for(seconds(1));
  }
  void TearDown() override {
    if (!control_) return;
    load_.reset();
    for (const int broker : std::exchange(away_, {})) control_->order("start", broker);
    for (const int broker : std::exchange(held_, {})) control_->order("resume", broker);
    EXPECT_TRUE(clock_.run_until([&] { return control_->done(); }, seconds(100)));
    EXPECT_TRUE(clock_.run_until([&] { return in_sync(); }, seconds(60)));
    tails_.clear();
    log_.reset();
  }

  std::unique_ptr<Log> open() {
    auto opened = open_kafka_log(config_, clock_.executor());
    EXPECT_TRUE(opened.log) << opened.problem;
    return std::move(opened.log);
  }
  base::SteadyTime now() { return clock_.executor().now(); }
  void order(const char* verb, int broker, std::chrono::milliseconds limit = seconds(60)) {
    control_->order(verb, broker);
    EXPECT_TRUE(clock_.run_until([&] { return control_->done(); }, limit));
  }
  void kill(int broker) {
    away_.push_back(broker);
    order("kill", broker);
  }
  void start(const std::vector<int>& brokers) {
    for (const int broker : brokers) control_->order("start", broker);
    EXPECT_TRUE(clock_.run_until([&] { return control_->done(); }, seconds(100)));
    std::erase_if(away_, [&](int broker) { return std::ranges::count(brokers, broker) > 0; });
  }

  // What the brokers say of the topic: leaders, and whether every replica is in sync.
  struct Shape {
    std::vector<int> leaders;  // by partition; -1: none
    bool in_sync = true;
  };
  Shape shape() {
    Shape shape;
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(observer_.handle.get(), 0, observer_.topic.get(), &metadata, 500) != 0) {
      return {.leaders = {}, .in_sync = false};
    }
    const auto& topic = metadata->topics[0];
    shape.leaders.resize(config_.partitions, -1);
    shape.in_sync = topic.partition_cnt == static_cast<int>(config_.partitions) && metadata->broker_cnt == 3;
    for (int i = 0; i < topic.partition_cnt; ++i) {
      const auto& partition = topic.partitions[i];
      shape.leaders[static_cast<std::size_t>(partition.id)] = partition.leader;
      shape.in_sync &= partition.leader >= 0 && partition.isr_cnt == config_.replication_factor;
    }
    rd_kafka_metadata_destroy(metadata);
    return shape;
  }
  bool in_sync() { return shape().in_sync; }

  // -1: nobody says.
  int coordinator(const std::string& group) {
    const kafka::QueueHandle queue(rd_kafka_queue_new(observer_.handle.get()));
    const char* names[] = {group.c_str()};
    rd_kafka_DescribeConsumerGroups(observer_.handle.get(), names, 1, nullptr, queue.get());
    auto* event = rd_kafka_queue_poll(queue.get(), 5'000);
    if (event == nullptr) return -1;
    int id = -1;
    std::size_t count = 0;
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto** groups =
          rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(event), &count);
      if (count == 1 && rd_kafka_ConsumerGroupDescription_error(groups[0]) == nullptr) {
        id = rd_kafka_Node_id(rd_kafka_ConsumerGroupDescription_coordinator(groups[0]));
      }
    }
    rd_kafka_event_destroy(event);
    return id;
  }

  // Each question is answered, in time, and the end never goes back nor below what was confirmed before it.
  void ask_bounds() {
    if (!load_) return;
    const auto asked = now();
    const auto confirmed = load_->confirmed_end(kFirst);
    log_->bounds(kFirst, [this, asked, confirmed](const result<Bounds>& got) {
      longest_bounds_ = std::max(longest_bounds_, now() - asked);
      if (got) {
        EXPECT_GE(got->end, confirmed);
        EXPECT_GE(got->end, last_end_);
        last_end_ = got->end;
        ++answered_bounds_;
      } else {
        EXPECT_EQ(got.error(), errc::unavailable);
        ++refused_bounds_;
      }
      (void)clock_.executor().after(milliseconds(50), [this] { ask_bounds(); });
    });
  }

  // Until half a second has passed in which everything was confirmed.
  base::Duration until_all_is_well() {
    const auto began = now();
    while (now() - began < seconds(40)) {
      const auto from = now();
      clock_.run_for(milliseconds(500));
      const auto to = now();
      clock_.run_for(milliseconds(500));
      const auto last = load_->account(from, to);
      if (last.confirmed > 0 && last.refused + last.unknown == 0) break;
    }
    fmt::print("all is well again after {} ms\n", std::chrono::duration_cast<milliseconds>(now() - began).count());
    return now() - began;
  }

  // With the wait behind the batch before, and some time for this machine.
  [[nodiscard]] base::Duration longest_answer() const { return config_.delivery_timeout + seconds(3); }

  // The load stops; everything is answered in time, and a reader from then and those that went
  // through it all see the same: what was promised.
  void expect_kept() {
    load_->stop();
    EXPECT_TRUE(
        clock_.run_until([&] { return load_->all_answered(); }, std::chrono::ceil<milliseconds>(longest_answer())));
    const auto other = open();
    for (std::uint32_t i = 0; i < config_.partitions; ++i) {
      const Partition partition{i};
      std::optional<Offset> end;
      other->bounds(partition, [&](const result<Bounds>& got) { end = got.value().end; });
      ASSERT_TRUE(clock_.run_until([&] { return end.has_value(); }));
      const Tail late(*other, partition);
      const auto through = [&](const Tail& tail) {
        return !tail.entries().empty() && tail.entries().back().offset.next() >= *end;
      };
      ASSERT_TRUE(clock_.run_until([&] { return through(late) && through(*tails_[i]); }));
      load_->expect_kept(partition, late.entries());
      ASSERT_EQ(tails_[i]->entries().size(), late.entries().size());
      for (std::size_t at = 0; at < late.entries().size(); ++at) {
        ASSERT_EQ(tails_[i]->entries()[at].offset, late.entries()[at].offset);
        ASSERT_EQ(tails_[i]->entries()[at].value, late.entries()[at].value);
      }
    }
  }
  void report(const char* what, const AppendLoad::Account& account) {
    const auto ms = [](base::Duration time) { return std::chrono::duration_cast<milliseconds>(time).count(); };
    fmt::print(
        "{}: {} confirmed, {} refused (within {} ms), {} unknown; longest answer {} ms; bounds: {} answered, {} "
        "refused, longest {} ms\n",
        what, account.confirmed, account.refused, ms(account.longest_refusal), account.unknown, ms(account.longest),
        answered_bounds_, refused_bounds_, ms(longest_bounds_));
  }

  static constexpr Partition kFirst{0};
  // A second on an idle machine; the brokers' own elections take their time on a busy one.
  static constexpr auto kRecovers = seconds(40);
  kafka::Config config_ = kafka::testing::service_config();
  kafka::testing::ClockedExecutor clock_;
  std::unique_ptr<kafka::testing::BrokerControl> control_;
  kafka::Client observer_;
  std::vector<int> away_, held_;
  std::unique_ptr<Log> log_;
  std::vector<std::unique_ptr<Tail>> tails_;
  std::unique_ptr<AppendLoad> load_;
  base::SteadyTime began_{};
  base::Duration longest_bounds_{};
  Offset last_end_{0};
  int answered_bounds_ = 0, refused_bounds_ = 0;
};

// The brokers notice after broker.session.timeout.ms, 9 s; then another one leads.
TEST_F(KafkaFaults, TheLeaderIsKilledAndStartedAgain) {
  const int leader = shape().leaders[0];
  ASSERT_GT(leader, 0);
  const auto killed = now();
  kill(leader);
  clock_.run_for(seconds(14));
  const auto led_again = now();
  EXPECT_TRUE(clock_.run_until([&] { return shape().leaders[0] != leader && shape().leaders[0] >= 0; }));
  clock_.run_for(seconds(2));
  const auto stalled = load_->account(killed + seconds(2), killed + seconds(7));
  report("while nobody leads", stalled);
  EXPECT_GT(stalled.refused, 0U) << "the breaker is open";
  EXPECT_LE(stalled.longest_refusal, milliseconds(200)) << "and refuses at once";
  EXPECT_LE(until_all_is_well(), kRecovers) << "with a new leader, without the old one";
  report("with a new leader", load_->account(led_again, now()));
  start({leader});
  EXPECT_TRUE(clock_.run_until([&] { return in_sync(); }, seconds(40)));
  EXPECT_LE(until_all_is_well(), kRecovers);
  expect_kept();
  const auto all = load_->account(began_, now());
  report("all", all);
  EXPECT_LE(all.longest, longest_answer());
  EXPECT_LE(longest_bounds_, longest_answer()) << "behind the appends before them";
}

TEST_F(KafkaFaults, EveryBrokerIsAwayForTenSeconds) {
  const auto killed = now();
  for (const int broker : {1, 2, 3}) kill(broker);
  clock_.run_for(seconds(10));
  const auto away = load_->account(killed + milliseconds(2'000), now());
  report("while all are away", away);
  EXPECT_EQ(away.confirmed, 0U);
  EXPECT_GT(away.refused, 2'000U);
  EXPECT_LE(away.longest_refusal, milliseconds(200));
  start({1, 2, 3});
  ASSERT_TRUE(clock_.run_until([&] { return in_sync(); }, seconds(40)));
  EXPECT_LE(until_all_is_well(), kRecovers);
  expect_kept();
  const auto all = load_->account(began_, now());
  report("all", all);
  EXPECT_LE(all.longest, longest_answer());
}

// It keeps its connections and answers nothing: only time-outs tell.
TEST_F(KafkaFaults, TheLeaderIsHeldForSixSeconds) {
  const int leader = shape().leaders[0];
  ASSERT_GT(leader, 0);
  held_.push_back(leader);
  const auto held = now();
  order("pause", leader);
  clock_.run_for(seconds(6));
  const auto stalled = load_->account(held + seconds(2), now() - milliseconds(200));
  report("while it is held", stalled);
  EXPECT_GT(stalled.refused, 0U);
  EXPECT_LE(stalled.longest_refusal, milliseconds(200));
  order("resume", leader);
  held_.clear();
  ASSERT_TRUE(clock_.run_until([&] { return in_sync(); }, seconds(40)));
  clock_.run_for(seconds(3));
  expect_kept();
  report("all", load_->account(began_, now()));
}

TEST_F(KafkaFaults, MembersShareAgainWhenTheirCoordinatorHasBeenKilled) {
  load_->stop();
  const auto other = open();
  const auto group = testing::new_group();
  testing::GroupMember::Holders holders;
  testing::GroupMember first(*log_, group, holders), second(*other, group, holders);
  const auto shared = [&] { return first.held() > 0 && second.held() > 0 && holders.size() == config_.partitions; };
  ASSERT_TRUE(clock_.run_until(shared));
  const int broker = coordinator(group);
  ASSERT_GT(broker, 0);
  kill(broker);
  clock_.run_for(seconds(12));
  EXPECT_TRUE(clock_.run_until([&] { return coordinator(group) > 0 && coordinator(group) != broker; }));
  EXPECT_TRUE(clock_.run_until(shared, seconds(30))) << "by another coordinator";
  start({broker});
  second.leave();
  EXPECT_TRUE(clock_.run_until([&] { return second.left() && first.held() == config_.partitions; }, seconds(30)));
}

TEST_F(KafkaFaults, AMemberOfSilentBrokersLosesEverythingLeavesInTimeAndItsLogCloses) {
  load_->stop();
  config_.session_timeout = seconds(6);
  auto other = open();
  testing::GroupMember::Holders holders;
  testing::GroupMember member(*other, testing::new_group(), holders);
  ASSERT_TRUE(clock_.run_until([&] { return holders.size() == config_.partitions; }));
  for (const int broker : {1, 2, 3}) {
    held_.push_back(broker);
    order("pause", broker);
  }
  EXPECT_TRUE(clock_.run_until([&] { return holders.empty(); }, config_.session_timeout + seconds(3)));
  const auto asked = now();
  member.leave();
  EXPECT_TRUE(clock_.run_until([&] { return member.left(); }));
  EXPECT_LE(now() - asked, config_.leave_timeout + milliseconds(500));
  member.vanish();
  const auto began = std::chrono::steady_clock::now();
  other.reset();
  EXPECT_LE(std::chrono::steady_clock::now() - began, seconds(10));
}

}  // namespace
}  // namespace skat::log

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (std::getenv("SKAT_TEST_KAFKA") == nullptr && !GTEST_FLAG_GET(list_tests)) {
    fmt::print(stderr,
               "SKAT_TEST_KAFKA is not set; run: node tools/services.mjs run --brokers 3 -- ctest -L service\n");
    return 1;
  }
  skat::base::configure_logger(skat::base::LogLevel::error, skat::base::LogFormat::text);
  return RUN_ALL_TESTS();
}
