// What tests of the bus on a real Redis share: buses on one executor of the test, and what their listeners heard.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
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

// What goes to standard error while it lives.
class CapturedLog {
 public:
  CapturedLog() : file_(::memfd_create("log", MFD_CLOEXEC)), stderr_(::dup(STDERR_FILENO)) {
    ::dup2(file_, STDERR_FILENO);
  }
  ~CapturedLog() {
    ::dup2(stderr_, STDERR_FILENO);
    ::close(stderr_);
    ::close(file_);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  [[nodiscard]] std::string text() const {
    std::string text(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), ' ');
    const auto read = ::pread(file_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(read, 0)));
    return text;
  }

 private:
  const int file_, stderr_;
};

inline std::string unique_name(const std::string& name) {
  return fmt::format("{}/{:016x}", name, base::random_u64());
}

}  // namespace skat::bus::redis::testing
