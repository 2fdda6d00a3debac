#include "base/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/testing/manual_executor.hpp"

namespace skat::base {

using testing::ManualExecutor;

TEST(Mailbox, GivesWhatGatheredAsOneBatchInOrder) {
  ManualExecutor executor;
  std::vector<std::vector<int>> batches;
  Mailbox<int> mailbox("test", 10, executor, [&](std::vector<int>& batch) { batches.push_back(batch); });
  EXPECT_TRUE(mailbox.push(1));
  EXPECT_TRUE(mailbox.push(2));
  EXPECT_EQ(executor.run(), 1U) << "a burst costs one wake-up";
  EXPECT_TRUE(mailbox.push(3));
  executor.run();
  EXPECT_EQ(batches, (std::vector<std::vector<int>>{{1, 2}, {3}}));
}

TEST(Mailbox, RefusesBeyondItsCapacityAndCountsIt) {
  ManualExecutor executor;
  Mailbox<int> mailbox("test", 2, executor, [](std::vector<int>&) {});
  EXPECT_TRUE(mailbox.push(1));
  EXPECT_TRUE(mailbox.push(2));
  EXPECT_FALSE(mailbox.push(3));
  EXPECT_EQ(mailbox.stats().rejected, 1U);
  EXPECT_EQ(mailbox.stats().depth, 2U);
  executor.run();
  EXPECT_TRUE(mailbox.push(4));
}

TEST(Mailbox, MayBeDestroyedWithAWakeUpUnderWay) {
  ManualExecutor executor;
  bool handled = false;
  {
    Mailbox<int> mailbox("test", 2, executor, [&](std::vector<int>&) { handled = true; });
    EXPECT_TRUE(mailbox.push(1));
  }
  executor.run();
  EXPECT_FALSE(handled);
}

TEST(Mailbox, LosesNothingBetweenThreads) {
  ManualExecutor executor;
  std::size_t received = 0;
  Mailbox<int> mailbox("test", 1'000'000, executor, [&](std::vector<int>& batch) { received += batch.size(); });
  constexpr std::size_t kEach = 20'000;
  const auto send = [&] {
    for (std::size_t i = 0; i < kEach; ++i) ASSERT_TRUE(mailbox.push(1));
  };
  std::thread a(send), b(send);
  EXPECT_TRUE(executor.run_until([&] { return received == 2 * kEach; }));
  a.join();
  b.join();
}

}  // namespace skat::base
