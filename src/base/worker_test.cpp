#include "base/worker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace skat::base {

TEST(Worker, RunsRequestsInOrderAndFinishesThemBeforeItEnds) {
  std::vector<int> order;
  {
    Worker worker("test", 100);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(worker.submit([&order, i] { order.push_back(i); }));
  }
  ASSERT_EQ(order.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Worker, RefusesBeyondItsCapacity) {
  std::promise<void> gate;
  std::promise<void> running;
  Worker worker("test", 2);
  ASSERT_TRUE(worker.submit([&] {
    running.set_value();
    gate.get_future().wait();
  }));
  running.get_future().wait();
  EXPECT_TRUE(worker.submit([] {}));
  EXPECT_TRUE(worker.submit([] {}));
  EXPECT_FALSE(worker.submit([] {}));
  EXPECT_EQ(worker.waiting(), 2U);
  gate.set_value();
}

TEST(Worker, ARequestMayAwaitTheNext) {
  using std::chrono::seconds;
  Worker worker("test", 2);
  std::promise<bool> nobody, somebody;
  std::promise<void> awaiting;
  ASSERT_TRUE(worker.submit([&] {
    nobody.set_value(worker.await_request(std::chrono::microseconds(200)));
    awaiting.set_value();
    somebody.set_value(worker.await_request(seconds(60)));
  }));
  EXPECT_FALSE(nobody.get_future().get());
  awaiting.get_future().wait();
  ASSERT_TRUE(worker.submit([] {}));
  EXPECT_TRUE(somebody.get_future().get());
}

}  // namespace skat::base
