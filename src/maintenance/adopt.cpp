#include "maintenance/adopt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/random.hpp"
#include "chat/log_fit.hpp"
#include "chat/partitioning.hpp"
#include "fold/fold.hpp"
#include "maintenance/log_scan.hpp"
#include "maintenance/store_scan.hpp"

namespace skat::maintenance {
namespace {

constexpr std::uint64_t kReachEvery = 1'000;

std::string string_of(const boost::json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// The record that makes the event, as far as the fold looks at it.
std::optional<model::Record> record_of(const model::Event& event) {
  error_code error;
  const boost::json::value value = boost::json::parse(event.body, error);
  const auto* body = error ? nullptr : value.if_object();
  if (body == nullptr) return std::nullopt;
  model::Record record;
  record.room = event.room;
  record.sender = event.sender;
  record.device = event.device;
  record.n = event.n;
  record.name = string_of(*body, "name");
  switch (event.kind) {
    case model::EventKind::room_created: {
      const auto access = model::parse_access(string_of(*body, "access"));
      if (!access) return std::nullopt;
      record.kind = model::RecordKind::room_create;
      record.room_name = string_of(*body, "room_name");
      record.access = *access;
      break;
    }
    case model::EventKind::member_joined:
      record.kind = model::RecordKind::member_join;
      break;
    case model::EventKind::member_left:
      record.kind = model::RecordKind::member_leave;
      break;
    case model::EventKind::message:
      record.kind = model::RecordKind::message_send;
      record.text = string_of(*body, "text");
      break;
  }
  return record;
}

class Planner {
 public:
  Planner(Asker& asker, log::Log& log, store::Directory& directory, StoreScan& scan, Progress& progress)
      : asker_(asker), log_(log), directory_(directory), scan_(scan), progress_(progress) {}

  result<AdoptionPlan> run_blocking() {
    for (const auto step :
         {&Planner::check_partitioning_blocking, &Planner::judge_blocking, &Planner::bring_snapshots_up_blocking}) {
      if (auto done = (this->*step)(); !done) return done.error();
      if (!plan_.refusal.empty()) return std::move(plan_);
    }
    for (auto& [number, adoption] : adoptions_) plan_.adoptions.push_back(std::move(adoption));
    return std::move(plan_);
  }

 private:
  result<void> check_partitioning_blocking();
  result<void> judge_blocking();
  result<void> bring_snapshots_up_blocking();
  result<void> replay_room_blocking(const model::RoomId& room, const store::RoomSnapshot* snapshot);
  void adopt(const store::PartitionState& state, const log::Bounds& bounds, chat::LogFit fit);

  Asker& asker_;
  log::Log& log_;
  store::Directory& directory_;
  StoreScan& scan_;
  Progress& progress_;
  std::map<std::uint32_t, store::Adoption> adoptions_;
  std::uint64_t events_ = 0;
  AdoptionPlan plan_;
};

result<void> Planner::check_partitioning_blocking() {
  const auto wanted = chat::partitioning_setting(log_.partition_count());
  const auto stored = asker_.ask_blocking<std::string>(
      [&](store::Done<std::string> done) { directory_.get_or_put_setting("partitioning", wanted, std::move(done)); });
  if (!stored) return stored.error();
  if (*stored != wanted) {
    plan_.refusal = fmt::format(
        "the store's rooms are placed by \"{}\", this log's by \"{}\": only a log with as many partitions can be "
        "adopted",
        *stored, wanted);
  }
  return {};
}

result<void> Planner::judge_blocking() {
  const auto states = scan_.partitions_blocking();
  if (!states) return states.error();
  for (const auto& state : *states) {
    const auto bounds = bounds_blocking(asker_, log_, log::Partition{state.progress.partition});
    if (!bounds) return bounds.error();
    const auto fit = chat::judge_log(log_.log_id(), *bounds,
                                     {state.log_id, state.progress.next_offset, state.progress.snapshots_as_of});
    if (fit != chat::LogFit::fits) adopt(state, *bounds, fit);
  }
  if (adoptions_.empty()) plan_.refusal = "the log is the one that the store goes on from: there is nothing to adopt";
  return {};
}

void Planner::adopt(const store::PartitionState& state, const log::Bounds& bounds, chat::LogFit fit) {
  const auto number = state.progress.partition;
  const auto next = state.progress.next_offset, start = bounds.start.value(), end = bounds.end.value();
  store::Adoption adoption{state.progress, log_.log_id(), start, model::Epoch{base::random_u64()}, {}};
  switch (fit) {
    case chat::LogFit::other_log:
      plan_.consequences.push_back(fmt::format(
          "partition {}: log {} is given up at offset {}: what was acknowledged behind it and not archived is lost",
          number, state.log_id, next));
      if (end > start) {
        plan_.consequences.push_back(fmt::format(
            "partition {}: log {} has {} records already, from offset {} on: they are taken as new, copies of old "
            "requests are recognized",
            number, log_.log_id(), end - start, start));
      }
      break;
    case chat::LogFit::begins_late:
      adoption.next_offset = std::max(start, next);
      plan_.consequences.push_back(
          start > next
              ? fmt::format("partition {}: offsets {} to {} are gone from the log and were not archived: what "
                            "was acknowledged there is lost",
                            number, next, start - 1)
              : fmt::format("partition {}: all that is gone from the log was archived: no event is lost", number));
      break;
    case chat::LogFit::ends_early:
      adoption.next_offset = end;
      plan_.consequences.push_back(fmt::format(
          "partition {}: the log ends at offset {}, the store had come to {}: what it has stays, what was acknowledged "
          "behind that and not archived is lost",
          number, end, next));
      break;
    case chat::LogFit::fits:
      return;
  }
  adoptions_.emplace(number, std::move(adoption));
}

// The records that would bring a snapshot up to its room's stored head are given up with the log; the events they made
// are there.
result<void> Planner::bring_snapshots_up_blocking() {
  auto stored = scan_.snapshots_blocking();
  if (!stored) return stored.error();
  std::map<model::RoomId, store::RoomSnapshot> snapshots;
  for (auto& [number, snapshot] : *stored) {
    if (adoptions_.contains(number)) snapshots[snapshot.room] = std::move(snapshot);
  }
  const auto count = scan_.count_events_blocking();
  if (!count) return count.error();
  progress_.begin("reading the store", *count);
  for (;;) {
    const auto room = scan_.next_room_blocking();
    if (!room) return room.error();
    if (!*room) break;
    const auto snapshot = snapshots.find((*room)->id);
    auto done = replay_room_blocking((*room)->id, snapshot == snapshots.end() ? nullptr : &snapshot->second);
    if (!done || !plan_.refusal.empty()) return done;
  }
  progress_.end();
  plan_.consequences.emplace_back(
      "a request that was refused, and whose refusal only the given up records show, may be accepted when it is "
      "repeated");
  plan_.consequences.emplace_back("the epoch changes: every client that comes back reads its rooms anew (resync)");
  return {};
}

result<void> Planner::replay_room_blocking(const model::RoomId& room, const store::RoomSnapshot* snapshot) {
  const auto adoption = adoptions_.find(chat::partition_of(room, log_.partition_count()));
  fold::Fold fold(model::Epoch{});
  model::Seq known;
  if (adoption != adoptions_.end() && snapshot != nullptr) {
    if (const auto loaded = fold.load(room, snapshot->state); !loaded) {
      plan_.refusal = fmt::format("room {}: its snapshot cannot be read: ask `skat verify`", room.hex());
      return {};
    }
    known = fold.room(room)->seq;
  }
  bool changed = false;
  for (;;) {
    const auto event = scan_.next_event_blocking();
    if (!event) return event.error();
    if (!*event) break;
    if (++events_ % kReachEvery == 0) progress_.reach(events_);
    if (adoption == adoptions_.end() || (*event)->seq <= known) continue;
    const auto record = record_of(**event);
    const auto outcome = record ? fold.apply(*record, (*event)->ts) : fold::Outcome{};
    if (!outcome.event || outcome.event->seq != (*event)->seq || outcome.event->body != (*event)->body) {
      plan_.refusal = fmt::format("room {}: event {} does not follow from what is stored before it: ask `skat verify`",
                                  room.hex(), (*event)->seq.value());
      return {};
    }
    changed = true;
  }
  if (changed) adoption->second.snapshots.push_back({room, 0, fold.snapshot(room)});
  return {};
}

}  // namespace

result<AdoptionPlan> plan_adoption_blocking(Asker& asker, log::Log& log, store::Directory& directory,
                                            store::Maintenance& maintenance, Progress& progress) {
  auto scan = StoreScan::open_blocking(asker, maintenance);
  if (!scan) return scan.error();
  return Planner(asker, log, directory, **scan, progress).run_blocking();
}

result<void> adopt_blocking(Asker& asker, store::Maintenance& maintenance, const AdoptionPlan& plan) {
  return asker.ask_blocking<void>([&](store::Done<void> done) { maintenance.adopt(plan.adoptions, std::move(done)); });
}

}  // namespace skat::maintenance
