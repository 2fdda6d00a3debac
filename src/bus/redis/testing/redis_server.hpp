// RedisServer: a real Redis of the test's own on a free port of loopback. It can be killed, held and started again, and
// told anything.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace skat::bus::redis::testing {

// Below the range from which the kernel gives ports to outgoing connections, so that it stays free while its server is
// down. `also`: how far away a second port has to be free too.
inline std::uint16_t free_port(std::uint16_t also = 0) {
  const auto listens = [](std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return free;
  };
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto port = static_cast<std::uint16_t>(15'000 + base::random_u64() % 7'000);
    if (listens(port) && (also == 0 || listens(static_cast<std::uint16_t>(port + also)))) return port;
  }
  throw std::runtime_error("no free port between 15000 and 22000");
}

// One command to a server in the clear; what comes back at once, as it is.
inline std::string ask(std::uint16_t port, const std::string& commands) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval limit{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const auto all = commands + "\r\nQUIT\r\n";
    if (::send(fd, all.data(), all.size(), MSG_NOSIGNAL) > 0) {
      std::array<char, 4096> buffer{};
      for (ssize_t got = 0; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
        answer.append(buffer.data(), static_cast<std::size_t>(got));
      }
    }
  }
  ::close(fd);
  return answer;
}

class RedisServer {
 public:
  // `args`: more of the server's.
  explicit RedisServer(std::vector<std::string> args = {}, std::uint16_t port = free_port())
      : port_(port),
        folder_(std::filesystem::temp_directory_path() / fmt::format("skat-redis-{:016x}", base::random_u64())),
        args_(std::move(args)) {
    std::filesystem::create_directory(folder_);
    start();
  }
  ~RedisServer() {
    kill();
    std::filesystem::remove_all(folder_);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string tell(const std::string& commands) const { return ask(port_, commands); }

  void start() {
    std::vector<std::string> words{"redis-server",
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--dir",
                                   folder_.string(),
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--logfile",
                                   (folder_ / "redis.log").string()};
    words.insert(words.end(), args_.begin(), args_.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      // Debian's redis-tools holds the server too: one program, which looks at the name it is called by.
      ::execv("/usr/bin/redis-check-rdb", argv.data());
      ::_exit(127);
    }
    for (int attempt = 0; attempt < 500; ++attempt) {
      if (tell("PING").starts_with("+PONG")) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("a Redis server did not start");
  }
  void kill() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  void signal(int number) const { ::kill(pid_, number); }

 private:
  const std::uint16_t port_;
  const std::filesystem::path folder_;
  const std::vector<std::string> args_;
  pid_t pid_ = -1;
};

}  // namespace skat::bus::redis::testing
