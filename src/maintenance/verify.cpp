#include "maintenance/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "chat/log_fit.hpp"
#include "chat/partitioning.hpp"
#include "maintenance/log_pass.hpp"
#include "maintenance/log_scan.hpp"
#include "maintenance/room_audit.hpp"
#include "maintenance/store_scan.hpp"

namespace skat::maintenance {
namespace {

constexpr std::size_t kMaxExplained = 20;  // Limit: differing events whose differences are told; others are only named
constexpr std::uint64_t kReachEvery = 1'000;

using Road = LogPass::Road;

// Which of the two an event of the log belongs to: one table of rooms each. 16 bytes an event.
using RoomTable = std::unordered_map<model::RoomId, RoomDigests, model::Id128Hash>;

std::string differences(const model::Event& stored, const model::Event& made) {
  std::string fields;
  const auto field = [&fields](const char* name, bool same) {
    if (!same) fields += fields.empty() ? std::string(name) : fmt::format(", {}", name);
  };
  field("epoch", stored.epoch == made.epoch);
  field("mseq", stored.mseq == made.mseq);
  field("kind", stored.kind == made.kind);
  field("sender", stored.sender == made.sender);
  field("device", stored.device == made.device);
  field("n", stored.n == made.n);
  field("time", stored.ts == made.ts);
  field("body", stored.body == made.body);
  return fields;
}

// Verifier: the steps of verify_blocking(), with what they hand to each other.
// Lives on: the thread of the command. Ends by: destruction.
class Verifier {
 public:
  Verifier(Asker& asker, log::Log& log, StoreScan& scan, Progress& progress)
      : asker_(asker), log_(log), scan_(scan), progress_(progress) {}

  result<VerifyReport> run_blocking();

 private:
  struct Partition {
    store::PartitionState state;
    std::vector<store::RoomSnapshot> snapshots;
    std::optional<log::Bounds> bounds;
    bool folded = false;
    std::unique_ptr<LogPass> pass;
  };

  result<void> load_blocking();
  result<void> fold_blocking();
  result<void> check_letters_blocking();
  result<void> audit_blocking();
  result<void> audit_room_blocking(const StoreScan::Room& room, Hasher& hasher);
  result<void> explain_blocking();
  void check_place(Partition& partition);
  void check_state(const model::RoomId& room, const Partition& partition);
  void check_unseen();
  Partition* partition_of(const model::RoomId& room);
  RoomTable& table(Road road) { return road == Road::from_start ? from_start_ : from_snapshots_; }
  const RoomDigests* find(Road road, const model::RoomId& room) {
    const auto found = table(road).find(room);
    return found == table(road).end() ? nullptr : &found->second;
  }

  Asker& asker_;
  log::Log& log_;
  StoreScan& scan_;
  Progress& progress_;
  std::map<std::uint32_t, Partition> partitions_;
  RoomTable from_start_, from_snapshots_;
  std::vector<RoomAudit::Mismatch> mismatches_;
  std::set<model::RoomId> seen_;
  VerifyReport report_;
};

result<VerifyReport> Verifier::run_blocking() {
  for (const auto step : {&Verifier::load_blocking, &Verifier::fold_blocking, &Verifier::check_letters_blocking,
                          &Verifier::audit_blocking, &Verifier::explain_blocking}) {
    if (auto done = (this->*step)(); !done) return done.error();
  }
  return std::move(report_);
}

result<void> Verifier::load_blocking() {
  const auto states = scan_.partitions_blocking();
  if (!states) return states.error();
  for (const auto& state : *states) partitions_[state.progress.partition].state = state;
  auto snapshots = scan_.snapshots_blocking();
  if (!snapshots) return snapshots.error();
  for (auto& [number, snapshot] : *snapshots) {
    const auto owner = chat::partition_of(snapshot.room, log_.partition_count());
    if (owner != number) {
      report_.findings.add(fmt::format("room {}: its snapshot stands under partition {}, its records under {}",
                                       snapshot.room.hex(), number, owner));
      continue;
    }
    partitions_[number].snapshots.push_back(std::move(snapshot));
  }
  for (auto& [number, partition] : partitions_) {
    if (number >= log_.partition_count()) {
      report_.findings.add(
          fmt::format("the store has a partition {}, the log has {} of them", number, log_.partition_count()));
      continue;
    }
    const auto bounds = bounds_blocking(asker_, log_, log::Partition{number});
    if (!bounds) return bounds.error();
    partition.bounds = *bounds;
    check_place(partition);
  }
  report_.partitions = partitions_.size();
  return {};
}

void Verifier::check_place(Partition& partition) {
  const auto& [progress, log_id, former_epochs] = partition.state;
  const chat::StorePlace place{log_id, progress.next_offset, progress.snapshots_as_of};
  const auto fit = chat::judge_log(log_.log_id(), *partition.bounds, place);
  if (fit != chat::LogFit::fits) {
    report_.findings.add(chat::describe_misfit(fit, progress.partition, log_.log_id(), *partition.bounds, place));
  }
  // A log that only ends early, or begins late, says nothing that can be trusted of what the store has.
  partition.folded = fit == chat::LogFit::fits;
  if (progress.snapshots_as_of > progress.next_offset) {
    report_.findings.add(fmt::format("partition {}: the snapshots claim to be true up to offset {}, behind {}",
                                     progress.partition, progress.snapshots_as_of, progress.next_offset));
  }
  for (const auto& snapshot : partition.snapshots) {
    if (snapshot.as_of > progress.next_offset) {
      report_.findings.add(fmt::format("room {}: its snapshot is of offset {}, but the store has come to {} only",
                                       snapshot.room.hex(), snapshot.as_of, progress.next_offset));
    }
  }
}

result<void> Verifier::fold_blocking() {
  std::uint64_t total = 0, done = 0;
  const auto length = [](const Partition& partition) {
    const auto start = partition.bounds->start.value(), end = partition.state.progress.next_offset;
    return end > start ? end - start : 0;
  };
  for (const auto& [number, partition] : partitions_) total += partition.folded ? length(partition) : 0;
  progress_.begin("folding the log", total);
  Hasher hasher;
  for (auto& [number, partition] : partitions_) {
    if (!partition.folded) continue;
    partition.pass = std::make_unique<LogPass>(partition.state, partition.snapshots, *partition.bounds);
    LogPass& pass = *partition.pass;
    for (const auto& room : pass.unreadable()) {
      report_.findings.add(fmt::format("room {}: its snapshot cannot be read", room.hex()));
    }
    for (const auto& snapshot : partition.snapshots) {
      if (const auto seq = pass.snapshot_seq(snapshot.room)) from_snapshots_[snapshot.room].first = seq->next();
    }
    auto folded = pass.run_blocking(asker_, log_, progress_, done, [&](Road road, const model::Event& event) {
      auto& room = table(road)[event.room];
      if (event.seq == model::Seq{1}) room.created = event.ts;
      room.events.push_back(hasher.of(event));
    });
    if (!folded) return folded.error();
    report_.records += pass.records();
    done += length(partition);
  }
  progress_.end();
  return {};
}

// Only where the fold has seen everything: what it refuses depends on what it has seen before.
result<void> Verifier::check_letters_blocking() {
  const auto letters = scan_.letters_blocking();
  if (!letters) return letters.error();
  std::map<std::uint32_t, std::vector<std::uint64_t>> stored;
  for (const auto& [number, letter] : *letters) stored[number].push_back(letter.offset);
  for (const auto& [number, partition] : partitions_) {
    if (!partition.folded || !partition.pass->reaches_back()) continue;
    std::vector<std::uint64_t> missing;
    std::ranges::set_difference(partition.pass->unstorable(), stored[number], std::back_inserter(missing));
    for (const auto offset : missing) {
      report_.findings.add(fmt::format(
          "partition {}: the record at offset {} is not storable, but is not among the dead letters", number, offset));
    }
  }
  return {};
}

result<void> Verifier::audit_blocking() {
  const auto events = scan_.count_events_blocking();
  if (!events) return events.error();
  progress_.begin("reading the store", *events);
  Hasher hasher;
  for (;;) {
    const auto room = scan_.next_room_blocking();
    if (!room) return room.error();
    if (!*room) break;
    if (auto done = audit_room_blocking(**room, hasher); !done) return done;
  }
  progress_.reach(report_.events);
  progress_.end();
  check_unseen();
  return {};
}

result<void> Verifier::audit_room_blocking(const StoreScan::Room& room, Hasher& hasher) {
  seen_.insert(room.id);
  RoomExpectation expected;
  const Partition* const partition = partition_of(room.id);
  expected.folded = partition != nullptr && partition->folded;
  if (expected.folded) {
    expected.from_start = find(Road::from_start, room.id);
    expected.from_snapshots = find(Road::from_snapshots, room.id);
    expected.reaches_back = partition->pass->reaches_back();
    expected.epoch = partition->state.progress.epoch;
    expected.former_epochs = partition->state.former_epochs;
  }
  RoomAudit audit(hasher, room.id, expected, report_.findings, mismatches_);
  for (;;) {
    const auto event = scan_.next_event_blocking();
    if (!event) return event.error();
    if (!*event) break;
    audit.take(**event);
    if (++report_.events % kReachEvery == 0) progress_.reach(report_.events);
  }
  audit.finish(room.row, room.members);
  if (audit.judged_from_start()) {
    check_state(room.id, *partition);
  } else {
    ++report_.older_rooms;
  }
  report_.compared += audit.compared();
  report_.rooms.push_back({room.id, audit.head(), audit.hash()});
  report_.hash = hasher.roll(report_.hash, room.id, audit.head(), audit.hash());
  return {};
}

// A snapshot and the records behind it must lead where all records lead.
void Verifier::check_state(const model::RoomId& room, const Partition& partition) {
  const auto whole = partition.pass->fold(Road::from_start).snapshot(room);
  const auto later = partition.pass->fold(Road::from_snapshots).snapshot(room);
  if (!later.empty() && whole != later) {
    report_.findings.add(fmt::format(
        "room {}: its snapshot with the records behind it makes another state than all of its records", room.hex()));
  }
}

void Verifier::check_unseen() {
  std::set<model::RoomId> missing;
  for (const auto road : {Road::from_start, Road::from_snapshots}) {
    for (const auto& [room, digests] : table(road)) {
      const bool stored = seen_.contains(room);
      if (!stored && digests.first.value() - 1 + digests.events.size() > 0) missing.insert(room);
    }
  }
  for (const auto& room : missing) {
    report_.findings.add(fmt::format("room {}: the log makes events of it, the store has none", room.hex()));
  }
}

// Folds once more, for the events that differ only.
result<void> Verifier::explain_blocking() {
  std::map<std::pair<model::RoomId, model::Seq>, const RoomAudit::Mismatch*> wanted;
  std::set<std::uint32_t> numbers;
  for (const auto& mismatch : mismatches_) {
    if (wanted.size() < kMaxExplained) {
      wanted[{mismatch.stored.room, mismatch.stored.seq}] = &mismatch;
      numbers.insert(chat::partition_of(mismatch.stored.room, log_.partition_count()));
    } else {
      report_.findings.add(fmt::format("room {}: event {} is not what the log makes of it", mismatch.stored.room.hex(),
                                       mismatch.stored.seq.value()));
    }
  }
  if (wanted.empty()) return {};
  progress_.begin("folding again what differs", 0);
  for (const auto number : numbers) {
    const auto& partition = partitions_.at(number);
    LogPass pass(partition.state, partition.snapshots, *partition.bounds);
    auto folded = pass.run_blocking(asker_, log_, progress_, 0, [&](Road road, const model::Event& made) {
      const auto found = wanted.find({made.room, made.seq});
      if (found == wanted.end() || found->second->from_start != (road == Road::from_start)) return;
      report_.findings.add(fmt::format("room {}: event {} is not what the log makes of it: stored with another {}",
                                       made.room.hex(), made.seq.value(), differences(found->second->stored, made)));
    });
    if (!folded) return folded.error();
  }
  progress_.end();
  return {};
}

Verifier::Partition* Verifier::partition_of(const model::RoomId& room) {
  const auto found = partitions_.find(chat::partition_of(room, log_.partition_count()));
  return found == partitions_.end() ? nullptr : &found->second;
}

}  // namespace

result<VerifyReport> verify_blocking(Asker& asker, log::Log& log, store::Maintenance& store, Progress& progress) {
  auto scan = StoreScan::open_blocking(asker, store);
  if (!scan) return scan.error();
  return Verifier(asker, log, **scan, progress).run_blocking();
}

}  // namespace skat::maintenance
