#include "gateway/people.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"

namespace skat::gateway {
namespace {

constexpr model::UserId kAda{{1}}, kBob{{2}};
using Reports = std::vector<std::vector<std::pair<model::UserId, bool>>>;

class PeopleTest : public ::testing::Test {
 protected:
  void pass() { loop_.advance(People::kReportAfter); }

  base::testing::ManualExecutor loop_;
  bool full_ = false;
  Reports reports_;
  People people_{loop_, [this](std::vector<chat::PersonHere> people) {
                   if (full_) return false;
                   auto& report = reports_.emplace_back();
                   for (const auto& person : people) report.emplace_back(person.user, person.here);
                   return true;
                 }};
};

TEST_F(PeopleTest, AUserIsHereFromTheFirstSocketToTheLast) {
  people_.enter(kAda);
  pass();
  people_.enter(kAda);
  people_.leave(kAda);
  pass();
  EXPECT_EQ(reports_, (Reports{{{kAda, true}}}));
  people_.leave(kAda);
  pass();
  EXPECT_EQ(reports_, (Reports{{{kAda, true}}, {{kAda, false}}}));
}

TEST_F(PeopleTest, WhatChangesWithinAMomentIsOneReportOfHowItIsNow) {
  for (int i = 0; i < 100; ++i) {
    people_.enter(kAda);
    people_.enter(kBob);
    people_.leave(kAda);
  }
  pass();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].size(), 2u);
  for (const auto& [user, here] : reports_[0]) EXPECT_EQ(here, user == kBob);
}

TEST_F(PeopleTest, AReportThatIsNotTakenIsMadeAgain) {
  full_ = true;
  people_.enter(kAda);
  pass();
  people_.leave(kAda);
  people_.enter(kBob);
  pass();
  full_ = false;
  pass();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].size(), 2u);
  pass();
  EXPECT_EQ(reports_.size(), 1u);
}

TEST_F(PeopleTest, WhoWasNotHereDoesNotLeave) {
  people_.leave(kAda);
  pass();
  EXPECT_TRUE(reports_.empty());
}

}  // namespace
}  // namespace skat::gateway
