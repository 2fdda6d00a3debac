#include "bus/channel_router.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "bus/bus_conformance.hpp"
#include "bus/testing/shared_bus.hpp"

namespace skat::bus {
namespace {

using testing::BusConformance;
using testing::RecordingListener;
using testing::SharedBus;

// A view is held to what every bus is.
class ViewHarness final : public testing::BusHarness {
 public:
  ViewHarness() { other_.start(nobody_); }
  Bus& bus() override { return view_; }
  bool run_until(const std::function<bool()>& done) override {
    executor_.run();
    return done();
  }
  std::string channel(const std::string& name) override { return "test/" + name; }
  void destroy_bus() override { router_.reset(); }

 private:
  base::testing::ManualExecutor executor_;
  SharedBus shared_;
  RecordingListener nobody_;
  std::unique_ptr<ChannelRouter> router_ = std::make_unique<ChannelRouter>(shared_.make_end(executor_));
  Bus& other_ = router_->add_view({"other/"});
  Bus& view_ = router_->add_view({"test/"});
};

INSTANTIATE_TEST_SUITE_P(View, BusConformance, ::testing::Values([] { return std::make_unique<ViewHarness>(); }));

class CountingListener final : public BusListener {
 public:
  void on_message(std::string_view channel, const base::SharedBytes& payload) override {
    messages.push_back(std::string(channel) + "=" + *payload);
  }
  void on_bus_down() override { ++downs; }
  void on_bus_up() override { ++ups; }
  std::vector<std::string> messages;
  int downs = 0, ups = 0;
};

class ChannelRouterTest : public ::testing::Test {
 protected:
  ChannelRouterTest() {
    auto end = shared_.make_end(executor_);
    end_ = end.get();
    router_ = std::make_unique<ChannelRouter>(std::move(end));
  }

  base::testing::ManualExecutor executor_;
  SharedBus shared_;
  CountingListener chat_, relay_;
  Bus* end_ = nullptr;
  std::unique_ptr<ChannelRouter> router_;
};

TEST_F(ChannelRouterTest, EachViewHearsItsOwnPrefixesAlone) {
  Bus& chat = router_->add_view({"room/", "node/"});
  Bus& relay = router_->add_view({"relay/"});
  chat.start(chat_);
  relay.start(relay_);
  for (const char* channel : {"room/1", "node/1"}) chat.subscribe(channel, nullptr);
  relay.subscribe("relay/1", nullptr);
  chat.publish("room/1", base::share("a"));
  relay.publish("relay/1", base::share("b"));
  chat.publish("node/1", base::share("c"));
  executor_.run();
  EXPECT_EQ(chat_.messages, (std::vector<std::string>{"room/1=a", "node/1=c"}));
  EXPECT_EQ(relay_.messages, (std::vector<std::string>{"relay/1=b"}));
}

TEST_F(ChannelRouterTest, ALostBusIsToldToEveryViewThatHasStarted) {
  Bus& chat = router_->add_view({"room/"});
  Bus& relay = router_->add_view({"relay/"});
  Bus& late = router_->add_view({"late/"});
  chat.start(chat_);
  relay.start(relay_);
  SharedBus::cut(*end_);
  executor_.run();
  EXPECT_FALSE(chat.up());
  CountingListener latecomer;
  late.start(latecomer);
  EXPECT_FALSE(late.up()) << "whoever comes late sees it down";
  SharedBus::join(*end_);
  executor_.run();
  EXPECT_TRUE(relay.up());
  EXPECT_TRUE(late.up());
  EXPECT_EQ(chat_.downs + relay_.downs, 2);
  EXPECT_EQ(latecomer.downs, 0);
  EXPECT_EQ(chat_.ups + relay_.ups + latecomer.ups, 3);
}

TEST_F(ChannelRouterTest, AViewIsDownBeforeItsStart) {
  Bus& chat = router_->add_view({"room/"});
  Bus& relay = router_->add_view({"relay/"});
  chat.start(chat_);
  EXPECT_TRUE(chat.up());
  EXPECT_FALSE(relay.up());
}

TEST_F(ChannelRouterTest, AMessageForAViewThatHasNotStartedIsLost) {
  Bus& chat = router_->add_view({"room/"});
  Bus& relay = router_->add_view({"relay/"});
  chat.start(chat_);
  relay.subscribe("relay/1", nullptr);
  relay.publish("relay/1", base::share("b"));
  executor_.run();
  EXPECT_TRUE(chat_.messages.empty());
}

TEST_F(ChannelRouterTest, TwoViewsMayNotShareAChannel) {
  std::ignore = router_->add_view({"room/"});
  EXPECT_DEATH(std::ignore = router_->add_view({"room/a"}), "share a channel");
  EXPECT_DEATH(std::ignore = router_->add_view({"ro"}), "share a channel");
}

TEST_F(ChannelRouterTest, AViewMayNotUseAnothersChannel) {
  Bus& chat = router_->add_view({"room/"});
  chat.start(chat_);
  EXPECT_DEATH(chat.subscribe("relay/1", nullptr), "not its own");
}

}  // namespace
}  // namespace skat::bus
