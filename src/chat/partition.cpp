#include "chat/partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "chat/log_fit.hpp"
#include "log/errc.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100}, kLongestRetry{5'000};

}  // namespace

Partition::Partition(const Config& config, const Ports& ports, log::Partition number, std::uint64_t incarnation,
                     Scope scope, PartitionOwner::Listener& owner_listener, Archiver::OnArchived on_archived,
                     base::Function<void()> on_rooms)
    : config_(config),
      ports_(ports),
      number_(number),
      incarnation_(incarnation),
      scope_(scope),
      owner_listener_(owner_listener),
      on_archived_(std::move(on_archived)),
      on_rooms_(std::move(on_rooms)),
      backoff_(kFirstRetry, kLongestRetry) {}

void Partition::start(Done<void> ready) {
  ready_ = std::move(ready);
  try_load();
}

void Partition::try_load() {
  auto on_stored_fold = lifetime_.guard([this](result<store::StoredFold> stored) {
    if (stored) {
      on_loaded(std::move(*stored));
    } else {
      load_copy(stored.error());
    }
  });
  if (scope_ == Scope::whole) {
    ports_.conversations.load_fold(number_.value(), ports_.log.log_id(), std::move(on_stored_fold));
  } else {
    ports_.conversations.load_rooms(number_.value(), ports_.log.log_id(), {}, std::move(on_stored_fold));
  }
}

void Partition::retry(error_code error) {
  if (error != condition::retryable) {
    finish(error);
    return;
  }
  why_not_loaded_ = error;
  const auto wait = backoff_.next();
  base::log(base::LogLevel::warn, "chat", "partition {}: cannot load: {}; again in {} ms", number_.value(),
            error.message(), wait.count());
  std::ignore = ports_.core.after(wait, lifetime_.guard([this] { try_load(); }));
}

void Partition::on_loaded(store::StoredFold stored) {
  auto on_bounds = [this, stored = std::move(stored)](result<log::Bounds> bounds) mutable {
    if (!bounds) {
      retry(bounds.error());
      return;
    }
    if (const auto sound = check(stored, *bounds); !sound) {
      finish(sound.error());
      return;
    }
    auto fold = load(stored);
    if (!fold) {
      finish(fold.error());
      return;
    }
    assemble(std::move(stored), std::move(*fold), *bounds);
  };
  ports_.log.bounds(number_, lifetime_.guard(std::move(on_bounds)));
}

result<void> Partition::check(const store::StoredFold& stored, const log::Bounds& bounds) const {
  const StorePlace place{stored.log_id, stored.next_offset, stored.snapshots_as_of};
  const LogFit fit = judge_log(ports_.log.log_id(), bounds, place);
  if (fit == LogFit::fits) return {};
  base::log(base::LogLevel::error, "chat", "{}",
            describe_misfit(fit, number_.value(), ports_.log.log_id(), bounds, place));
  return log::errc::offset_lost;
}

result<fold::Fold> Partition::load(const store::StoredFold& stored) const {
  fold::Fold fold(stored.epoch);
  for (const store::RoomSnapshot& snapshot : stored.snapshots) {
    if (const auto loaded = fold.load(snapshot.room, snapshot.state); !loaded) {
      base::log(base::LogLevel::error, "chat", "partition {}: the snapshot of room {} cannot be read: {}",
                number_.value(), snapshot.room.hex(), loaded.error().message());
      return loaded.error();
    }
  }
  return fold;
}

void Partition::assemble(store::StoredFold stored, fold::Fold fold, const log::Bounds& bounds) {
  Follower::AsOf as_of;
  for (const store::RoomSnapshot& snapshot : stored.snapshots) {
    if (snapshot.as_of > stored.snapshots_as_of) as_of.emplace(snapshot.room, snapshot.as_of);
  }
  const log::Offset next{stored.next_offset};
  const log::Offset as_of_all{std::min(stored.snapshots_as_of, stored.next_offset)};
  target_ = bounds.end;
  archiver_ = std::make_unique<Archiver>(
      config_, ports_.core, ports_.conversations, number_.value(), stored.epoch, next, as_of_all,
      [this](const model::RoomId& room) {
        return follower_->fold().room(room) ? follower_->fold().snapshot(room) : std::string{};
      },
      [this](std::span<const HotEventPtr> events) {
        on_archived_(events);
        go_on();
      });
  owner_ = std::make_unique<PartitionOwner>(incarnation_, stored.epoch, ports_.hot_tail, ports_.conversations,
                                            *archiver_, owner_listener_);
  owner_->set_store_known(!unconfirmed_);
  // Without any room there is nothing to read before the end.
  const bool whole = scope_ == Scope::whole;
  follower_ = std::make_unique<Follower>(ports_.core, ports_.log, number_, std::move(fold), std::move(as_of),
                                         whole ? std::max(as_of_all, bounds.start) : bounds.end,
                                         static_cast<Follower::Listener&>(*this),
                                         whole ? std::nullopt : std::optional<Follower::Rooms>(std::in_place));
  warmer_ = std::make_unique<Warmer>(config_, ports_.core, ports_.conversations, ports_.hot_tail, stored.epoch,
                                     [this](const model::RoomId& room) { return follower_->fold().room(room); });
  for (const store::RoomSnapshot& snapshot : stored.snapshots) warmer_->add(snapshot.room);
  if (whole && ports_.copies != nullptr) {
    keeper_ = std::make_unique<FoldKeeper>(config_, ports_.core, *ports_.copies, *follower_, *archiver_,
                                           ports_.log.log_id(), number_.value());
    keeper_->start();
  }
  set_owned(owned_);
  if (follower_->position() >= target_) finish({});
  follower_->start();
}

std::string Partition::waiting_for() const {
  if (!follower_) {
    if (!why_not_loaded_) return "the store is being asked";
    const auto why = why_not_loaded_.message();
    if (why_not_loaded_ != store::errc::unavailable) return why;
    return why + (ports_.copies == nullptr ? ", and this node keeps no copies of its own"
                                           : ", and this node has no usable copy of its own");
  }
  if (archiver_->waiting() >= config_.max_unarchived_events) {
    return fmt::format("the store has to take {} records before more can be read", archiver_->waiting());
  }
  return fmt::format("the log is being read, at offset {} of {}", follower_->position().value(), target_.value());
}

// ---- From a copy of this node's own

void Partition::load_copy(error_code error) {
  const bool away = error == store::errc::unavailable;
  if (!away || ports_.copies == nullptr || std::exchange(copy_tried_, true)) {
    retry(error);
    return;
  }
  ports_.copies->read_fold(ports_.log.log_id(), number_.value(),
                           lifetime_.guard([this, error](std::optional<FoldFile> copy) {
                             if (copy) {
                               on_copy(std::move(*copy), error);
                             } else {
                               retry(error);
                             }
                           }));
}

void Partition::on_copy(FoldFile copy, error_code error) {
  auto on_bounds = [this, error, stored = as_stored(std::move(copy))](const result<log::Bounds>& bounds) mutable {
    if (!bounds) {
      copy_tried_ = false;
      retry(bounds.error());
      return;
    }
    const StorePlace place{stored.log_id, stored.next_offset, stored.snapshots_as_of};
    if (const LogFit fit = judge_log(ports_.log.log_id(), *bounds, place); fit != LogFit::fits) {
      base::log(base::LogLevel::warn, "chat",
                "partition {}: this node's own copy of the fold is left aside: it needs the log from offset {} on and "
                "knows it up to {}, but the log has [{}, {})",
                number_.value(), stored.snapshots_as_of, stored.next_offset, bounds->start.value(),
                bounds->end.value());
      // A partition that has just changed its leader may show an older end for a moment.
      copy_tried_ = fit != LogFit::ends_early;
      retry(error);
      return;
    }
    auto fold = load(stored);
    if (!fold) {
      retry(error);
      return;
    }
    base::log(
        base::LogLevel::warn, "chat",
        "partition {}: the store is away; going on from this node's own copy of the fold, which ends at offset {} "
        "({} records behind)",
        number_.value(), stored.next_offset, bounds->end.value() - stored.next_offset);
    scope_ = Scope::whole;
    wanted_.clear();
    unconfirmed_ = true;
    assemble(std::move(stored), std::move(*fold), *bounds);
    confirm();
  };
  ports_.log.bounds(number_, lifetime_.guard(std::move(on_bounds)));
}

// Whatever the store says while it is not known to be the one that the copy was made of, nothing is written into it.
void Partition::confirm() {
  const auto again = [this] {
    std::ignore = ports_.core.after(backoff_.next(), lifetime_.guard([this] { confirm(); }));
  };
  auto on_stored = [this, again](result<store::StoredFold> stored) {
    if (!stored) {
      again();
      return;
    }
    // Asked for after the store's position: a log that has what the store has archived reaches that far.
    ports_.log.bounds(number_,
                      lifetime_.guard([this, again, stored = std::move(*stored)](const result<log::Bounds>& bounds) {
                        if (bounds) {
                          on_confirmed(stored, *bounds);
                        } else {
                          again();
                        }
                      }));
  };
  ports_.conversations.load_rooms(number_.value(), ports_.log.log_id(), {}, lifetime_.guard(std::move(on_stored)));
}

void Partition::on_confirmed(const store::StoredFold& stored, const log::Bounds& bounds) {
  const log::Offset known = archiver_->next_offset();
  if (!check(stored, bounds) || stored.epoch != follower_->fold().epoch() || stored.next_offset < known.value()) {
    base::log(
        base::LogLevel::error, "chat",
        "partition {}: the store, at offset {} of epoch {:x}, is not the one that this node's own copy was made of "
        "(offset {}, epoch {:x}): everything is loaded anew",
        number_.value(), stored.next_offset, stored.epoch.value(), known.value(), follower_->fold().epoch().value());
    misled_ = true;
    return;
  }
  base::log(base::LogLevel::info, "chat", "partition {}: the store is back, at offset {}", number_.value(),
            stored.next_offset);
  backoff_.reset();
  unconfirmed_ = false;
  archiver_->on_stored({number_.value(), stored.next_offset, stored.snapshots_as_of, stored.epoch}, known);
  owner_->set_store_known(true);
  set_owned(owned_);
  if (!ready_) warm();
}

void Partition::on_folded(std::span<Folded> batch, log::Offset position) {
  owner_->on_folded(batch, position);
  if (!taking_.empty() && !asking_ && position >= taken_at_) tell_of_rooms();
  if (!ready_) return;
  if (position >= target_) {
    finish({});
  } else if (archiver_->waiting() >= config_.max_unarchived_events) {
    follower_->pause();  // while loading nobody waits for news, so memory stays bounded by waiting for the store
  }
}

void Partition::go_on() {
  if (follower_ && archiver_->waiting() < config_.max_unarchived_events) follower_->resume();
}

void Partition::finish(result<void> outcome) {
  if (outcome) owner_->go_live();
  if (outcome && !unconfirmed_) warm();
  const bool loaded = outcome.has_value();
  std::exchange(ready_, nullptr)(std::move(outcome));
  if (loaded) take_in();
}

// ---- Wanted rooms

void Partition::want(const model::RoomId& room) {
  if (has(room) || std::ranges::find(taking_, room) != taking_.end() || !wanted_.insert(room).second) return;
  // In a turn of its own: all that are wanted in this one are asked for together.
  if (wanted_.size() == 1) ports_.core.post(lifetime_.guard([this] { take_in(); }));
}

void Partition::take_in() {
  if (!follower_ || ready_ || !taking_.empty() || wanted_.empty()) return;
  while (!wanted_.empty() && taking_.size() < kMaxTakenIn) {
    taking_.push_back(*wanted_.begin());
    wanted_.erase(wanted_.begin());
  }
  ask_for_rooms();
}

void Partition::ask_for_rooms() {
  asking_ = true;
  ports_.conversations.load_rooms(number_.value(), ports_.log.log_id(), taking_,
                                  lifetime_.guard([this](result<store::StoredFold> stored) {
                                    if (stored) {
                                      on_rooms_loaded(std::move(*stored));
                                    } else {
                                      ask_again_for_rooms(stored.error());
                                    }
                                  }));
}

void Partition::on_rooms_loaded(store::StoredFold stored) {
  ports_.log.bounds(number_, lifetime_.guard([this, stored = std::move(stored)](const result<log::Bounds>& bounds) {
    if (!bounds) {
      ask_again_for_rooms(bounds.error());
      return;
    }
    if (const auto sound = check(stored, *bounds); !sound) {
      ask_again_for_rooms(sound.error());
      return;
    }
    std::unordered_map<model::RoomId, store::RoomSnapshot, model::Id128Hash> rooms;
    const std::uint64_t replay_from = std::max(stored.snapshots_as_of, bounds->start.value());
    for (const model::RoomId& room : taking_) rooms[room] = {room, replay_from, {}};
    for (const store::RoomSnapshot& snapshot : stored.snapshots) {
      rooms[snapshot.room] = snapshot;
      rooms[snapshot.room].as_of = std::max(snapshot.as_of, replay_from);
    }
    std::vector<store::RoomSnapshot> taken;
    for (auto& [id, room] : rooms) taken.push_back(std::move(room));
    taken_at_ = bounds->end;
    asking_ = false;
    if (const auto in = follower_->take_in(taken); !in) {
      ask_again_for_rooms(in.error());
    } else if (!taking_.empty() && follower_->position() >= taken_at_) {
      tell_of_rooms();
    }
  }));
}

void Partition::ask_again_for_rooms(error_code error) {
  asking_ = true;
  const auto wait = backoff_.next();
  base::log(base::LogLevel::warn, "chat", "partition {}: cannot load {} rooms: {}; again in {} ms", number_.value(),
            taking_.size(), error.message(), wait.count());
  std::ignore = ports_.core.after(wait, lifetime_.guard([this] { ask_for_rooms(); }));
}

void Partition::tell_of_rooms() {
  backoff_.reset();
  rooms_.insert(taking_.begin(), taking_.end());
  taking_.clear();
  on_rooms_();
  take_in();
}

// Also in tail mode: by the time the partition is this node's own the store may be away.
void Partition::warm() {
  if (scope_ == Scope::whole) warmer_->start();
}

void Partition::set_owned(bool owned) {
  owned_ = owned;
  if (!archiver_) return;
  archiver_->set_writing(owned && !unconfirmed_);
  owner_->set_heard(owned && config_.live);
}

void Partition::on_stored(const store::StoredProgress& stored, log::Offset asked_at) {
  if (archiver_ && !unconfirmed_) archiver_->on_stored(stored, asked_at);
}

void Partition::trim(base::WallTime keep_newer_than) {
  const log::Offset committed = std::min(archiver_->next_offset(), archiver_->snapshots_as_of());
  if (committed.value() == 0) return;
  ports_.log.trim(number_, log::Offset{committed.value() - 1}, keep_newer_than,
                  lifetime_.guard([this](const result<void>& trimmed) {
                    if (trimmed) return;
                    base::log(base::LogLevel::warn, "chat", "partition {}: cannot trim the log: {}", number_.value(),
                              trimmed.error().message());
                  }));
}

}  // namespace skat::chat
