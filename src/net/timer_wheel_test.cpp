#include "net/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace skat::net {
namespace {

TEST(TimerWheel, FiresAtItsTickAndNotBefore) {
  TimerWheel wheel;
  int fired = 0;
  (void)wheel.add(100, [&] { ++fired; });
  EXPECT_FALSE(wheel.pop(99));
  auto task = wheel.pop(100);
  ASSERT_TRUE(task);
  task();
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(wheel.pop(1'000));
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, EqualTicksFireInTheOrderTheyWereAdded) {
  TimerWheel wheel;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) (void)wheel.add(5'000, [&, i] { order.push_back(i); });
  EXPECT_FALSE(wheel.pop(4'990));  // by now they lie on the lowest level
  (void)wheel.add(5'000, [&] { order.push_back(5); });
  while (auto task = wheel.pop(5'000)) task();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(TimerWheel, ACancelledTimerNeverFires) {
  TimerWheel wheel;
  int fired = 0;
  const auto kept = wheel.add(10, [&] { fired += 1; });
  const auto dropped = wheel.add(10, [&] { fired += 100; });
  const auto far = wheel.add(100'000, [&] { fired += 100; });
  wheel.cancel(dropped);
  wheel.cancel(dropped);
  wheel.cancel(far);
  while (auto task = wheel.pop(1'000'000)) task();
  EXPECT_EQ(fired, 1);
  const auto reused = wheel.add(2'000'000, [&] { fired += 10; });
  wheel.cancel(kept);  // its place has a new owner
  EXPECT_NE(reused, kept);
  while (auto task = wheel.pop(2'000'000)) task();
  EXPECT_EQ(fired, 11);
}

TEST(TimerWheel, ATaskMayCancelAnotherThatIsDueAtTheSameTick) {
  TimerWheel wheel;
  int fired = 0;
  std::uint64_t second = 0;
  (void)wheel.add(7, [&] {
    ++fired;
    wheel.cancel(second);
  });
  second = wheel.add(7, [&] { ++fired; });
  while (auto task = wheel.pop(7)) task();
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, ATickThatHasPassedMeansTheNext) {
  TimerWheel wheel;
  EXPECT_FALSE(wheel.pop(500));
  (void)wheel.add(3, [] {});
  EXPECT_FALSE(wheel.pop(500));
  EXPECT_TRUE(wheel.pop(501));
}

TEST(TimerWheel, AgreesWithASortedListOverAllLevels) {
  std::mt19937_64 random(7);  // NOLINT: the test must repeat
  TimerWheel wheel;
  std::vector<TimerWheel::Tick> due, fired;
  TimerWheel::Tick now = 0;
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 10; ++i) {
      const unsigned bits = static_cast<unsigned>(random() % 27);
      const auto tick = now + 1 + random() % (std::uint64_t{1} << bits);
      due.push_back(tick);
      (void)wheel.add(tick, [&fired, tick] { fired.push_back(tick); });
    }
    now += random() % (std::uint64_t{1} << (round % 20));
    const auto next = wheel.next_tick();
    const auto earliest = std::min_element(due.begin(), due.end());
    ASSERT_TRUE(next && *next <= *earliest);
    while (auto task = wheel.pop(now)) task();
    for (const auto tick : fired) ASSERT_LE(tick, now);
    ASSERT_TRUE(std::is_sorted(fired.begin(), fired.end()));
    std::sort(due.begin(), due.end());
    const auto split = std::upper_bound(due.begin(), due.end(), now);
    ASSERT_EQ(fired, std::vector<TimerWheel::Tick>(due.begin(), split));
    due.erase(due.begin(), split);
    fired.clear();
    ASSERT_EQ(wheel.size(), due.size());
  }
}

TEST(TimerWheel, AnIdleTimeOfYearsIsNoLoopOverItsTicks) {
  TimerWheel wheel;
  const TimerWheel::Tick years = TimerWheel::kMaxAhead - 5;
  (void)wheel.add(years, [] {});
  EXPECT_FALSE(wheel.pop(years - 1));
  EXPECT_TRUE(wheel.pop(years));
  (void)wheel.add(years + TimerWheel::kMaxAhead, [] {});  // the top level goes round
  EXPECT_FALSE(wheel.pop(years + TimerWheel::kMaxAhead - 1));
  EXPECT_TRUE(wheel.pop(years + TimerWheel::kMaxAhead));
}

}  // namespace
}  // namespace skat::net
