#include "base/io_thread.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <vector>

namespace skat::base {
namespace {

using namespace std::chrono_literals;

TEST(IoThread, RunsPostedTasksInOrderOnItsOwnThread) {
  IoThread thread("test");
  std::promise<std::vector<int>> done;
  std::vector<int> order;
  bool inside = false;
  thread.post([&] {
    order.push_back(1);
    inside = thread.in_this_thread();
    thread.post([&] {
      order.push_back(2);
      done.set_value(order);
    });
  });
  EXPECT_EQ(done.get_future().get(), (std::vector{1, 2}));
  EXPECT_TRUE(inside);
  EXPECT_FALSE(thread.in_this_thread());
}

TEST(IoThread, FiresTimersInTheirOrderAndNeverACancelledOne) {
  IoThread thread("test");
  std::promise<void> done;
  std::vector<int> order;
  thread.post([&] {
    (void)thread.after(20ms, [&] {
      order.push_back(2);
      done.set_value();
    });
    (void)thread.after(5ms, [&] { order.push_back(1); });
    const auto never = thread.after(1ms, [&] { order.push_back(0); });
    thread.cancel(never);
    thread.cancel(never);
    thread.cancel(Executor::TimerId::none);
  });
  done.get_future().get();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(IoThread, AnExpiredTimerThatIsCancelledInTheSameTurnDoesNotFire) {
  IoThread thread("test");
  std::promise<void> done;
  bool fired = false;
  thread.post([&] {
    const auto id = thread.after(0ms, [&] { fired = true; });
    std::this_thread::sleep_for(2ms);
    thread.cancel(id);
    (void)thread.after(5ms, [&] { done.set_value(); });
  });
  done.get_future().get();
  EXPECT_FALSE(fired);
}

TEST(IoThread, DestroysUnrunWhatWaitsWhenItEnds) {
  const auto token = std::make_shared<int>(0);
  std::promise<void> waiting;
  bool ran = false;
  {
    IoThread thread("test");
    thread.post([&] {
      (void)thread.after(1h, [&, token] { ran = true; });
      waiting.set_value();
    });
    waiting.get_future().get();
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(IoThread, AfterJoinItsObjectsMayGoInTheCallersThread) {
  IoThread thread("test");
  auto* const number = new int(0);
  thread.post([&thread, number] {
    ++*number;
    (void)thread.after(1h, [number] { ++*number; });
  });
  std::promise<void> done;
  thread.post([&] { done.set_value(); });
  done.get_future().get();
  thread.join();
  EXPECT_EQ(*number, 1);
  delete number;
  thread.join();
}

TEST(IoThread, WritingToAPeerThatHasGoneIsAnErrorAndNoSignal) {
  IoThread thread("test");
  std::promise<int> outcome;
  thread.post([&] {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    ::close(ends[1]);
    outcome.set_value(::write(ends[0], "x", 1) < 0 ? errno : 0);
    ::close(ends[0]);
  });
  EXPECT_EQ(outcome.get_future().get(), EPIPE);
}

}  // namespace
}  // namespace skat::base
