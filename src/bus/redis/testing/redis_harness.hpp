// What tests of the bus on a real Redis share: buses on one executor of the test, and what their listeners heard.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/testing/manual_executor.hpp"
#include "bus/redis/redis_bus.hpp"

namespace skat::bus::redis::testing {

// A bus and all it told.
struct Node final : BusListener {
  Node(base::testing::ManualExecutor& executor, const Config& config) {
    auto opened = open_redis_bus(config, executor);
    if (!opened.bus) throw std::runtime_error(opened.problem);
    bus = std::move(opened.bus);
    bus->start(*this);
  }

  void on_message(std::string_view channel, const base::SharedBytes& payload) override {
    messages.emplace_back(channel, *payload);
  }
  void on_bus_down() override { ++downs; }
  void on_bus_up() override { ++ups; }

  int downs = 0, ups = 0;
  std::vector<std::pair<std::string, std::string>> messages;
  std::unique_ptr<Bus> bus;
};

inline std::string unique_name(const std::string& name) {
  return fmt::format("{}/{:016x}", name, base::random_u64());
}

}  // namespace skat::bus::redis::testing
