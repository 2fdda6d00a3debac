#include "bus/channel_router.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace skat::bus {

// View: the bus as one of its users sees it.
// Lives on: the bus's executor.
// Ends by: destruction of its router.
class ChannelRouter::View final : public Bus {
 public:
  View(ChannelRouter& router, std::vector<std::string> prefixes) : router_(router), prefixes_(std::move(prefixes)) {}

  void start(BusListener& listener) override {
    SKAT_CHECK(listener_ == nullptr, "a view of the bus was started twice");
    listener_ = &listener;
    router_.start();
  }
  void subscribe(std::string channel, base::Function<void()> confirmed) override {
    check_own(channel);
    router_.bus_->subscribe(std::move(channel), std::move(confirmed));
  }
  void unsubscribe(std::string_view channel) override {
    check_own(channel);
    router_.bus_->unsubscribe(channel);
  }
  void publish(std::string_view channel, base::SharedBytes payload) override {
    check_own(channel);
    router_.bus_->publish(channel, std::move(payload));
  }
  [[nodiscard]] bool up() const override { return listener_ != nullptr && router_.bus_->up(); }

  [[nodiscard]] bool owns(std::string_view channel) const {
    return std::ranges::any_of(prefixes_, [&](const std::string& prefix) { return channel.starts_with(prefix); });
  }
  [[nodiscard]] bool overlaps(const std::vector<std::string>& prefixes) const {
    return std::ranges::any_of(prefixes, [this](const std::string& theirs) {
      return owns(theirs) ||
             std::ranges::any_of(prefixes_, [&](const std::string& ours) { return ours.starts_with(theirs); });
    });
  }
  // nullptr: not started yet.
  [[nodiscard]] BusListener* listener() const noexcept { return listener_; }

 private:
  void check_own(std::string_view channel) const {
    SKAT_CHECK(owns(channel), "a view of the bus was asked for a channel that is not its own");
  }

  ChannelRouter& router_;
  const std::vector<std::string> prefixes_;
  BusListener* listener_ = nullptr;
};

ChannelRouter::ChannelRouter(std::unique_ptr<Bus> bus) : bus_(std::move(bus)) {}

ChannelRouter::~ChannelRouter() {
  bus_.reset();
}

Bus& ChannelRouter::add_view(std::vector<std::string> prefixes) {
  SKAT_CHECK(!prefixes.empty(), "a view of the bus has no channel");
  for (const auto& view : views_) SKAT_CHECK(!view->overlaps(prefixes), "two views of the bus share a channel");
  views_.push_back(std::make_unique<View>(*this, std::move(prefixes)));
  return *views_.back();
}

// The bus starts with its first user; one that comes later finds it up or down as it is.
void ChannelRouter::start() {
  if (!std::exchange(started_, true)) bus_->start(*this);
}

void ChannelRouter::on_message(std::string_view channel, const base::SharedBytes& payload) {
  for (const auto& view : views_) {
    if (!view->owns(channel)) continue;
    if (view->listener() != nullptr) view->listener()->on_message(channel, payload);
    return;
  }
}

void ChannelRouter::on_bus_down() {
  for (const auto& view : views_) {
    if (view->listener() != nullptr) view->listener()->on_bus_down();
  }
}

void ChannelRouter::on_bus_up() {
  for (const auto& view : views_) {
    if (view->listener() != nullptr) view->listener()->on_bus_up();
  }
}

}  // namespace skat::bus
