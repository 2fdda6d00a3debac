#include "log/kafka/kafka_admin.hpp"

#include <gtest/gtest.h>

namespace skat::log::kafka {
namespace {

class TopicTest : public ::testing::Test {
 protected:
  TopicTest() {
    config_.topic = "chat.log";
    config_.partitions = 12;
    topic_.partitions = 12;
    topic_.replicas = 3;
    topic_.settings = {{"message.timestamp.type", "LogAppendTime"},
                       {"cleanup.policy", "delete"},
                       {"retention.ms", "604800000"},
                       {"retention.bytes", "-1"},
                       {"max.message.bytes", "1048588"},
                       {"unclean.leader.election.enable", "false"},
                       {"min.insync.replicas", "2"},
                       {"delete.retention.ms", "5000000000000123"}};
  }
  // The only problem (or warning) after one change.
  std::string problem(const char* name, const char* value) {
    auto topic = topic_;
    topic.settings[name] = value;
    const auto verdict = judge(topic, config_);
    EXPECT_EQ(verdict.problems.size(), 1U) << name << "=" << value;
    return verdict.problems.empty() ? "" : verdict.problems.front();
  }

  Config config_;
  TopicState topic_;
};

TEST_F(TopicTest, WhatSkatCreatesIsGood) {
  const auto verdict = judge(topic_, config_);
  EXPECT_TRUE(verdict.problems.empty());
  EXPECT_TRUE(verdict.warnings.empty());
}

TEST_F(TopicTest, EachWrongSettingIsNamedWithWhatItIsWhatItShouldBeAndHow) {
  const auto time = problem("message.timestamp.type", "CreateTime");
  EXPECT_NE(time.find("chat.log has message.timestamp.type=CreateTime"), std::string::npos) << time;
  EXPECT_NE(time.find("--entity-name chat.log --add-config message.timestamp.type=LogAppendTime"), std::string::npos);
  EXPECT_NE(problem("cleanup.policy", "compact").find("compaction"), std::string::npos);
  EXPECT_NE(problem("cleanup.policy", "compact,delete").find("cleanup.policy=compact,delete"), std::string::npos);
  EXPECT_NE(problem("retention.ms", "604799999").find("at least 604800000"), std::string::npos);
  EXPECT_NE(problem("retention.bytes", "1073741824").find("Skat needs -1"), std::string::npos);
  EXPECT_NE(problem("unclean.leader.election.enable", "true").find("needs false"), std::string::npos);
  EXPECT_NE(problem("max.message.bytes", "1000").find("at least 1048588"), std::string::npos);
  EXPECT_NE(problem("min.insync.replicas", "4").find("nothing can ever be appended"), std::string::npos);
}

TEST_F(TopicTest, UnlimitedRetentionIsGood) {
  topic_.settings["retention.ms"] = "-1";
  EXPECT_TRUE(judge(topic_, config_).problems.empty());
}

TEST_F(TopicTest, AnotherNumberOfPartitionsIsRefusedSinceItCanNeverChange) {
  topic_.partitions = 6;
  const auto verdict = judge(topic_, config_);
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_NE(verdict.problems[0].find("has 6 partitions, but the settings say 12"), std::string::npos);
}

TEST_F(TopicTest, ASettingThatTheBrokersDoNotTellIsAProblem) {
  for (const auto& name : {"cleanup.policy", "retention.ms", "max.message.bytes", "message.timestamp.type"}) {
    auto topic = topic_;
    topic.settings.erase(name);
    EXPECT_EQ(judge(topic, config_).problems.size(), 1U) << name;
  }
}

TEST_F(TopicTest, FewerReplicasAreALoudWarning) {
  topic_.replicas = 1;
  topic_.settings["min.insync.replicas"] = "1";
  const auto single = judge(topic_, config_);
  EXPECT_TRUE(single.problems.empty());
  ASSERT_EQ(single.warnings.size(), 1U);
  EXPECT_NE(single.warnings[0].find("one broker only"), std::string::npos);
  topic_.replicas = 3;
  EXPECT_EQ(judge(topic_, config_).warnings.size(), 1U) << "one of three may acknowledge";
  topic_.replicas = 2;
  topic_.settings["min.insync.replicas"] = "2";
  EXPECT_EQ(judge(topic_, config_).warnings.size(), 2U) << "and one broker away stops every send";
}

TEST_F(TopicTest, TheIdentityIsTheRandomNumberThatNobodyElseUses) {
  EXPECT_EQ(identity_of(topic_), "11c37937e0807b");
  topic_.settings["delete.retention.ms"] = "86400000";  // Kafka's default
  EXPECT_EQ(identity_of(topic_), std::nullopt);
  const auto verdict = judge(topic_, config_);
  ASSERT_EQ(verdict.problems.size(), 1U);
  EXPECT_NE(verdict.problems[0].find("no identity"), std::string::npos);
  EXPECT_NE(verdict.problems[0].find("--add-config delete.retention.ms="), std::string::npos);
}

}  // namespace
}  // namespace skat::log::kafka
