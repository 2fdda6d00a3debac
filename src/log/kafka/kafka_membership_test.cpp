// A member's roads through trouble, against librdkafka's own mock of a cluster. What members agree on is tested with
// real brokers.
#include "log/kafka/kafka_membership.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>

#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/mock_cluster.hpp"

namespace skat::log::kafka {
namespace {

using std::chrono::milliseconds;
constexpr std::int16_t kHeartbeat = 12;  // the request's number in the protocol
constexpr int kBroker = 1;

class MembershipTest : public ::testing::Test, public Membership::Listener {
 protected:
  MembershipTest() {
    config_.brokers = mock_.brokers();
    config_.topic = "log";
    config_.partitions = 4;
    config_.session_timeout = milliseconds(3'500);  // the mock's groups begin after three seconds
    config_.heartbeat_interval = milliseconds(200);
    config_.rejoin_pause = milliseconds(100);
    config_.leave_timeout = milliseconds(500);
  }
  void join() {
    member_.emplace(config_, "group", clock_.executor(), worker_, *this, [this] { gone_ = true; });
    ASSERT_TRUE(clock_.run_until([&] { return held_.size() == 4; }));
  }
  void on_gained(std::span<const Partition> partitions) override { held_.insert(partitions.begin(), partitions.end()); }
  void on_lost(std::span<const Partition> partitions) override {
    for (const auto partition : partitions) EXPECT_EQ(held_.erase(partition), 1U);
  }

  Config config_;
  testing::MockCluster mock_{"log", 4};
  testing::ClockedExecutor clock_;
  base::Worker worker_{"test", 16};
  std::set<Partition> held_;
  bool gone_ = false;
  std::optional<KafkaMembership> member_;
};

TEST_F(MembershipTest, WhoHearsNoBrokerForTheSessionTimeoutGivesEverythingUpAndComesBack) {
  join();
  rd_kafka_mock_broker_set_down(mock_.get(), kBroker);
  clock_.run_for(milliseconds(700));
  EXPECT_EQ(held_.size(), 4U) << "a short silence costs nothing";
  ASSERT_TRUE(clock_.run_until([&] { return held_.empty(); }, milliseconds(6'000)));
  rd_kafka_mock_broker_set_up(mock_.get(), kBroker);
  EXPECT_TRUE(clock_.run_until([&] { return held_.size() == 4; }));
}

TEST_F(MembershipTest, AnErrorThatEndsTheMemberIsFollowedByANewOne) {
  join();
  rd_kafka_mock_push_request_errors(mock_.get(), kHeartbeat, 1, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
  ASSERT_TRUE(clock_.run_until([&] { return held_.empty(); }));
  EXPECT_TRUE(clock_.run_until([&] { return held_.size() == 4; }));
}

TEST_F(MembershipTest, AGoodByeWithoutAnAnswerIsBounded) {
  join();
  rd_kafka_mock_broker_set_down(mock_.get(), kBroker);
  clock_.run_for(milliseconds(100));
  bool left = false;
  member_->leave([&] { left = true; });
  EXPECT_TRUE(clock_.run_until([&] { return held_.empty(); }, milliseconds(50))) << "at once";
  EXPECT_FALSE(left);
  EXPECT_TRUE(clock_.run_until([&] { return left; }, milliseconds(1'500)));
}

TEST_F(MembershipTest, AMemberThatCannotBeMadeTriesAgainUntilItLeaves) {
  config_.security.protocol = Security::Protocol::ssl;
  config_.security.ca_file = "/nowhere/ca.pem";
  member_.emplace(config_, "group", clock_.executor(), worker_, *this, [] {});
  clock_.run_for(milliseconds(350));
  bool left = false;
  member_->leave([&] { left = true; });
  EXPECT_TRUE(clock_.run_until([&] { return left; }, milliseconds(500)));
  EXPECT_TRUE(held_.empty());
}

TEST_F(MembershipTest, ALogThatIsReplacedTakesEverythingForGood) {
  join();
  member_->on_log_replaced();
  EXPECT_EQ(held_.size(), 4U) << "nothing is called from inside a call";
  ASSERT_TRUE(clock_.run_until([&] { return held_.empty(); }));
  clock_.run_for(milliseconds(500));
  EXPECT_TRUE(held_.empty());
  bool left = false;
  member_->leave([&] { left = true; });
  EXPECT_TRUE(clock_.run_until([&] { return left; }));
  EXPECT_FALSE(gone_);
  member_.reset();
  EXPECT_TRUE(gone_) << "its log knows";
}

}  // namespace
}  // namespace skat::log::kafka
