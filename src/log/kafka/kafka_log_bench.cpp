// How long an append waits for its answer, and how long until a reader of another process has it: real brokers
// (tools/services.mjs run --brokers 3 --only kafka -- …/skat_log_kafka_bench [key=value …]). Appends from one log,
// spread over the partitions at a steady rate; one reader a partition from a second log. Prints percentiles and what it
// cost.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "log/kafka/kafka_log.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/service.hpp"

namespace skat::log {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Settings {
  int rate = 2'000;  // appends a second, over all partitions
  int seconds = 10;
  int partitions = 12;
  std::size_t bytes = 300;
  int depth = 1;  // readers of each partition
  std::map<std::string, std::string> properties;
  int linger = -1, fetch_wait = -1;  // µs, ms; -1: the default
};

Settings settings_from(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    const auto key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "rate")
      settings.rate = std::stoi(value);
    else if (key == "seconds")
      settings.seconds = std::stoi(value);
    else if (key == "partitions")
      settings.partitions = std::stoi(value);
    else if (key == "bytes")
      settings.bytes = std::stoul(value);
    else if (key == "depth")
      settings.depth = std::stoi(value);
    else if (key == "linger")
      settings.linger = std::stoi(value);
    else if (key == "fetch_wait")
      settings.fetch_wait = std::stoi(value);
    else
      settings.properties[key] = value;
  }
  return settings;
}

std::string percentiles(std::vector<double>& values) {
  if (values.empty()) return "nothing";
  std::ranges::sort(values);
  const auto at = [&](double part) {
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  };
  return fmt::format("p50 {:.1f} p90 {:.1f} p99 {:.1f} max {:.1f} ms", at(0.5), at(0.9), at(0.99), values.back());
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}
std::size_t threads() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator()));
}
std::size_t sockets() {
  return static_cast<std::size_t>(
      std::ranges::count_if(std::filesystem::directory_iterator("/proc/self/fd"), [](const auto& entry) {
        std::error_code ignored;
        return std::filesystem::read_symlink(entry.path(), ignored).string().starts_with("socket:");
      }));
}
double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto value = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return value(usage.ru_utime) + value(usage.ru_stime);
}

class Following {
 public:
  Following(Log& log, Partition partition, std::vector<double>& seen)
      : seen_(seen), reader_(log.read(partition, Offset{0})) {
    ask();
  }

 private:
  void ask() {
    reader_->next(1'000, [this](const result<LogReader::Batch>& got) {
      const auto now = Clock::now().time_since_epoch();
      for (const auto& entry : got.value()) {
        const auto sent = std::chrono::nanoseconds(std::stoll(entry.value));
        if (sent.count() > 0) seen_.push_back(std::chrono::duration<double, std::milli>(now - sent).count());
      }
      ask();
    });
  }
  std::vector<double>& seen_;
  std::unique_ptr<LogReader> reader_;
};

int run(const Settings& settings) {
  auto config = kafka::testing::service_config();
  config.partitions = static_cast<std::uint32_t>(settings.partitions);
  config.properties = settings.properties;
  if (settings.linger >= 0) config.linger = std::chrono::microseconds(settings.linger);
  if (settings.fetch_wait >= 0) config.fetch_wait = milliseconds(settings.fetch_wait);
  kafka::testing::ClockedExecutor clock;
  auto opened = open_kafka_log(config, clock.executor());
  if (!opened.log) {
    std::cerr << opened.problem << '\n';
    return 1;
  }
  config.properties.clear();
  for (const auto& [name, value] : settings.properties) config.properties[name] = value;
  auto other = open_kafka_log(config, clock.executor());
  const auto bare_threads = threads(), bare_kib = resident_kib(), bare_sockets = sockets();
  std::vector<double> acked, seen, ignored;
  std::vector<std::unique_ptr<Following>> readers;
  for (int depth = 0; depth < settings.depth; ++depth) {
    for (int i = 0; i < settings.partitions; ++i) {
      readers.push_back(std::make_unique<Following>(*other.log, Partition{static_cast<std::uint32_t>(i)},
                                                    depth == 0 ? seen : ignored));
    }
  }
  std::uint64_t sent = 0;
  std::size_t failed = 0;
  // A warm-up whose records carry no time, then the measured part, in ticks of one millisecond.
  const auto begin = Clock::now() + seconds(2);
  const auto end = begin + seconds(settings.seconds);
  double processor = 0;
  base::Function<void()> tick;
  auto due = Clock::now();
  const auto gap = std::chrono::nanoseconds(1'000'000'000 / settings.rate);
  const auto work = [&] {
    for (auto now = Clock::now(); due <= now; due += gap) {
      const bool measured = now >= begin && now < end;
      if (measured && processor == 0) processor = processor_seconds();
      auto value = std::to_string(measured ? now.time_since_epoch().count() : 0) + ' ';
      value.resize(settings.bytes, 'x');
      const Partition partition{static_cast<std::uint32_t>(sent++ % static_cast<std::uint64_t>(settings.partitions))};
      opened.log->append(partition, "00000000000000000000000000000000", std::move(value),
                         [&, now, measured](const result<Appended>& got) {
                           if (!got) {
                             ++failed;
                           } else if (measured) {
                             acked.push_back(std::chrono::duration<double, std::milli>(Clock::now() - now).count());
                           }
                         });
    }
  };
  (void)clock.run_until(
      [&] {
        work();
        return Clock::now() >= end;
      },
      seconds(settings.seconds + 5));
  processor = processor_seconds() - processor;
  (void)clock.run_until([&] { return seen.size() >= acked.size(); }, seconds(3));
  fmt::print(
      "ack {}; seen {}; {} acked, {} seen, {} failed; {:.0f} % of a core; readers: {} threads, {} KiB, {} sockets "
      "more\n",
      percentiles(acked), percentiles(seen), acked.size(), seen.size(), failed, 100 * processor / settings.seconds,
      threads() - bare_threads, resident_kib() - bare_kib, sockets() - bare_sockets);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace skat::log

int main(int argc, char** argv) {
  skat::base::configure_logger(skat::base::LogLevel::error, skat::base::LogFormat::text);
  return skat::log::run(skat::log::settings_from(argc, argv));
}
