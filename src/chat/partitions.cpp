#include "chat/partitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "chat/partitioning.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100}, kLongestRetry{5'000};
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::seconds kEndsInterval{1};  // how often the log's ends are asked for what others own
// Then a partition that failed is tried again.
constexpr std::chrono::milliseconds kFirstAfterFailure{5'000}, kLongestAfterFailure{60'000};

}  // namespace

Partitions::Partitions(const Config& config, const Partition::Ports& ports, Settings& settings, Incarnation incarnation,
                       PartitionOwner::Listener& listener, Watcher& watcher)
    : config_(config),
      ports_(ports),
      settings_(settings),
      incarnation_(incarnation),
      listener_(listener),
      watcher_(watcher),
      slots_(ports.log.partition_count()),
      backoff_(kFirstRetry, kLongestRetry) {}

void Partitions::start(Done<void> ready) {
  ready_ = std::move(ready);
  check_setting();
}

void Partitions::check_setting() {
  const std::string wanted = partitioning_setting(ports_.log.partition_count());
  auto on_setting = [this, wanted](const result<std::string>& stored) {
    if (!stored) {
      if (stored.error() != condition::retryable) {
        finish(stored.error());
        return;
      }
      std::ignore = ports_.core.after(backoff_.next(), lifetime_.guard([this] { check_setting(); }));
    } else if (*stored != wanted) {
      base::log(base::LogLevel::error, "chat", "the store's rooms are placed by \"{}\", this log's by \"{}\"", *stored,
                wanted);
      finish(store::errc::schema);
    } else {
      begin();
    }
  };
  settings_.get_or_put("partitioning", wanted, lifetime_.guard(std::move(on_setting)));
}

void Partitions::begin() {
  began_ = ports_.core.now();
  // Before anything is loaded: what is read on the way has to be written by somebody.
  group_ = ports_.log.join(config_.group_prefix + "-live", *this);
  if (!config_.live) {
    for (std::uint32_t number = 0; number < slots_.size(); ++number) follow(log::Partition{number});
  } else {
    arm_ends();
  }
  if (config_.cluster) arm_progress();
  start_copying();
  tick();
  arm_trim();
}

// Partitions that others own may come to be this node's own when the store cannot be asked. As for tail mode, that is
// for small ones.
void Partitions::start_copying() {
  if (!config_.live || ports_.copies == nullptr) return;
  copier_ = std::make_unique<FoldCopier>(
      config_, ports_.core, ports_.conversations, *ports_.copies, ports_.log.log_id(), ports_.log.partition_count(),
      [this](std::uint32_t number) {
        const Slot& slot = slots_[number];
        return !slot.partition && slot.link.rooms().value_or(~0U) <= config_.tail_whole_rooms;
      });
  copier_->start();
}

std::string Partitions::waiting_for() const {
  if (!ready_) return {};
  std::size_t missing = 0;
  std::string first;
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    const Slot& slot = slots_[number];
    if (slot.fold == Fold::ready || slot.failures || slot.link.owner(ports_.core.now())) continue;
    if (++missing > 1) continue;
    first = fmt::format("partition {}: {}", number,
                        slot.partition ? slot.partition->waiting_for() : "no node that owns it is heard");
  }
  if (missing == 0) return "the partitions' number has to be compared with the store's";
  return missing == 1 ? first : fmt::format("{} of {} partitions; {}", missing, slots_.size(), first);
}

// ---- Following

void Partitions::tick() {
  for (std::uint32_t number = 0; number < slots_.size(); ++number) tick(log::Partition{number}, slots_[number]);
  check_ready();
  std::ignore = ports_.core.after(kTick, lifetime_.guard([this] { tick(); }));
}

void Partitions::tick(log::Partition number, Slot& slot) {
  const auto now = ports_.core.now();
  std::vector<Waiting> late;
  std::erase_if(slot.waiting, [&](Waiting& waiting) {
    if (waiting.until > now) return false;
    late.push_back(std::move(waiting));
    return true;
  });
  for (Waiting& waiting : late) waiting.done(false);

  if (slot.partition && slot.partition->misled()) unfollow(number);
  if (slot.fold == Fold::failed) {
    drop(number);
  } else if (slot.fold == Fold::ready && slot.partition->failed()) {
    end(number, slot);
  }
  if (slot.fold == Fold::ready) {
    slot.link.on_own_fold(slot.partition->position());
  } else {
    slot.link.no_own_fold();
  }
  // What is followed from before the owner came back may lack rooms that were asked of him since.
  const bool relied_on = slot.link.owner(now).has_value();
  if (std::exchange(slot.relied_on, relied_on) && !relied_on && slot.fold == Fold::ready) watcher_.on_missed(number);
  // At the start owners get the time that a silence takes to be noticed.
  const bool listening = config_.live && now - began_ <= PartitionLink::kSilence;
  const bool wanted = slot.owned || !slot.waiting.empty() || (!listening && !slot.link.owner(now));
  if (wanted) {
    slot.unneeded_since.reset();
    if (slot.fold == Fold::none && now >= slot.not_before) follow(number);
  } else if (slot.fold == Fold::ready) {
    if (!slot.unneeded_since) {
      slot.unneeded_since = now;
    } else if (now - *slot.unneeded_since >= config_.tail_linger) {
      unfollow(number);
    }
  }
}

void Partitions::follow(log::Partition number) {
  Slot& slot = slots_[number.value()];
  slot.fold = Fold::loading;
  // A small partition is followed whole: it may come to be this node's own when the store cannot be asked.
  const bool whole = slot.owned || !config_.live || slot.link.rooms().value_or(~0U) <= config_.tail_whole_rooms;
  const auto scope = whole ? Partition::Scope::whole : Partition::Scope::wanted;
  slot.partition = std::make_unique<Partition>(
      config_, ports_, number, incarnation_, scope, listener_,
      [this](std::span<const HotEventPtr> events) {
        ports_.hot_tail.mark_archived(events);
        listener_.on_archived(events);
      },
      [this, number] { on_rooms(number); });
  slot.partition->set_owned(slot.owned);
  for (const Waiting& waiting : slot.waiting) slot.partition->want(waiting.room);
  slot.partition->start(lifetime_.guard([this, number](const result<void>& outcome) { on_followed(number, outcome); }));
}

void Partitions::on_followed(log::Partition number, const result<void>& outcome) {
  Slot& slot = slots_[number.value()];
  if (outcome) {
    slot.fold = Fold::ready;
    slot.failures.reset();
    if (config_.live && started_) {
      base::log(base::LogLevel::info, "chat", "partition {}: this node follows it{}", number.value(),
                slot.owned ? " and owns it" : ", until its owner is heard");
    }
    watcher_.on_here(number);
    tell_waiting(slot);
    check_ready();
    return;
  }
  slot.fold = Fold::failed;  // it goes in the next tick: not from inside its own call
  if (started_ || !ready_) return;
  const bool all =
      std::ranges::all_of(slots_, [](const Slot& other) { return other.failures || other.fold == Fold::failed; });
  if (all || !config_.cluster) finish(outcome.error());
}

// This partition alone: whoever waits for it is told, and it is tried again later.
void Partitions::drop(log::Partition number) {
  Slot& slot = slots_[number.value()];
  if (!slot.failures) slot.failures.emplace(kFirstAfterFailure, kLongestAfterFailure);
  const auto wait = slot.failures->next();
  base::log(base::LogLevel::error, "chat", "partition {}: cannot be followed; again in {} ms", number.value(),
            wait.count());
  slot.not_before = ports_.core.now() + wait;
  unfollow(number);
  give_up_waiting(slot);
}

// The log has lost what comes next. What an owner has folded until then may be nowhere else.
void Partitions::end(log::Partition number, Slot& slot) {
  if (!slot.owned) {
    drop(number);
  } else if (slot.partition->confirmed() && !std::exchange(slot.ending, true)) {
    slot.partition->flush([this, number] { slots_[number.value()].fold = Fold::failed; });
  }
}

void Partitions::on_rooms(log::Partition number) {
  watcher_.on_here(number);
  tell_waiting(slots_[number.value()]);
}

void Partitions::unfollow(log::Partition number) {
  Slot& slot = slots_[number.value()];
  slot.unneeded_since.reset();
  slot.fold = Fold::none;
  slot.ending = false;
  slot.partition.reset();
  ports_.hot_tail.forget([this, number](const model::RoomId& room) { return number_of(room) == number; });
  watcher_.on_gone(number);
}

void Partitions::tell_waiting(Slot& slot) {
  std::vector<Waiting> told;
  std::erase_if(slot.waiting, [&](Waiting& waiting) {
    if (!has(slot, waiting.room)) return false;
    told.push_back(std::move(waiting));
    return true;
  });
  for (Waiting& waiting : told) waiting.done(true);
}

void Partitions::give_up_waiting(Slot& slot) {
  for (Waiting& waiting : std::exchange(slot.waiting, {})) waiting.done(false);
}

void Partitions::when_here(const model::RoomId& room, base::Duration patience, base::Function<void(bool)> done) {
  Slot& slot = slot_of(room);
  if (has(slot, room)) {
    done(true);
    return;
  }
  if (slot.waiting.size() >= kMaxWaiting) {
    done(false);
    return;
  }
  slot.waiting.push_back({room, ports_.core.now() + patience, std::move(done)});
  want(room);
}

void Partitions::want(const model::RoomId& room) {
  Slot& slot = slot_of(room);
  if (!slot.partition && ports_.core.now() >= slot.not_before) follow(number_of(room));
  if (slot.partition) slot.partition->want(room);
}

void Partitions::check_ready() {
  if (!ready_) return;
  const bool all = std::ranges::all_of(slots_, [this](const Slot& slot) {
    return slot.fold == Fold::ready || slot.failures || slot.link.owner(ports_.core.now());
  });
  if (all) finish({});
}

void Partitions::finish(result<void> outcome) {
  if (!ready_) return;
  started_ = outcome.has_value();
  std::exchange(ready_, nullptr)(std::move(outcome));
}

// ---- Owning

void Partitions::on_gained(std::span<const log::Partition> gained) {
  for (const log::Partition number : gained) {
    base::log(base::LogLevel::debug, "chat", "partition {}: gained", number.value());
    Slot& slot = slots_.at(number.value());
    slot.owned = true;
    if (slot.partition && slot.partition->scope() == Partition::Scope::wanted) unfollow(number);
    if (slot.partition) {
      slot.partition->set_owned(true);
    } else if (ports_.core.now() >= slot.not_before) {
      follow(number);
    }
  }
}

void Partitions::on_lost(std::span<const log::Partition> lost) {
  for (const log::Partition number : lost) {
    base::log(base::LogLevel::debug, "chat", "partition {}: lost", number.value());
    Slot& slot = slots_.at(number.value());
    slot.owned = false;
    if (slot.partition) slot.partition->set_owned(false);
  }
}

std::vector<Beat::Held> Partitions::held() const {
  std::vector<Beat::Held> held;
  for (std::uint32_t number = 0; number < slots_.size(); ++number) {
    const Slot& slot = slots_[number];
    if (!slot.owned || slot.fold != Fold::ready || slot.partition->failed()) continue;
    held.push_back({number, slot.partition->fold().epoch(), slot.partition->position(),
                    static_cast<std::uint32_t>(slot.partition->room_count()),
                    slot.partition->archiver().waiting() >= config_.max_unarchived_events});
  }
  return held;
}

void Partitions::leave(base::Function<void()> left) {
  if (!group_) {
    left();
    return;
  }
  group_->leave(lifetime_.guard(std::move(left)));
}

void Partitions::flush(base::Function<void()> done) {
  std::vector<Partition*> writing;
  for (Slot& slot : slots_) {
    if (slot.fold == Fold::ready && slot.owned) writing.push_back(slot.partition.get());
  }
  if (writing.empty()) {
    done();
    return;
  }
  // shared_ptr: the last partition to finish is not known beforehand.
  auto left = std::make_shared<std::size_t>(writing.size());
  auto all_done = std::make_shared<base::Function<void()>>(std::move(done));
  for (Partition* partition : writing) {
    partition->flush([left, all_done] {
      if (--*left == 0) (*all_done)();
    });
  }
}

// ---- Others

void Partitions::on_beat(const Beat& beat) {
  if (beat.node == incarnation_) return;
  const auto now = ports_.core.now();
  for (const Beat::Held& held : beat.held) {
    if (held.partition >= slots_.size()) continue;
    Slot& slot = slots_[held.partition];
    const bool relied_on = slot.link.owner(now).has_value();
    const auto heard = slot.link.on_beat(beat.node, beat.number, held, now);
    const bool relies_now = slot.link.owner(now).has_value();
    if (heard == PartitionLink::Heard::missed || (relies_now && !relied_on)) {
      watcher_.on_missed(log::Partition{held.partition});
    }
  }
  check_ready();
}

void Partitions::on_bus_down() {
  for (Slot& slot : slots_) slot.link.on_bus_down();
}

void Partitions::distrust(const model::RoomId& room) {
  slot_of(room).link.distrust();
}

void Partitions::on_appended(const model::RoomId& room, log::Offset offset) {
  Slot& slot = slot_of(room);
  slot.link.on_end(offset.next(), ports_.core.now());
  // In tail mode its outcome has to be folded here.
  if (slot.partition && !slot.link.owner(ports_.core.now())) slot.partition->want(room);
}

void Partitions::arm_ends() {
  std::ignore = ports_.core.after(kEndsInterval, lifetime_.guard([this] {
    for (std::uint32_t number = 0; number < slots_.size(); ++number) {
      if (slots_[number].owned) continue;
      ports_.log.bounds(log::Partition{number}, lifetime_.guard([this, number](const result<log::Bounds>& bounds) {
        if (bounds) slots_[number].link.on_end(bounds->end, ports_.core.now());
      }));
    }
    arm_ends();
  }));
}

void Partitions::arm_progress() {
  std::ignore = ports_.core.after(config_.progress_interval, lifetime_.guard([this] { ask_progress(); }));
}

// How far the others have written. Without an answer what is kept here is kept a little longer.
void Partitions::ask_progress() {
  std::vector<log::Offset> asked_at(slots_.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].fold == Fold::ready) asked_at[i] = slots_[i].partition->archiver().next_offset();
  }
  auto on_progress = [this, asked_at = std::move(asked_at)](const result<std::vector<store::StoredProgress>>& all) {
    if (all) {
      for (const store::StoredProgress& stored : *all) {
        if (stored.partition >= slots_.size()) continue;
        Slot& slot = slots_[stored.partition];
        if (slot.partition) slot.partition->on_stored(stored, asked_at[stored.partition]);
      }
    }
    arm_progress();
  };
  ports_.conversations.progress(lifetime_.guard(std::move(on_progress)));
}

void Partitions::arm_trim() {
  std::ignore = ports_.core.after(config_.trim_interval, lifetime_.guard([this] {
    for (const Slot& slot : slots_) {
      if (slot.fold == Fold::ready && slot.owned) slot.partition->trim(base::wall_now() - config_.log_keep);
    }
    arm_trim();
  }));
}

// ---- Asking

log::Partition Partitions::number_of(const model::RoomId& room) const {
  return log::Partition{partition_of(room, static_cast<std::uint32_t>(slots_.size()))};
}

// A fold of its own answers, unless an owner is ahead of it: what clients have seen live came from there.
bool Partitions::here(const Slot& slot, const model::RoomId& room) const {
  if (!has(slot, room)) return false;
  return slot.owned || !slot.link.owner(ports_.core.now());
}

std::optional<Incarnation> Partitions::owner_of(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  if (here(slot, room)) return std::nullopt;
  return slot.link.owner(ports_.core.now());
}

std::vector<Incarnation> Partitions::owners() const {
  std::vector<Incarnation> owners;
  for (const Slot& slot : slots_) {
    if (slot.owned && slot.fold == Fold::ready) continue;
    const auto owner = slot.link.owner(ports_.core.now());
    if (owner && std::ranges::find(owners, *owner) == owners.end()) owners.push_back(*owner);
  }
  return owners;
}

bool Partitions::reliable(log::Partition partition) const {
  const Slot& slot = slots_.at(partition.value());
  return (slot.owned && slot.fold == Fold::ready) || slot.link.owner(ports_.core.now());
}

bool Partitions::on_channel(log::Partition partition) const {
  const Slot& slot = slots_.at(partition.value());
  return (slot.owned && slot.fold == Fold::ready) || (slot.link.owner(ports_.core.now()) && slot.link.channel());
}

std::optional<log::Offset> Partitions::own_position(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  if (!has(slot, room)) return std::nullopt;
  return slot.partition->position();
}

log::Offset Partitions::position(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  const log::Offset own = own_position(room).value_or(log::Offset{});
  return slot.link.owner(ports_.core.now()) ? std::max(own, slot.link.position()) : own;
}

bool Partitions::overfull(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  if (!here(slot, room)) return slot.link.full() || (slot.failures && !slot.link.owner(ports_.core.now()));
  return slot.partition->failed() || slot.partition->archiver().waiting() >= config_.max_unarchived_events;
}

bool Partitions::confirmed(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  return !has(slot, room) || slot.partition->confirmed();
}

std::optional<fold::RoomView> Partitions::room(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  return has(slot, room) ? slot.partition->fold().room(room) : std::nullopt;
}

bool Partitions::may_read(const model::RoomId& room, const model::UserId& user) const {
  const Slot& slot = slot_of(room);
  return has(slot, room) && slot.partition->fold().may_read(room, user);
}

model::Epoch Partitions::epoch(const model::RoomId& room) const {
  const Slot& slot = slot_of(room);
  return slot.fold == Fold::ready ? slot.partition->fold().epoch() : slot.link.epoch();
}

Partitions::Counts Partitions::counts() const {
  Counts all;
  for (const Slot& slot : slots_) {
    if (slot.owned) {
      ++all.owned;
    } else if (slot.link.owner(ports_.core.now())) {
      ++all.relied_on;
    } else if (slot.fold == Fold::ready) {
      ++all.tail;
    }
    if (slot.fold != Fold::ready) continue;
    const auto owner = slot.partition->owner_counts();
    const auto archiver = slot.partition->archiver_counts();
    all.owner.events += owner.events;
    all.owner.duplicates += owner.duplicates;
    all.owner.refused += owner.refused;
    all.owner.dead_letters += owner.dead_letters;
    all.archiver.events += archiver.events;
    all.archiver.commits += archiver.commits;
    all.archiver.lag += archiver.lag;
    all.rooms += slot.partition->room_count();
  }
  return all;
}

}  // namespace skat::chat
