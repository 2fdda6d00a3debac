#include "chat/partitions.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "chat/partitioning.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100}, kLongestRetry{5'000};

}  // namespace

Partitions::Partitions(const Config& config, const Partition::Ports& ports, store::Directory& directory,
                       std::uint64_t incarnation, PartitionOwner::Listener& listener)
    : config_(config), ports_(ports), directory_(directory), backoff_(kFirstRetry, kLongestRetry) {
  for (std::uint32_t number = 0; number < ports.log.partition_count(); ++number) {
    partitions_.push_back(std::make_unique<Partition>(config, ports, log::Partition{number}, incarnation, listener,
                                                      [this, &listener](std::span<const HotEventPtr> events) {
                                                        ports_.hot_tail.mark_archived(events);
                                                        listener.on_archived(events);
                                                      }));
  }
}

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
      start_all();
    }
  };
  directory_.get_or_put_setting("partitioning", wanted, lifetime_.guard(std::move(on_setting)));
}

void Partitions::start_all() {
  loading_ = partitions_.size();
  for (const auto& partition : partitions_) {
    partition->start(lifetime_.guard([this](const result<void>& outcome) { on_started(outcome); }));
  }
}

void Partitions::on_started(const result<void>& outcome) {
  if (!ready_) return;  // another one has failed
  if (!outcome) {
    finish(outcome.error());
  } else if (--loading_ == 0) {
    started_ = true;
    arm_trim();
    finish({});
  }
}

void Partitions::finish(result<void> outcome) {
  std::exchange(ready_, nullptr)(std::move(outcome));
}

void Partitions::flush(base::Function<void()> done) {
  if (!started_) {
    done();
    return;
  }
  // shared_ptr: the last partition to finish is not known beforehand.
  auto left = std::make_shared<std::size_t>(partitions_.size());
  auto all_done = std::make_shared<base::Function<void()>>(std::move(done));
  for (const auto& partition : partitions_) {
    partition->flush([left, all_done] {
      if (--*left == 0) (*all_done)();
    });
  }
}

void Partitions::arm_trim() {
  std::ignore = ports_.core.after(config_.trim_interval, lifetime_.guard([this] {
    for (const auto& partition : partitions_) partition->trim(base::wall_now() - config_.log_keep);
    arm_trim();
  }));
}

log::Partition Partitions::number_of(const model::RoomId& room) const {
  return log::Partition{partition_of(room, static_cast<std::uint32_t>(partitions_.size()))};
}

const Partition& Partitions::of(const model::RoomId& room) const {
  return *partitions_[number_of(room).value()];
}

std::optional<fold::RoomView> Partitions::room(const model::RoomId& room) const {
  return started_ ? of(room).fold().room(room) : std::nullopt;
}

bool Partitions::may_read(const model::RoomId& room, const model::UserId& user) const {
  return started_ && of(room).fold().may_read(room, user);
}

result<void> Partitions::check_read(const model::RoomId& id, const model::UserId& user) const {
  if (may_read(id, user)) return {};
  const auto view = room(id);
  if (!view || view->access == model::Access::closed) return errc::unknown_room;
  return errc::not_a_member;
}

bool Partitions::overfull(const model::RoomId& room) const {
  const Partition& partition = of(room);
  return partition.failed() || partition.archiver().waiting() >= config_.max_unarchived_events;
}

Partitions::Counts Partitions::counts() const {
  Counts all;
  for (const auto& partition : partitions_) {
    const auto owner = partition->owner_counts();
    const auto archiver = partition->archiver_counts();
    all.owner.events += owner.events;
    all.owner.duplicates += owner.duplicates;
    all.owner.refused += owner.refused;
    all.owner.dead_letters += owner.dead_letters;
    all.archiver.events += archiver.events;
    all.archiver.commits += archiver.commits;
    all.archiver.lag += archiver.lag;
    all.rooms += partition->room_count();
  }
  return all;
}

}  // namespace skat::chat
