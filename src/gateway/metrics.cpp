#include "gateway/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace skat::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// One family of one type, filled sample by sample.
class Family {
 public:
  Family(const char* name, const char* help, MetricType type) {
    family_.name = name;
    family_.help = help;
    family_.type = type;
  }

  Family& add(double value, std::initializer_list<std::pair<const char*, std::string>> labels = {}) {
    ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({name, text});
    if (family_.type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family_.metric.push_back(std::move(metric));
    return *this;
  }
  Family& add(const Count& count, std::initializer_list<std::pair<const char*, std::string>> labels = {}) {
    return add(static_cast<double>(count.get()), labels);
  }
  [[nodiscard]] MetricFamily take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

double sum(Gateway& gateway, Count LoopNumbers::* member) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < gateway.loop_count(); ++i) total += (gateway.numbers(i).*member).get();
  return static_cast<double>(total);
}

Family counter(const char* name, const char* help) {
  return {name, help, MetricType::Counter};
}
Family gauge(const char* name, const char* help) {
  return {name, help, MetricType::Gauge};
}

void add_connections(Gateway& gateway, std::vector<MetricFamily>& out) {
  out.push_back(gauge("skat_connections", "Sessions that are open now, by transport")
                    .add(sum(gateway, &LoopNumbers::polling), {{"transport", "polling"}})
                    .add(sum(gateway, &LoopNumbers::websocket), {{"transport", "websocket"}})
                    .take());
  out.push_back(counter("skat_connections_opened_total", "Sessions that were opened")
                    .add(sum(gateway, &LoopNumbers::opened))
                    .take());
  out.push_back(counter("skat_upgrades_total", "Sessions that went from polling to WebSocket")
                    .add(sum(gateway, &LoopNumbers::upgrades))
                    .take());
  out.push_back(counter("skat_slow_consumers_total", "Sessions closed because their send queue was full")
                    .add(sum(gateway, &LoopNumbers::slow_consumers))
                    .take());
  out.push_back(
      counter("skat_frames_received_total", "Messages from clients").add(sum(gateway, &LoopNumbers::frames_in)).take());
  out.push_back(
      counter("skat_frames_sent_total", "Messages to clients").add(sum(gateway, &LoopNumbers::frames_out)).take());
  out.push_back(gauge("skat_sockets", "Sockets that are connected now, by namespace")
                    .add(sum(gateway, &LoopNumbers::chat_sockets), {{"nsp", "/chat"}})
                    .add(sum(gateway, &LoopNumbers::root_sockets), {{"nsp", "/"}})
                    .take());
}

void add_requests(Gateway& gateway, std::vector<MetricFamily>& out) {
  auto requests = counter("skat_requests_total", "Requests of clients, by event");
  for (std::size_t name = 0; name < kRequestNames.size(); ++name) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < gateway.loop_count(); ++i) total += gateway.numbers(i).requests[name].get();
    requests.add(static_cast<double>(total), {{"event", std::string(kRequestNames[name])}});
  }
  out.push_back(requests.take());
  out.push_back(counter("skat_requests_refused_total", "Requests that were answered with an error")
                    .add(sum(gateway, &LoopNumbers::refused))
                    .take());
  out.push_back(counter("skat_loop_events_total", "Room events that were brought to a loop")
                    .add(sum(gateway, &LoopNumbers::events))
                    .take());
  out.push_back(counter("skat_stream_resyncs_total", "Streams whose client had to load the room again")
                    .add(sum(gateway, &LoopNumbers::resyncs))
                    .take());
  out.push_back(gauge("skat_loop_rooms", "Rooms with a stream, summed over the loops")
                    .add(sum(gateway, &LoopNumbers::rooms))
                    .take());
}

void add_chat(const Gateway& gateway, std::vector<MetricFamily>& out) {
  const auto& core = gateway.core_numbers();
  const bool ready = gateway.readiness().why_not().empty();
  out.push_back(gauge("skat_ready", "1: requests are taken").add(ready ? 1 : 0).take());
  out.push_back(counter("skat_events_total", "Events that the fold accepted").add(core.events).take());
  out.push_back(counter("skat_duplicates_total", "Repeats that were recognised").add(core.duplicates).take());
  out.push_back(counter("skat_fold_refusals_total", "Records that the fold refused").add(core.refused).take());
  out.push_back(counter("skat_archived_total", "Events in the store").add(core.archived).take());
  out.push_back(counter("skat_archive_commits_total", "Transactions of the archiver").add(core.archive_commits).take());
  out.push_back(gauge("skat_archive_lag_events", "Events that are not in the store yet").add(core.archive_lag).take());
  out.push_back(gauge("skat_partitions_owned", "Partitions that this node owns: it tells others, and fills the store")
                    .add(core.owned)
                    .take());
  out.push_back(gauge("skat_partitions_relied_on", "Partitions for which this node relies on another one")
                    .add(core.relied_on)
                    .take());
  out.push_back(gauge("skat_partitions_followed", "Partitions that this node follows itself, since no owner is heard")
                    .add(core.tail)
                    .take());
  out.push_back(counter("skat_feed_resyncs_total", "Holes in a room's numbers that could not be filled")
                    .add(core.resyncs)
                    .take());
  out.push_back(counter("skat_dead_letters_total", "Records that could not be read").add(core.dead_letters).take());
  out.push_back(gauge("skat_pending_submissions", "Requests in the log without an outcome").add(core.pending).take());
  out.push_back(gauge("skat_feeds", "Rooms whose events this node follows").add(core.feeds).take());
  out.push_back(gauge("skat_rooms", "Rooms that the fold knows").add(core.rooms).take());
}

void add_mailboxes(const Gateway& gateway, std::vector<MetricFamily>& out) {
  auto depth = gauge("skat_mailbox_depth", "Items waiting in a mailbox");
  auto pushed = counter("skat_mailbox_pushed_total", "Items a mailbox has taken");
  auto rejected = counter("skat_mailbox_rejected_total", "Items a mailbox has refused");
  for (const auto& row : gateway.mailboxes()) {
    depth.add(static_cast<double>(row.stats.depth), {{"mailbox", row.name}});
    pushed.add(static_cast<double>(row.stats.pushed), {{"mailbox", row.name}});
    rejected.add(static_cast<double>(row.stats.rejected), {{"mailbox", row.name}});
  }
  out.push_back(depth.take());
  out.push_back(pushed.take());
  out.push_back(rejected.take());
}

}  // namespace

std::string render_metrics(Gateway& gateway, const std::string& version) {
  std::vector<MetricFamily> families;
  families.push_back(gauge("skat_build_info", "Always 1").add(1, {{"version", version}}).take());
  add_connections(gateway, families);
  add_requests(gateway, families);
  add_chat(gateway, families);
  add_mailboxes(gateway, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace skat::gateway
