// A bus within one process for chat's unit tests, which loses messages when it is told to.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "base/executor.hpp"
#include "bus/bus.hpp"

namespace skat::chat::testing {

class LossyBus final : public bus::Bus {
 public:
  explicit LossyBus(base::Executor& core) : core_(core) {}

  std::function<bool()> loses = [] { return false; };  // asked for each message
  base::Duration confirm_after{0};                     // how long a subscription takes
  std::size_t published = 0;

  void start(bus::BusListener& listener) override { listener_ = &listener; }
  void subscribe(std::string channel, base::Function<void()> confirmed) override {
    auto task = [this, channel = std::move(channel), confirmed = std::move(confirmed)]() mutable {
      channels_.insert(channel);
      confirmed();
    };
    std::ignore = core_.after(confirm_after, std::move(task));
  }
  void unsubscribe(std::string_view channel) override { channels_.erase(std::string(channel)); }
  void publish(std::string_view channel, base::SharedBytes payload) override {
    ++published;
    if (loses()) return;
    core_.post([this, name = std::string(channel), payload = std::move(payload)] {
      if (channels_.contains(name)) listener_->on_message(name, payload);
    });
  }
  [[nodiscard]] bool up() const override { return listener_ != nullptr; }

  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  void reconnect() {
    listener_->on_bus_down();
    listener_->on_bus_up();
  }

 private:
  base::Executor& core_;
  bus::BusListener* listener_ = nullptr;
  std::set<std::string> channels_;
};

}  // namespace skat::chat::testing
