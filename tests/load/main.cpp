// skat_load: one scenario against one server; prints one line of JSON. ./dev bench runs it for the whole table.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>

#include <string>
#include <unordered_map>
#include <vector>

#include "load/dialect.hpp"
#include "load/report.hpp"
#include "load/swarm.hpp"

namespace skat::load {
namespace {

struct Options {
  std::string scenario = "fanout", dialect = "skat", host = "127.0.0.1", path = "/socket.io/";
  std::vector<std::uint16_t> ports;
  std::vector<pid_t> servers;
  std::size_t rooms = 1, subscribers = 1000, bytes = 128, window = 32, connections = 1000;
  double seconds = 5, rate = 0;
};

// Deliveries of messages that are under way, and what came twice, late or out of order.
class Deliveries {
 public:
  Deliveries(std::size_t connections, std::size_t expected, Report& report)
      : last_(connections, 0), expected_(expected), report_(report) {}

  void sent(std::uint64_t number, std::int64_t scheduled) { open_.emplace(number, Open{scheduled, 0}); }
  // True when `number` has now reached everybody.
  bool arrived(std::size_t index, std::uint64_t number) {
    ++report_.deliveries;
    if (number == last_[index]) ++report_.doubled;
    if (number < last_[index]) ++report_.reordered;
    last_[index] = std::max(last_[index], number);
    const auto found = open_.find(number);
    if (found == open_.end()) {
      ++report_.doubled;
      return false;
    }
    if (++found->second.count < expected_) return false;
    report_.latencies_ns.push_back(now_ns() - found->second.scheduled);
    open_.erase(found);
    return true;
  }
  [[nodiscard]] std::size_t open() const { return open_.size(); }
  void count_lost() {
    for (const auto& [number, message] : open_) report_.lost += expected_ - message.count;
  }

 private:
  struct Open {
    std::int64_t scheduled;
    std::size_t count;
  };
  std::vector<std::uint64_t> last_;
  std::unordered_map<std::uint64_t, Open> open_;
  std::size_t expected_;
  Report& report_;
};

// Messages into rooms: `window` under way at a time (closed loop), or `rate` a second by the clock (open loop: latency
// counts from the moment a message was due).
Report fanout(const Options& options, Swarm& swarm, Dialect& dialect) {
  dialect.enter(swarm, options.rooms, options.subscribers);
  Report report;
  Deliveries deliveries(swarm.size(), options.subscribers, report);
  std::unordered_map<std::uint64_t, std::int64_t> acks;
  std::uint64_t number = 0;
  const auto say = [&](std::int64_t scheduled) {
    ++number;
    const std::size_t sender = number % options.rooms * options.subscribers;
    deliveries.sent(number, scheduled);
    acks.emplace(number, scheduled);
    dialect.say(swarm, sender, number, marked_text(number, options.bytes));
  };
  bool sending = true;
  std::size_t completed = 0;
  const Swarm::OnText on_text = [&](std::size_t index, std::string_view text) {
    if (const auto ack = dialect.ack_of(text)) {
      if (const auto found = acks.find(*ack); found != acks.end()) {
        report.ack_latencies_ns.push_back(now_ns() - found->second);
        if (text.find(R"({"error":)") != std::string_view::npos) ++report.refused;
        acks.erase(found);
      }
    } else if (const auto mark = mark_of(text)) {
      if (deliveries.arrived(index, *mark)) ++completed;
    }
  };
  const auto run = [&](double seconds) {
    const auto begin = now_ns(), end = begin + static_cast<std::int64_t>(seconds * 1e9);
    const auto gap = options.rate > 0 ? static_cast<std::int64_t>(1e9 / options.rate) : 0;
    auto due = begin;
    while (sending && now_ns() < end) {
      if (gap > 0) {
        for (; due <= now_ns(); due += gap) say(due);
        swarm.poll(1, on_text);
      } else {
        while (deliveries.open() < options.window) say(now_ns());
        swarm.poll(10, on_text);
      }
      if (swarm.closed() > 0) throw std::runtime_error("the server closed a connection");
    }
  };
  run(options.seconds / 5);  // warm-up
  const auto warm = report;
  report.latencies_ns.clear();
  report.ack_latencies_ns.clear();
  report.refused = 0;
  const auto cpu = cpu_ns(options.servers), begin = now_ns();
  const auto first = number;
  run(options.seconds);
  const auto drain_end = now_ns() + 5'000'000'000;
  while (deliveries.open() > 0 && now_ns() < drain_end) swarm.poll(10, on_text);
  report.seconds = static_cast<double>(now_ns() - begin) / 1e9;
  report.server_cpu_ns = cpu_ns(options.servers) - cpu;
  report.messages = number - first;
  report.deliveries -= warm.deliveries;
  deliveries.count_lost();
  return report;
}

// Request and answer on every connection at once, one under way on each.
Report acks(const Options& options, Swarm& swarm, Dialect& dialect) {
  dialect.connect_idle(swarm, options.connections);
  Report report;
  std::vector<std::int64_t> asked(swarm.size());
  bool asking = true;
  const auto ask = [&](std::size_t index) {
    asked[index] = now_ns();
    dialect.ask(swarm, index, 7);
  };
  const Swarm::OnText on_text = [&](std::size_t index, std::string_view text) {
    if (!dialect.ack_of(text)) return;
    report.latencies_ns.push_back(now_ns() - asked[index]);
    ++report.messages;
    if (asking) ask(index);
  };
  for (std::size_t i = 0; i < swarm.size(); ++i) ask(i);
  const auto warm_end = now_ns() + static_cast<std::int64_t>(options.seconds * 2e8);
  while (now_ns() < warm_end) swarm.poll(10, on_text);
  report = {};
  const auto cpu = cpu_ns(options.servers), begin = now_ns();
  const auto end = begin + static_cast<std::int64_t>(options.seconds * 1e9);
  while (now_ns() < end) swarm.poll(10, on_text);
  asking = false;
  report.seconds = static_cast<double>(now_ns() - begin) / 1e9;
  report.server_cpu_ns = cpu_ns(options.servers) - cpu;
  report.ack_latencies_ns = report.latencies_ns;
  return report;
}

// Memory of connections that say nothing: the first hundred are not counted, for they fill pools and caches.
Report idle(const Options& options, Swarm& swarm, Dialect& dialect) {
  constexpr std::size_t kUncounted = 100;
  dialect.connect_idle(swarm, kUncounted);
  const auto before = anonymous_bytes(options.servers);
  const auto cpu = cpu_ns(options.servers), begin = now_ns();
  dialect.connect_idle(swarm, options.connections);
  Report report;
  report.server_cpu_ns = cpu_ns(options.servers) - cpu;
  report.seconds = static_cast<double>(now_ns() - begin) / 1e9;
  report.messages = options.connections;  // cpu_us_per_message: of one connect
  const auto settle = now_ns() + static_cast<std::int64_t>(options.seconds * 1e9);
  while (now_ns() < settle) swarm.poll(50, [](std::size_t, std::string_view) {});
  const auto after = anonymous_bytes(options.servers);
  report.bytes_per_connection =
      (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(options.connections);
  return report;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"skat_load: one load scenario against a running server; prints one line of JSON"};
  app.add_option("--scenario", options.scenario, "fanout, acks or idle")
      ->check(CLI::IsMember({"fanout", "acks", "idle"}));
  app.add_option("--dialect", options.dialect, "skat (/chat) or plain")->check(CLI::IsMember({"skat", "plain"}));
  app.add_option("--host", options.host, "IPv4 address of loopback");
  app.add_option("--port", options.ports, "port; several: nodes of one cluster, connections in turn")->required();
  app.add_option("--path", options.path, "Engine.IO path");
  app.add_option("--server-pid", options.servers, "processes whose CPU and memory count")->required();
  app.add_option("--rooms", options.rooms, "fanout: rooms");
  app.add_option("--subscribers", options.subscribers, "fanout: connections in each room");
  app.add_option("--bytes", options.bytes, "fanout: bytes of a text");
  app.add_option("--window", options.window, "fanout: messages under way (closed loop)");
  app.add_option("--rate", options.rate, "fanout: messages a second (open loop); 0: closed loop");
  app.add_option("--connections", options.connections, "acks, idle: connections");
  app.add_option("--seconds", options.seconds, "measured time");
  CLI11_PARSE(app, argc, argv);
  Swarm swarm(options.host, options.ports, options.path);
  const auto dialect = options.dialect == "skat" ? make_skat_dialect() : make_plain_dialect();
  auto report = options.scenario == "fanout" ? fanout(options, swarm, *dialect)
                : options.scenario == "acks" ? acks(options, swarm, *dialect)
                                             : idle(options, swarm, *dialect);
  std::puts(report.json().c_str());
  return report.lost + report.doubled + report.reordered + report.refused == 0 ? 0 : 1;
}

}  // namespace
}  // namespace skat::load

int main(int argc, char** argv) {
  try {
    return skat::load::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skat_load: %s\n", error.what());
    return 2;
  }
}
