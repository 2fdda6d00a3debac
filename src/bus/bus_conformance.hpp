// What every sibling of the bus must hold, as one suite: instantiate BusConformance with a maker of harnesses.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bus/bus.hpp"

namespace skat::bus::testing {

// One bus that is not started yet, and the executor it lives on.
class BusHarness {
 public:
  virtual ~BusHarness() = default;
  [[nodiscard]] virtual Bus& bus() = 0;
  // Runs the executor until `done()` holds. False: it did not within a few seconds.
  virtual bool run_until(const std::function<bool()>& done) = 0;
  // A channel name no other test (or run) uses.
  [[nodiscard]] virtual std::string channel(const std::string& name) = 0;
  virtual void destroy_bus() = 0;
};

class RecordingListener final : public BusListener {
 public:
  void on_message(std::string_view channel, const base::SharedBytes& payload) override {
    messages.emplace_back(channel, *payload);
    if (then) then();
  }
  void on_bus_down() override {}
  void on_bus_up() override {}

  std::vector<std::pair<std::string, std::string>> messages;
  std::function<void()> then;
};

class BusConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<BusHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    harness_->bus().start(listener_);
    ASSERT_TRUE(harness_->run_until([&] { return bus().up(); }));
  }
  Bus& bus() { return harness_->bus(); }

  std::string subscribe(const std::string& name) {
    const auto channel = harness_->channel(name);
    bool confirmed = false;
    bus().subscribe(channel, [&] { confirmed = true; });
    EXPECT_TRUE(harness_->run_until([&] { return confirmed; }));
    return channel;
  }
  void publish(const std::string& channel, std::string payload) {
    bus().publish(channel, base::share(std::move(payload)));
  }
  bool run_until_count(std::size_t count) {
    return harness_->run_until([&] { return listener_.messages.size() >= count; });
  }

  RecordingListener listener_;  // outlives the bus
  std::unique_ptr<BusHarness> harness_;
};

TEST_P(BusConformance, DeliversEveryMessageOnceInOrderAfterTheConfirmation) {
  const auto channel = subscribe("a");
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) publish(channel, std::to_string(i));
  ASSERT_TRUE(run_until_count(kCount));
  ASSERT_EQ(listener_.messages.size(), static_cast<std::size_t>(kCount));
  for (int i = 0; i < kCount; ++i) {
    EXPECT_EQ(listener_.messages[static_cast<std::size_t>(i)], std::pair(channel, std::to_string(i)));
  }
}

TEST_P(BusConformance, KeepsTheOrderOfPublicationOverChannels) {
  const auto a = subscribe("a"), b = subscribe("b");
  for (int i = 0; i < 100; ++i) publish(i % 3 == 0 ? a : b, std::to_string(i));
  ASSERT_TRUE(run_until_count(100));
  std::vector<int> of_a, of_b;
  for (const auto& [channel, payload] : listener_.messages) (channel == a ? of_a : of_b).push_back(std::stoi(payload));
  EXPECT_EQ(of_a.size(), 34U);
  EXPECT_EQ(of_b.size(), 66U);
  EXPECT_TRUE(std::ranges::is_sorted(of_a));
  EXPECT_TRUE(std::ranges::is_sorted(of_b));
}

TEST_P(BusConformance, NeverCallsBackFromInsideACall) {
  const auto channel = subscribe("a");
  bool confirmed = false;
  bus().subscribe(harness_->channel("b"), [&] { confirmed = true; });
  EXPECT_FALSE(confirmed);
  publish(channel, "x");
  EXPECT_TRUE(listener_.messages.empty());
  EXPECT_TRUE(run_until_count(1));
}

TEST_P(BusConformance, CarriesAnyBytes) {
  const auto channel = subscribe("a");
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  bytes += "\r\n$-1\r\n";
  publish(channel, bytes);
  publish(channel, "");
  publish(channel, std::string(300'000, 'x'));
  ASSERT_TRUE(run_until_count(3));
  EXPECT_EQ(listener_.messages[0].second, bytes);
  EXPECT_EQ(listener_.messages[1].second, "");
  EXPECT_EQ(listener_.messages[2].second.size(), 300'000U);
}

TEST_P(BusConformance, NothingComesFromAChannelThatWasLeftOrNeverEntered) {
  const auto left = subscribe("left"), kept = subscribe("kept");
  bus().unsubscribe(left);
  publish(left, "1");
  publish(harness_->channel("never"), "2");
  publish(kept, "3");
  ASSERT_TRUE(run_until_count(1));
  EXPECT_EQ(listener_.messages, (std::vector{std::pair(kept, std::string("3"))}));
}

TEST_P(BusConformance, SubscribingTwiceIsHarmless) {
  const auto channel = subscribe("a");
  subscribe("a");
  publish(channel, "1");
  publish(channel, "2");
  ASSERT_TRUE(run_until_count(2));
  EXPECT_EQ(listener_.messages.size(), 2U);
  bus().unsubscribe(channel);
  bus().unsubscribe(channel);
  const auto other = subscribe("b");
  publish(channel, "3");
  publish(other, "4");
  ASSERT_TRUE(run_until_count(3));
  EXPECT_EQ(listener_.messages.back().second, "4");
}

TEST_P(BusConformance, AListenerMayUseTheBus) {
  const auto channel = subscribe("a");
  listener_.then = [&] {
    if (listener_.messages.size() < 5) publish(channel, std::to_string(listener_.messages.size()));
  };
  publish(channel, "0");
  ASSERT_TRUE(run_until_count(5));
  EXPECT_EQ(listener_.messages.back().second, "4");
}

TEST_P(BusConformance, AfterDestructionNothingIsCalled) {
  const auto channel = subscribe("a");
  bool confirmed = false;
  publish(channel, "1");
  bus().subscribe(harness_->channel("b"), [&] { confirmed = true; });
  harness_->destroy_bus();
  harness_->run_until([&] { return confirmed || !listener_.messages.empty(); });
  EXPECT_FALSE(confirmed);
  EXPECT_TRUE(listener_.messages.empty());
}

}  // namespace skat::bus::testing
