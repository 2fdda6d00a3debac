// Another process with a member of a group: the test program itself, run again, until it is killed.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "log/kafka/kafka_log.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/service.hpp"
#include "log/testing/group_member.hpp"

namespace skat::log::kafka::testing {

class MemberProcess {
 public:
  MemberProcess(const std::string& topic, const std::string& group) {
    ::setenv(kMember, (topic + ' ' + group).c_str(), 1);
    std::string program = "/proc/self/exe";
    const std::array<char*, 2> arguments{program.data(), nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::unsetenv(kMember);
  }
  ~MemberProcess() { kill(); }
  MemberProcess(const MemberProcess&) = delete;
  MemberProcess& operator=(const MemberProcess&) = delete;

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

  // For main(): nothing in a process that was not started by the above; else what to exit with.
  static std::optional<int> run() {
    const char* member = std::getenv(kMember);
    if (member == nullptr) return std::nullopt;
    auto config = service_config();
    config.partitions = 12;
    config.session_timeout = std::chrono::milliseconds(6'000);
    std::string group;
    std::istringstream(member) >> config.topic >> group;
    ClockedExecutor clock;
    const auto opened = open_kafka_log(config, clock.executor());
    if (!opened.log) return 1;
    log::testing::GroupMember::Holders holders;
    const log::testing::GroupMember held(*opened.log, group, holders);
    clock.run_for(std::chrono::minutes(2));
    return 0;
  }

 private:
  static constexpr const char* kMember = "SKAT_TEST_MEMBER";
  pid_t pid_ = 0;
};

}  // namespace skat::log::kafka::testing
