#include "engineio/deadline_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/testing/manual_executor.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;

struct Thing : DeadlineHook {
  explicit Thing(int number) : name(number) {}
  int name;
};

class DeadlineQueueTest : public testing::Test {
 protected:
  base::SteadyTime in(base::Duration delay) const { return executor_.now() + delay; }

  base::testing::ManualExecutor executor_;
  std::vector<int> due_;
  DeadlineQueue queue_{executor_, [this](DeadlineHook& hook) { due_.push_back(static_cast<Thing&>(hook).name); }};
};

TEST_F(DeadlineQueueTest, GivesEachOnceItsTimeHasCome) {
  Thing a(1), b(2);
  queue_.push(a, in(10ms));
  queue_.push(b, in(20ms));
  executor_.advance(9ms);
  EXPECT_TRUE(due_.empty());
  executor_.advance(1ms);
  EXPECT_EQ(due_, (std::vector{1}));
  executor_.advance(10ms);
  EXPECT_EQ(due_, (std::vector{1, 2}));
}

TEST_F(DeadlineQueueTest, KeepsOneTimerForAll) {
  std::vector<std::unique_ptr<Thing>> things;
  for (int i = 0; i < 100; ++i) {
    things.push_back(std::make_unique<Thing>(i));
    queue_.push(*things.back(), in(std::chrono::milliseconds(100 + i)));
  }
  EXPECT_EQ(executor_.timer_count(), 1u);
  executor_.advance(1s);
  EXPECT_EQ(due_.size(), 100u);
  EXPECT_EQ(executor_.timer_count(), 0u);
}

TEST_F(DeadlineQueueTest, SortsOneThatIsDueBeforeItsElders) {
  Thing late(1), early(2);
  queue_.push(late, in(20ms));
  queue_.push(early, in(10ms));
  executor_.advance(10ms);
  EXPECT_EQ(due_, (std::vector{2}));
  executor_.advance(10ms);
  EXPECT_EQ(due_, (std::vector{2, 1}));
}

TEST_F(DeadlineQueueTest, ForgetsWhatWasUnlinkedOrDestroyed) {
  Thing unlinked(1);
  queue_.push(unlinked, in(10ms));
  {
    Thing destroyed(2);
    queue_.push(destroyed, in(10ms));
  }
  Thing kept(3);
  queue_.push(kept, in(10ms));
  unlinked.unlink();
  executor_.advance(1s);
  EXPECT_EQ(due_, (std::vector{3}));
}

TEST_F(DeadlineQueueTest, MovesWhatIsPushedAgain) {
  Thing thing(1);
  queue_.push(thing, in(10ms));
  executor_.advance(5ms);
  queue_.push(thing, in(10ms));
  executor_.advance(9ms);
  EXPECT_TRUE(due_.empty());
  executor_.advance(1ms);
  EXPECT_EQ(due_, (std::vector{1}));
}

TEST(DeadlineQueue, MayPushAndDestroyFromWithinADueCall) {
  base::testing::ManualExecutor executor;
  int calls = 0;
  auto second = std::make_unique<Thing>(2);
  DeadlineQueue* self = nullptr;
  DeadlineQueue queue(executor, [&](DeadlineHook& hook) {
    ++calls;
    second.reset();
    if (calls < 3) self->push(hook, executor.now() + 10ms);
  });
  self = &queue;
  Thing first(1);
  queue.push(first, executor.now() + 10ms);
  queue.push(*second, executor.now() + 10ms);
  executor.advance(1s);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace skat::engineio
