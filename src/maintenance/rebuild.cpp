#include "maintenance/rebuild.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "chat/log_fit.hpp"
#include "maintenance/log_archive.hpp"
#include "maintenance/log_pass.hpp"
#include "maintenance/log_scan.hpp"
#include "maintenance/store_scan.hpp"

namespace skat::maintenance {
namespace {

constexpr std::uint64_t kReachEvery = 1'000;

struct StoreHash {
  Digest hash{};
  std::uint64_t events = 0;
  bool other_epochs = false;  // some event is of another epoch than its partition
};

// What the store was before the rebuild began. As text, the note that the store keeps meanwhile:
// "1 <hash> <events> <partition>:<next offset> …"
struct Before {
  Digest hash{};
  std::uint64_t events = 0;
  std::map<std::uint32_t, std::uint64_t> next_offsets;

  [[nodiscard]] std::string note() const {
    std::string text = fmt::format("1 {} {}", to_hex(hash), events);
    for (const auto& [partition, offset] : next_offsets) text += fmt::format(" {}:{}", partition, offset);
    return text;
  }
  [[nodiscard]] static std::optional<Before> parse(const std::string& note) {
    std::istringstream in(note);
    int version = 0;
    std::string hex;
    Before before;
    if (!(in >> version >> hex >> before.events) || version != 1) return std::nullopt;
    const auto bytes = base::from_hex(hex);
    if (!bytes || bytes->size() != before.hash.size()) return std::nullopt;
    std::ranges::copy(*bytes, reinterpret_cast<char*>(before.hash.data()));
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    for (char colon = 0; in >> partition >> colon >> offset;) before.next_offsets[partition] = offset;
    return before;
  }
};

class Rebuild {
 public:
  Rebuild(const RebuildPorts& ports, Progress& progress) : ports_(ports), progress_(progress) {}

  result<RebuildReport> run_blocking();

 private:
  result<void> read_blocking();
  result<void> check_blocking();
  result<void> reset_blocking();
  result<void> fold_blocking();
  result<StoreHash> hash_blocking(std::string_view what);
  result<store::StoredFold> load_blocking(std::uint32_t partition);
  void refuse(std::string sentence) {
    if (report_.refusal.empty()) report_.refusal = std::move(sentence);
  }

  const RebuildPorts& ports_;
  Progress& progress_;
  std::vector<store::PartitionState> partitions_;
  std::map<std::uint32_t, log::Bounds> bounds_;
  Before before_;
  RebuildReport report_;
};

result<RebuildReport> Rebuild::run_blocking() {
  for (const auto step : {&Rebuild::read_blocking, &Rebuild::check_blocking, &Rebuild::reset_blocking}) {
    if (auto done = (this->*step)(); !done) return done.error();
    if (!report_.refusal.empty()) return std::move(report_);
  }
  if (auto done = fold_blocking(); !done) return done.error();
  return std::move(report_);
}

result<void> Rebuild::read_blocking() {
  auto scan = StoreScan::open_blocking(ports_.asker, ports_.maintenance);
  if (!scan) return scan.error();
  auto partitions = (*scan)->partitions_blocking();
  if (!partitions) return partitions.error();
  partitions_ = std::move(*partitions);
  if (partitions_.empty()) refuse("the store has never been used: there is nothing to rebuild");
  const auto note = ports_.asker.ask_blocking<std::optional<std::string>>(
      [this](store::Done<std::optional<std::string>> done) { ports_.maintenance.note(std::move(done)); });
  if (!note) return note.error();
  if (!*note) return {};
  auto before = Before::parse(**note);
  if (!before) {
    refuse("the store carries a note of a rebuild that this Skat does not understand: a newer one began it");
    return {};
  }
  // A node that was started in between has gone on by itself; where it came further, this is a rebuild like any other.
  report_.resumed = std::ranges::all_of(partitions_, [&](const store::PartitionState& state) {
    return state.progress.next_offset <= before->next_offsets[state.progress.partition];
  });
  if (report_.resumed) before_ = std::move(*before);
  return {};
}

result<void> Rebuild::check_blocking() {
  for (const auto& [progress, log_id, former_epochs] : partitions_) {
    if (progress.partition >= ports_.log.partition_count()) {
      refuse(fmt::format("the store has a partition {}, the log has {} of them: this is not its log",
                         progress.partition, ports_.log.partition_count()));
      return {};
    }
    const auto bounds = bounds_blocking(ports_.asker, ports_.log, log::Partition{progress.partition});
    if (!bounds) return bounds.error();
    const chat::StorePlace place{log_id, progress.next_offset, progress.snapshots_as_of};
    const auto fit = chat::judge_log(ports_.log.log_id(), *bounds, place);
    if (fit != chat::LogFit::fits) {
      refuse(chat::describe_misfit(fit, progress.partition, ports_.log.log_id(), *bounds, place));
    } else if (bounds->start > bounds->first) {
      refuse(fmt::format(
          "partition {}: the log begins at offset {}: what lay before it is in the store alone, so nothing is dropped",
          progress.partition, bounds->start.value()));
    }
    bounds_[progress.partition] = *bounds;
  }
  return {};
}

result<void> Rebuild::reset_blocking() {
  if (report_.resumed) {
    report_.before = before_.hash;
    report_.events_before = before_.events;
    return {};
  }
  const auto now = hash_blocking("reading the store");
  if (!now) return now.error();
  if (now->other_epochs) {
    refuse(
        "some events are of an earlier epoch, from before a log was adopted: this log does not have them, so nothing"
        " is dropped");
    return {};
  }
  report_.before = before_.hash = now->hash;
  report_.events_before = before_.events = now->events;
  std::vector<store::StoredProgress> expected;
  for (const auto& state : partitions_) {
    expected.push_back(state.progress);
    before_.next_offsets[state.progress.partition] = state.progress.next_offset;
  }
  return ports_.asker.ask_blocking<void>(
      [&](store::Done<void> done) { ports_.maintenance.reset(expected, before_.note(), std::move(done)); });
}

result<store::StoredFold> Rebuild::load_blocking(std::uint32_t partition) {
  return ports_.asker.ask_blocking<store::StoredFold>([this, partition](store::Done<store::StoredFold> done) {
    ports_.store.load_fold(partition, ports_.log.log_id(), std::move(done));
  });
}

// First as far as the store had come, for the comparison, then to the log's end.
result<void> Rebuild::fold_blocking() {
  std::map<std::uint32_t, LogArchive> archives;
  std::uint64_t total = 0, done = 0;
  for (const auto& [number, bounds] : bounds_) {
    auto stored = load_blocking(number);
    if (!stored) return stored.error();
    auto archive = LogArchive::load(number, std::move(*stored));
    if (!archive) return archive.error();
    archives.emplace(number, std::move(*archive));
    total += bounds.end.value() - bounds.start.value();
  }
  progress_.begin("folding the log into the store", total);
  const auto fold_to = [&](std::uint32_t number, log::Offset end) -> result<void> {
    LogArchive& archive = archives.at(number);
    if (end.value() <= archive.next_offset()) return {};
    const auto from = std::max(archive.position(), bounds_.at(number).start.value());
    auto folded = archive.run_blocking(ports_.asker, ports_.log, ports_.store, end, progress_, done);
    done += end.value() - from;
    return folded;
  };
  for (const auto& [number, offset] : before_.next_offsets) {
    if (auto folded = fold_to(number, log::Offset{offset}); !folded) return folded;
  }
  progress_.end();
  const auto now = hash_blocking("reading the store again");
  if (!now) return now.error();
  report_.after = now->hash;
  report_.events = now->events;
  progress_.begin("folding what the store did not have yet", 0);
  for (const auto& [number, bounds] : bounds_) {
    const auto events_before = archives.at(number).events();
    if (auto folded = fold_to(number, bounds.end); !folded) return folded;
    report_.new_events += archives.at(number).events() - events_before;
    if (auto written = archives.at(number).write_snapshots_blocking(ports_.asker, ports_.store); !written) {
      return written;
    }
  }
  progress_.end();
  return ports_.asker.ask_blocking<void>(
      [this](store::Done<void> cleared) { ports_.maintenance.clear_note(std::move(cleared)); });
}

result<StoreHash> Rebuild::hash_blocking(std::string_view what) {
  auto scan = StoreScan::open_blocking(ports_.asker, ports_.maintenance);
  if (!scan) return scan.error();
  const auto count = (*scan)->count_events_blocking();
  if (!count) return count.error();
  std::vector<model::Epoch> epochs;
  for (const auto& state : partitions_) epochs.push_back(state.progress.epoch);
  progress_.begin(what, *count);
  Hasher hasher;
  StoreHash all;
  for (;;) {
    const auto room = (*scan)->next_room_blocking();
    if (!room) return room.error();
    if (!*room) break;
    Digest hash{};
    model::Seq head;
    for (;;) {
      const auto event = (*scan)->next_event_blocking();
      if (!event) return event.error();
      if (!*event) break;
      hash = hasher.roll(hash, hasher.of(**event));
      head = (*event)->seq;
      all.other_epochs |= std::ranges::find(epochs, (*event)->epoch) == epochs.end();
      if (++all.events % kReachEvery == 0) progress_.reach(all.events);
    }
    all.hash = hasher.roll(all.hash, (*room)->id, head, hash);
  }
  progress_.reach(all.events);
  progress_.end();
  return all;
}

}  // namespace

result<RebuildReport> rebuild_blocking(const RebuildPorts& ports, Progress& progress) {
  return Rebuild(ports, progress).run_blocking();
}

}  // namespace skat::maintenance
