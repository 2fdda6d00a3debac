#include "load/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace skat::load {

std::int64_t cpu_ns(std::span<const pid_t> processes) {
  std::int64_t sum = 0;
  for (const pid_t process : processes) {
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
      std::ifstream file(task.path() / "schedstat");
      std::int64_t ran = 0;
      if (file >> ran) sum += ran;
    }
  }
  return sum;
}

std::size_t anonymous_bytes(std::span<const pid_t> processes) {
  std::size_t sum = 0;
  for (const pid_t process : processes) {
    std::ifstream file(fmt::format("/proc/{}/status", process));
    for (std::string word; file >> word;) {
      if (word != "RssAnon:") continue;
      std::size_t kilobytes = 0;
      file >> kilobytes;
      sum += kilobytes * 1024;
    }
  }
  return sum;
}

double quantile_ms(std::vector<std::int64_t>& latencies_ns, double p) {
  if (latencies_ns.empty()) return 0;
  std::sort(latencies_ns.begin(), latencies_ns.end());
  const auto at = static_cast<std::size_t>(p * static_cast<double>(latencies_ns.size() - 1));
  return static_cast<double>(latencies_ns[at]) / 1e6;
}

std::string Report::json() {
  const double per_delivery =
      deliveries == 0 ? 0 : static_cast<double>(server_cpu_ns) / 1e3 / static_cast<double>(deliveries);
  const double per_message =
      messages == 0 ? 0 : static_cast<double>(server_cpu_ns) / 1e3 / static_cast<double>(messages);
  return fmt::format(
      R"({{"messages":{},"deliveries":{},"lost":{},"doubled":{},"reordered":{},"refused":{},"seconds":{:.3f},"cpu_us_per_delivery":{:.4f},)"
      R"("cpu_us_per_message":{:.3f},"deliveries_per_second":{:.0f},"messages_per_second":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f},)"
      R"("ack_p50_ms":{:.3f},"ack_p99_ms":{:.3f},"bytes_per_connection":{:.0f}}})",
      messages, deliveries, lost, doubled, reordered, refused, seconds, per_delivery, per_message,
      static_cast<double>(deliveries) / seconds, static_cast<double>(messages) / seconds,
      quantile_ms(latencies_ns, 0.5), quantile_ms(latencies_ns, 0.99), quantile_ms(ack_latencies_ns, 0.5),
      quantile_ms(ack_latencies_ns, 0.99), bytes_per_connection);
}

}  // namespace skat::load
