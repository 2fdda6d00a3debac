// What every sibling of the log must hold about groups: the second part of the suite of log_conformance.hpp.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>

#include "log/log_conformance.hpp"
#include "log/testing/group_member.hpp"

namespace skat::log::testing {

TEST_P(LogConformance, AMemberAloneHoldsEveryPartition) {
  GroupMember::Holders holders;
  GroupMember member(log(), new_group(), holders);
  EXPECT_EQ(member.held(), 0U) << "nothing is called from inside a call";
  EXPECT_TRUE(harness_->run_until([&] { return member.held() == log().partition_count(); }));
}

TEST_P(LogConformance, WhoLeavesGivesEverythingBackAndMayComeAgain) {
  const auto group = new_group();
  GroupMember::Holders holders;
  for (int i = 0; i < 2; ++i) {
    GroupMember member(log(), group, holders);
    ASSERT_TRUE(harness_->run_until([&] { return member.held() == log().partition_count(); }));
    member.leave();
    EXPECT_EQ(member.held(), log().partition_count()) << "nothing is called from inside a call";
    EXPECT_FALSE(member.left());
    ASSERT_TRUE(harness_->run_until([&] { return member.left(); }));
    EXPECT_EQ(member.held(), 0U);
  }
}

TEST_P(LogConformance, WhoLeavesBeforeItHoldsAnythingHasLeft) {
  GroupMember::Holders holders;
  GroupMember member(log(), new_group(), holders);
  member.leave();
  EXPECT_TRUE(harness_->run_until([&] { return member.left(); }));
  harness_->run_for_a_while();
  EXPECT_EQ(member.held(), 0U);
}

TEST_P(LogConformance, AMemberThatIsDestroyedIsNotCalled) {
  GroupMember::Holders holders;
  {
    GroupMember joining(log(), new_group(), holders);
  }
  GroupMember leaving(log(), new_group(), holders);
  leaving.leave();
  leaving.vanish();
  harness_->run_for_a_while();
  EXPECT_TRUE(holders.empty());
  EXPECT_FALSE(leaving.left());
}

TEST_P(LogConformance, AMembershipMayBeDestroyedWhereItIsCalled) {
  struct Once final : Membership::Listener {
    void on_gained(std::span<const Partition> partitions) override {
      membership.reset();
      gained += partitions.size();
    }
    void on_lost(std::span<const Partition>) override { FAIL(); }
    std::unique_ptr<Membership> membership;
    std::size_t gained = 0;
  } listener;
  listener.membership = log().join(new_group(), listener);
  EXPECT_TRUE(harness_->run_until([&] { return listener.gained == log().partition_count(); }));
  harness_->run_for_a_while();
}

TEST_P(LogConformance, GroupsDoNotShare) {
  GroupMember::Holders live, archive;
  GroupMember owner(log(), new_group(), live), archiver(log(), new_group(), archive);
  EXPECT_TRUE(harness_->run_until(
      [&] { return owner.held() == log().partition_count() && archiver.held() == log().partition_count(); }));
}

TEST_P(LogConformance, TwoMembersShareAndOneThatLeavesIsFollowedByTheOther) {
  const auto other = harness_->open_another();
  if (!other) return;
  const auto group = new_group();
  GroupMember::Holders holders;
  GroupMember first(log(), group, holders), second(*other, group, holders);
  const auto shared = [&] {
    return first.held() > 0 && second.held() > 0 && first.held() + second.held() == log().partition_count();
  };
  ASSERT_TRUE(harness_->run_until(shared));
  harness_->run_for_a_while();
  EXPECT_TRUE(shared()) << "it has settled";
  second.leave();
  EXPECT_TRUE(harness_->run_until([&] { return second.left() && first.held() == log().partition_count(); }));
}

}  // namespace skat::log::testing
