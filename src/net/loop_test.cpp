#include "net/loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include "base/mailbox.hpp"
#include "net/fd.hpp"
#include "net/loop_group.hpp"

namespace skat::net {
namespace {

using namespace std::chrono_literals;

TEST(Loop, RunsPostedTasksInOrder) {
  Loop loop("test");
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] {
      order.push_back(3);
      loop.stop();
    });
  });
  loop.post([&] { order.push_back(2); });
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Loop, KnowsItsThread) {
  Loop loop("test");
  bool inside = false;
  loop.post([&] {
    inside = loop.in_this_thread();
    loop.stop();
  });
  EXPECT_FALSE(loop.in_this_thread());
  loop.run();
  EXPECT_TRUE(inside);
}

TEST(Loop, WritingToAPeerThatHasGoneIsAnErrorAndNoSignal) {
  LoopGroup group("test", 1);
  std::promise<int> outcome;
  group.loops().front()->post([&] {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const Fd ours(ends[0]);
    Fd(ends[1]).reset();
    outcome.set_value(::write(ours.get(), "x", 1) < 0 ? errno : 0);
  });
  group.start();
  EXPECT_EQ(outcome.get_future().get(), EPIPE);
  group.stop();
  group.join();
}

TEST(Loop, ATimerIsNeverEarlyAndHardlyLate) {
  Loop loop("test");
  std::vector<base::Duration> late;
  for (const auto delay : {0ms, 1ms, 5ms, 12ms, 60ms, 120ms, 330ms, 500ms}) {
    const auto start = loop.now();
    (void)loop.after(delay, [&, start, delay] { late.push_back(loop.now() - start - delay); });
  }
  (void)loop.after(550ms, [&] { loop.stop(); });
  loop.run();
  ASSERT_EQ(late.size(), 8U);
  for (const auto by : late) {
    EXPECT_GE(by, 0ms);
    EXPECT_LT(by, 100ms);  // 5 ms and what a busy machine adds
  }
}

TEST(Loop, AnEarlierTimerSetLaterIsNotHeldUp) {
  Loop loop("test");
  std::vector<int> order;
  const auto far = loop.after(10s, [&] { order.push_back(10); });
  (void)loop.after(40ms, [&] {
    order.push_back(40);
    loop.stop();
  });
  (void)loop.after(10ms, [&] {
    order.push_back(1);
    loop.cancel(far);
  });
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 40}));
}

TEST(Loop, WhatNeverRanIsDestroyedWithTheLoop) {
  const auto token = std::make_shared<int>(0);
  {
    Loop loop("test");
    loop.post([token] {});
    (void)loop.after(1s, [token] {});
    EXPECT_EQ(token.use_count(), 3);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(LoopGroup, MailboxesCarryTasksBetweenLoops) {
  constexpr int kRounds = 2'000;
  std::atomic<int> seen = 0;
  LoopGroup group("pair", 2);
  Loop& a = *group.loops()[0];
  Loop& b = *group.loops()[1];
  base::TaskMailbox to_a("to a", 10'000, a), to_b("to b", 10'000, b);
  base::Function<void(int)> bounce;
  bounce = [&](int left) {
    ++seen;
    if (left == 0) return a.stop();
    auto& to = left % 2 == 0 ? to_a : to_b;
    ASSERT_TRUE(to.push([&, left] { bounce(left - 1); }));
  };
  ASSERT_TRUE(to_a.push([&] { bounce(kRounds); }));
  group.start();
  while (seen <= kRounds) std::this_thread::sleep_for(1ms);
  group.stop();
  group.join();
  EXPECT_EQ(seen, kRounds + 1);
}

}  // namespace
}  // namespace skat::net
