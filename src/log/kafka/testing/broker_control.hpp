// What a test does to the brokers it was given: orders over the socket of SKAT_TEST_CONTROL (docs/services.md).
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>

#include "log/kafka/testing/clocked_executor.hpp"

namespace skat::log::kafka::testing {

class BrokerControl {
 public:
  static bool is_there() { return std::getenv("SKAT_TEST_CONTROL") != nullptr; }

  BrokerControl() {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, std::getenv("SKAT_TEST_CONTROL"), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~BrokerControl() { ::close(socket_); }
  BrokerControl(const BrokerControl&) = delete;
  BrokerControl& operator=(const BrokerControl&) = delete;

  // verb: kill, start, pause, resume. Two orders may be under way.
  void order(const char* verb, int broker) {
    const auto line = fmt::format("{} kafka-{}\n", verb, broker);
    EXPECT_EQ(::send(socket_, line.data(), line.size(), MSG_NOSIGNAL), static_cast<ssize_t>(line.size()));
    ++ordered_;
  }
  // Everything ordered has been done.
  [[nodiscard]] bool done() {
    std::array<char, 512> bytes{};
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) answers_.append(bytes.data(), static_cast<std::size_t>(count));
    for (auto end = answers_.find('\n'); end != std::string::npos; end = answers_.find('\n')) {
      EXPECT_EQ(answers_.substr(0, end), "ok");
      answers_.erase(0, end + 1);
      --ordered_;
    }
    return ordered_ == 0;
  }

 private:
  int socket_ = -1;
  int ordered_ = 0;
  std::string answers_;
};

}  // namespace skat::log::kafka::testing
