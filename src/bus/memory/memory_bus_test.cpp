#include "bus/memory/memory_bus.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "bus/bus_conformance.hpp"

namespace skat::bus {
namespace {

class MemoryHarness final : public testing::BusHarness {
 public:
  Bus& bus() override { return *bus_; }
  bool run_until(const std::function<bool()>& done) override {
    executor_.run();  // all happens on this executor: what has not happened now never will
    return done();
  }
  std::string channel(const std::string& name) override { return "test:" + name; }
  void destroy_bus() override { bus_.reset(); }

 private:
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Bus> bus_ = make_memory_bus(executor_);
};

using testing::BusConformance;
INSTANTIATE_TEST_SUITE_P(Memory, BusConformance, ::testing::Values([] { return std::make_unique<MemoryHarness>(); }));

class MemoryBusLimits : public ::testing::Test {
 protected:
  void start(const memory::Config& config) {
    bus_ = make_memory_bus(executor_, config);
    bus_->start(listener_);
    bus_->subscribe("a", nullptr);
    executor_.run();
  }

  base::testing::ManualExecutor executor_;
  testing::RecordingListener listener_;
  std::unique_ptr<Bus> bus_;
};

TEST_F(MemoryBusLimits, DropsTheMessageThatPassesTheCountAndGoesOn) {
  start({.max_queued_messages = 3});
  for (const char* payload : {"1", "2", "3", "4"}) bus_->publish("a", base::share(payload));
  executor_.run();
  EXPECT_EQ(listener_.messages.size(), 3U);
  bus_->publish("a", base::share("5"));
  executor_.run();
  EXPECT_EQ(listener_.messages.back().second, "5");
}

TEST_F(MemoryBusLimits, DropsTheMessageThatPassesTheBytesAndTakesASmallerOne) {
  start({.max_queued_bytes = 100});
  bus_->publish("a", base::share(std::string(90, 'x')));
  bus_->publish("a", base::share(std::string(90, 'y')));
  bus_->publish("a", base::share("z"));
  executor_.run();
  ASSERT_EQ(listener_.messages.size(), 2U);
  EXPECT_EQ(listener_.messages[1].second, "z");
}

TEST_F(MemoryBusLimits, AMessageQueuedBeforeUnsubscribeIsNotDelivered) {
  start({});
  bus_->publish("a", base::share("1"));
  bus_->unsubscribe("a");
  executor_.run();
  EXPECT_TRUE(listener_.messages.empty());
}

}  // namespace
}  // namespace skat::bus
