#include "maintenance/rebuild.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/failpoint.hpp"
#include "maintenance/testing/conversation.hpp"
#include "maintenance/verify.hpp"

namespace skat::maintenance {
namespace {

using testing::Conversation;
using testing::World;

class RebuildTest : public ::testing::Test {
 protected:
  result<RebuildReport> try_rebuild() {
    return rebuild_blocking({*world_.asker, *world_.log, *world_.store, *world_.maintenance}, world_.progress);
  }
  RebuildReport rebuild() {
    auto report = try_rebuild();
    EXPECT_TRUE(report);
    return report ? std::move(*report) : RebuildReport{};
  }
  VerifyReport verify() {
    return verify_blocking(*world_.asker, *world_.log, *world_.maintenance, world_.progress).value();
  }

  World world_;
  Conversation talk_{world_};
};

TEST_F(RebuildTest, MakesTheSameStoreAgain) {
  talk_.talk();
  world_.archive();
  const auto before = verify();
  const auto epoch = world_.stored(0).epoch;
  const auto report = rebuild();
  EXPECT_EQ(report.refusal, "");
  EXPECT_EQ(report.before, before.hash);
  EXPECT_EQ(report.after, before.hash);
  EXPECT_EQ(report.events, Conversation::kTalkEvents);
  EXPECT_EQ(report.new_events, 0u);
  EXPECT_FALSE(report.resumed);
  const auto after = verify();
  EXPECT_EQ(after.findings.count(), 0u);
  EXPECT_EQ(after.hash, before.hash);
  EXPECT_EQ(world_.stored(0).epoch, epoch);
  EXPECT_EQ(world_.stored(0).snapshots_as_of, world_.stored(0).next_offset);
}

TEST_F(RebuildTest, MendsWhatWasChangedAndSaysThatTheHashesDiffer) {
  talk_.talk();
  world_.archive();
  const auto good = verify().hash;
  World::tamper(world_.store_path(), "UPDATE events SET body = '{}' WHERE seq = 4; DELETE FROM members");
  const auto report = rebuild();
  EXPECT_NE(report.before, good);
  EXPECT_EQ(report.after, good);
  EXPECT_EQ(verify().findings.count(), 0u);
}

TEST_F(RebuildTest, TakesWhatTheStoreDidNotHaveYetAfterTheComparison) {
  talk_.talk();
  world_.archive();
  talk_.say(1, 1, "not archived");
  const auto report = rebuild();
  EXPECT_EQ(report.before, report.after);
  EXPECT_EQ(report.new_events, 1u);
  EXPECT_EQ(verify().events, Conversation::kTalkEvents + 1);
}

TEST_F(RebuildTest, RefusesALogThatNoLongerHasItsBeginning) {
  talk_.talk();
  world_.archive();
  world_.trim(1, world_.bounds(1).end.value() - 1);
  const auto before = verify();
  const auto report = rebuild();
  EXPECT_NE(report.refusal.find("partition 1: the log begins at offset"), std::string::npos) << report.refusal;
  EXPECT_EQ(verify().hash, before.hash);
}

TEST_F(RebuildTest, RefusesAStoreWithEventsOfAnEarlierEpoch) {
  talk_.talk();
  world_.archive();
  World::tamper(world_.store_path(), "UPDATE log_progress SET epoch = epoch + 1");
  EXPECT_NE(rebuild().refusal.find("earlier epoch"), std::string::npos);
  EXPECT_EQ(verify().events, Conversation::kTalkEvents);
}

TEST_F(RebuildTest, RefusesAnotherLog) {
  talk_.talk();
  world_.archive();
  World::tamper(world_.store_path(), "UPDATE log_progress SET log_id = 'another'");
  EXPECT_NE(rebuild().refusal.find("`skat log adopt`"), std::string::npos);
}

#ifdef SKAT_FAILPOINTS
TEST_F(RebuildTest, GoesOnWhereItWasInterruptedAndStillComparesWithTheBeginning) {
  talk_.talk();
  world_.archive();
  const auto good = verify().hash;
  ASSERT_TRUE(base::set_failpoints("rebuild.after_batch:error:1"));
  EXPECT_FALSE(try_rebuild());
  ASSERT_TRUE(base::set_failpoints(""));
  world_.close();
  world_.open();
  EXPECT_LT(verify().events, Conversation::kTalkEvents);
  const auto report = rebuild();
  EXPECT_TRUE(report.resumed);
  EXPECT_EQ(report.before, good);
  EXPECT_EQ(report.after, good);
  EXPECT_EQ(report.events_before, Conversation::kTalkEvents);
  EXPECT_EQ(verify().findings.count(), 0u);
  EXPECT_FALSE(rebuild().resumed);
}

TEST_F(RebuildTest, WhatWasInterruptedIsAStoreThatOnlyStandsFurtherBack) {
  talk_.talk();
  world_.archive();
  const auto good = verify().hash;
  ASSERT_TRUE(base::set_failpoints("rebuild.after_batch:error:1"));
  EXPECT_FALSE(try_rebuild());
  ASSERT_TRUE(base::set_failpoints(""));
  EXPECT_EQ(verify().findings.count(), 0u);
  world_.archive();
  EXPECT_EQ(verify().hash, good);
}
#endif

}  // namespace
}  // namespace skat::maintenance
