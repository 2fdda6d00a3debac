#include "chat/follower.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "log/errc.hpp"
#include "log/record_format.hpp"

namespace skat::chat {
namespace {

constexpr std::size_t kBatchEntries = 1'000;  // folded in one turn; the rest waits for the next
constexpr std::chrono::milliseconds kFirstRetry{10}, kLongestRetry{1'000};

}  // namespace

Follower::Follower(base::Executor& core, log::Log& log, log::Partition partition, fold::Fold fold, AsOf as_of,
                   log::Offset from, Listener& listener, std::optional<Rooms> only)
    : core_(core),
      log_(log),
      partition_(partition),
      listener_(listener),
      only_(std::move(only)),
      fold_(std::move(fold)),
      as_of_(std::move(as_of)),
      position_(from),
      as_of_end_(from),
      backoff_(kFirstRetry, kLongestRetry) {
  for (const auto& [room, offset] : as_of_) as_of_end_ = std::max(as_of_end_, log::Offset{offset});
}

void Follower::start() {
  reader_ = log_.read(partition_, position_);
  pull();
}

// Records that the rooms followed before have had already are passed over on the second reading.
result<void> Follower::take_in(std::span<const store::RoomSnapshot> rooms) {
  for (const store::RoomSnapshot& room : rooms) {
    if (room.state.empty()) continue;
    if (const auto loaded = fold_.load(room.room, room.state); !loaded) return loaded.error();
  }
  log::Offset from = position_;
  for (const store::RoomSnapshot& room : rooms) from = std::min(from, log::Offset{room.as_of});
  if (from < position_) {
    for (const model::RoomId& room : *only_) {
      auto& as_of = as_of_[room];
      as_of = std::max(as_of, position_.value());
    }
    as_of_end_ = std::max(as_of_end_, position_);
  }
  for (const store::RoomSnapshot& room : rooms) {
    only_->insert(room.room);
    as_of_[room.room] = room.as_of;
    as_of_end_ = std::max(as_of_end_, log::Offset{room.as_of});
  }
  if (from == position_) return {};
  position_ = from;
  reader_ = log_.read(partition_, position_);
  asked_ = false;
  pull();
  return {};
}

void Follower::resume() {
  if (std::exchange(paused_, false)) pull();
}

// A log may call back inside next(); the loop keeps that from becoming a recursion as deep as the log is long.
void Follower::pull() {
  if (calling_ || reader_ == nullptr) return;
  calling_ = true;
  while (!paused_ && !failed_ && !asked_) {
    asked_ = true;
    reader_->next(kBatchEntries,
                  lifetime_.guard([this](result<log::LogReader::Batch> batch) { on_batch(std::move(batch)); }));
  }
  calling_ = false;
}

void Follower::on_batch(result<log::LogReader::Batch> batch) {
  if (!batch) {
    on_error(batch.error());
    return;
  }
  backoff_.reset();
  std::vector<Folded> folded;
  folded.reserve(batch->size());
  for (log::Entry& entry : *batch) {
    position_ = entry.offset.next();
    if (passed_over(entry)) continue;
    auto record = log::decode_record(entry.key, entry.value);
    auto outcome = fold_.apply(record, entry.append_time);
    folded.push_back({std::move(entry), std::move(record), std::move(outcome)});
  }
  if (!as_of_.empty() && position_ >= as_of_end_) as_of_.clear();
  asked_ = false;
  listener_.on_folded(folded, position_);
  pull();
}

void Follower::on_error(error_code error) {
  if (error == condition::corrupt) {
    failed_ = true;
    base::log(base::LogLevel::error, "chat", "partition {}: the log has lost offset {} and what follows: {}",
              partition_.value(), position_.value(), error.message());
    return;
  }
  const auto wait = backoff_.next();
  base::log(base::LogLevel::warn, "chat", "partition {}: cannot read the log: {}; again in {} ms", partition_.value(),
            error.message(), wait.count());
  std::ignore = core_.after(wait, lifetime_.guard([this] {
    asked_ = false;
    reader_ = log_.read(partition_, position_);
    pull();
  }));
}

// By its key: of a room that is not followed, or in that room's snapshot.
bool Follower::passed_over(const log::Entry& entry) const {
  if (as_of_.empty() && !only_) return false;
  const auto room = model::RoomId::parse(entry.key);
  if (!room) return only_.has_value();
  if (only_ && !only_->contains(*room)) return true;
  const auto found = as_of_.find(*room);
  return found != as_of_.end() && entry.offset.value() < found->second;
}

}  // namespace skat::chat
