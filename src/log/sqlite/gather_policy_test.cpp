#include "log/sqlite/gather_policy.hpp"

#include <gtest/gtest.h>

namespace skat::log::sqlite {
namespace {

using std::chrono::microseconds;

constexpr base::SteadyTime kStart{std::chrono::seconds(1)};

TEST(GatherPolicy, ARecordThatComesAloneDoesNotWait) {
  GatherPolicy policy(microseconds(300));
  EXPECT_EQ(policy.patience(1, kStart, kStart), microseconds(0));
  policy.on_commit(1);
  policy.on_commit(2);
  EXPECT_EQ(policy.patience(1, kStart, kStart), microseconds(0));
}

TEST(GatherPolicy, TheFirstOfABurstWaitsForHalfOfIt) {
  GatherPolicy policy(microseconds(300));
  policy.on_commit(32);
  EXPECT_EQ(policy.patience(1, kStart, kStart), microseconds(300));
  EXPECT_EQ(policy.patience(1, kStart, kStart + microseconds(100)), microseconds(200));
  EXPECT_EQ(policy.patience(15, kStart, kStart + microseconds(299)), microseconds(1));
  EXPECT_EQ(policy.patience(1, kStart, kStart + microseconds(300)), microseconds(0));
  EXPECT_EQ(policy.patience(1, kStart, kStart + microseconds(500)), microseconds(0));
  EXPECT_EQ(policy.patience(16, kStart, kStart), microseconds(0));
}

TEST(GatherPolicy, ForgetsABurstAfterSomeSmallCommits) {
  GatherPolicy policy(microseconds(300));
  policy.on_commit(32);
  policy.on_commit(1);
  EXPECT_GT(policy.patience(1, kStart, kStart), microseconds(0));
  for (int i = 0; i < 12; ++i) policy.on_commit(1);
  EXPECT_EQ(policy.patience(1, kStart, kStart), microseconds(0));
}

TEST(GatherPolicy, NeverWaitsWhenItMayNot) {
  GatherPolicy policy(microseconds(0));
  policy.on_commit(1'000);
  EXPECT_EQ(policy.patience(1, kStart, kStart), microseconds(0));
}

}  // namespace
}  // namespace skat::log::sqlite
