// Members of a group against real brokers: what the conformance suite does not ask. Each member has a log of its own,
// as each process has.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/logger.hpp"
#include "log/kafka/kafka_log.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/member_process.hpp"
#include "log/kafka/testing/service.hpp"
#include "log/testing/group_member.hpp"

namespace skat::log {
namespace {

using std::chrono::milliseconds;
using testing::GroupMember;

class KafkaMembersTest : public ::testing::Test {
 protected:
  KafkaMembersTest() {
    config_.partitions = 12;
    config_.session_timeout = milliseconds(6'000);  // the least that brokers allow
  }
  std::unique_ptr<Log> open(kafka::testing::ClockedExecutor& clock) {
    auto opened = open_kafka_log(config_, clock.executor());
    EXPECT_TRUE(opened.log) << opened.problem;
    return std::move(opened.log);
  }

  kafka::Config config_ = kafka::testing::service_config();
  const std::string group_ = testing::new_group();
  kafka::testing::ClockedExecutor clock_;
  GroupMember::Holders holders_;
};

TEST_F(KafkaMembersTest, OneThatIsKilledIsFollowedWithinTheSessionTimeout) {
  const auto log = open(clock_), other = open(clock_);
  GroupMember first(*log, group_, holders_), second(*other, group_, holders_);
  kafka::testing::MemberProcess third(config_.topic, group_);
  ASSERT_TRUE(clock_.run_until([&] { return first.held() == 4 && second.held() == 4; }, milliseconds(60'000)));
  third.kill();
  clock_.run_for(milliseconds(3'000));
  EXPECT_EQ(holders_.size(), 8U) << "nobody can know yet that it has gone";
  EXPECT_TRUE(clock_.run_until([&] { return first.held() == 6 && second.held() == 6; },
                               config_.session_timeout + milliseconds(4'000)));
}

TEST_F(KafkaMembersTest, AMemberMayGoAtAnyMoment) {
  const auto log = open(clock_), other = open(clock_);
  GroupMember stays(*log, group_, holders_);
  ASSERT_TRUE(clock_.run_until([&] { return stays.held() == 12; }));
  for (int i = 0; i < 10; ++i) {
    GroupMember::Holders held_by_other;  // it goes without a word
    GroupMember passes(*other, group_, held_by_other);
    clock_.run_for(milliseconds(i * 150));
  }
  // The good-byes are said one after another, each after the group's answer.
  EXPECT_TRUE(clock_.run_until([&] { return stays.held() == 12; }, milliseconds(60'000)));
}

TEST_F(KafkaMembersTest, NoPartitionEverHasTwoHoldersWhileOthersComeAndGo) {
  const auto log = open(clock_), other = open(clock_);
  GroupMember stays(*log, group_, holders_);
  for (int i = 0; i < 5; ++i) {
    GroupMember passes(*other, group_, holders_);
    clock_.run_for(milliseconds(300 * (i + 1)));
    passes.leave();
    ASSERT_TRUE(clock_.run_until([&] { return passes.left(); }));
  }
  EXPECT_TRUE(clock_.run_until([&] { return stays.held() == 12; }));
}

TEST_F(KafkaMembersTest, OneThatStandsStillLosesEverythingAndLearnsIt) {
  config_.max_poll_interval = config_.session_timeout;
  kafka::testing::ClockedExecutor still;
  const auto log = open(clock_), other = open(still);
  GroupMember::Holders held_by_other;
  GroupMember member(*log, group_, holders_), stopped(*other, group_, held_by_other);
  ASSERT_TRUE(clock_.run_until([&] {
    still.run_for(milliseconds(1));
    return member.held() == 6 && stopped.held() == 6;
  }));
  EXPECT_TRUE(clock_.run_until([&] { return member.held() == 12; }, milliseconds(15'000)));
  EXPECT_EQ(stopped.held(), 6U);
  EXPECT_TRUE(still.run_until([&] { return stopped.held() == 0; }));
  EXPECT_TRUE(clock_.run_until([&] {
    still.run_for(milliseconds(1));
    return member.held() == 6 && stopped.held() == 6;
  }));
}

TEST_F(KafkaMembersTest, AMemberFetchesNothing) {
  base::configure_logger(base::LogLevel::debug, base::LogFormat::text);
  config_.properties["debug"] = "protocol";
  ::testing::internal::CaptureStderr();
  const auto log = open(clock_);
  GroupMember member(*log, group_, holders_);
  EXPECT_TRUE(clock_.run_until([&] { return member.held() == 12; }));
  int appended = 0;
  for (std::uint32_t i = 0; i < 12; ++i) {
    log->append(Partition{i}, "key", "value", [&](const result<Appended>& got) { appended += got ? 1 : 0; });
  }
  EXPECT_TRUE(clock_.run_until([&] { return appended == 12; }));
  clock_.run_for(milliseconds(1'500));
  const auto told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("Sent HeartbeatRequest"), std::string::npos);
  EXPECT_EQ(told.find("FetchRequest"), std::string::npos) << "neither records nor offsets";

  ::testing::internal::CaptureStderr();
  bool read = false;
  const auto reader = log->read(Partition{0}, Offset{0});
  reader->next(1, [&](const result<LogReader::Batch>&) { read = true; });
  EXPECT_TRUE(clock_.run_until([&] { return read; }));
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("Sent FetchRequest"), std::string::npos)
      << "a fetch would have been seen";
  base::configure_logger(base::LogLevel::error, base::LogFormat::text);
}

}  // namespace
}  // namespace skat::log
