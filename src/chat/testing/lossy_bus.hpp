// A bus for chat's unit tests: the buses of one hub hear each other, lose messages when told to, and go down and come
// back.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"

namespace skat::chat::testing {

class LossyBus;
struct BusHub {
  std::vector<LossyBus*> buses;
};

class LossyBus final : public bus::Bus {
 public:
  LossyBus(base::Executor& core, BusHub& hub) : core_(core), hub_(hub) { hub_.buses.push_back(this); }
  ~LossyBus() override { std::erase(hub_.buses, this); }

  std::function<bool()> loses = [] { return false; };  // asked for each message that this one publishes
  std::string losing = "";                             // only on channels that begin with this
  std::function<bool()> deaf = [] { return false; };   // asked for each message that this one would hear
  base::Duration confirm_after{0};                     // how long a subscription takes
  std::size_t published = 0;

  void start(bus::BusListener& listener) override { listener_ = &listener; }
  void subscribe(std::string channel, base::Function<void()> confirmed) override {
    auto task = [this, channel = std::move(channel), confirmed = std::move(confirmed)]() mutable {
      channels_.insert(channel);
      if (connected_) {
        confirmed();
      } else {
        unconfirmed_.push_back(std::move(confirmed));
      }
    };
    std::ignore = core_.after(confirm_after, std::move(task));
  }
  void unsubscribe(std::string_view channel) override { channels_.erase(std::string(channel)); }
  void publish(std::string_view channel, base::SharedBytes payload) override {
    ++published;
    ++sent_[std::string(channel)];
    if (!connected_ || (channel.starts_with(losing) && loses())) return;
    core_.post([this, name = std::string(channel), payload = std::move(payload)] {
      for (LossyBus* bus : std::vector(hub_.buses)) bus->hear(name, payload);
    });
  }
  [[nodiscard]] bool up() const override { return listener_ != nullptr && connected_; }

  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  // Channels that begin with this, and messages published on such.
  [[nodiscard]] std::size_t subscribed(std::string_view prefix) const {
    const auto begins = [prefix](const std::string& channel) { return channel.starts_with(prefix); };
    return static_cast<std::size_t>(std::ranges::count_if(channels_, begins));
  }
  [[nodiscard]] std::size_t sent(std::string_view prefix) const {
    std::size_t count = 0;
    for (const auto& [channel, messages] : sent_) count += channel.starts_with(prefix) ? messages : 0;
    return count;
  }
  void disconnect() {
    connected_ = false;
    listener_->on_bus_down();
  }
  void reconnect() {
    connected_ = true;
    for (auto& confirmed : std::exchange(unconfirmed_, {})) confirmed();
    listener_->on_bus_up();
  }
  // Its process is gone.
  void unplug() {
    connected_ = false;
    std::erase(hub_.buses, this);
  }

 private:
  void hear(const std::string& channel, const base::SharedBytes& payload) {
    if (connected_ && channels_.contains(channel) && !deaf()) listener_->on_message(channel, payload);
  }

  base::Executor& core_;
  BusHub& hub_;
  bus::BusListener* listener_ = nullptr;
  std::set<std::string> channels_;
  std::map<std::string, std::size_t> sent_;  // by channel
  std::vector<base::Function<void()>> unconfirmed_;
  bool connected_ = true;
};

}  // namespace skat::chat::testing
