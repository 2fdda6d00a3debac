// ChannelRouter: one bus for several users. Each gets a view, which is itself a Bus with its own listener and has the
// channels that begin with its prefixes; nobody hears another's messages, everybody hears that the bus is down or up.
//
//   chat ──► view {"room/", "beats"} ──┐
//   relay ─► view {"relay/"}         ──┴─► ChannelRouter ──► the bus
//
// Channel names stay as they are: a view does not add its prefix. Guarantees, limits and threads are those of the bus.
// Lives on: the bus's executor.
// Ends by: destruction; no callback runs after it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.hpp"

namespace skat::bus {

class ChannelRouter final : private BusListener {
 public:
  explicit ChannelRouter(std::unique_ptr<Bus> bus);
  ~ChannelRouter() override;
  ChannelRouter(const ChannelRouter&) = delete;
  ChannelRouter& operator=(const ChannelRouter&) = delete;

  // Lives as long as the router. May be called before the executor runs. No prefix may begin with another view's.
  [[nodiscard]] Bus& add_view(std::vector<std::string> prefixes);

 private:
  class View;

  void start();
  void on_message(std::string_view channel, const base::SharedBytes& payload) override;
  void on_bus_down() override;
  void on_bus_up() override;

  std::vector<std::unique_ptr<View>> views_;
  bool started_ = false;
  std::unique_ptr<Bus> bus_;  // the first to go: it knows this router as its listener
};

}  // namespace skat::bus
