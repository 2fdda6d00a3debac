#include "chat/archiver.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{50}, kLongestRetry{5'000};

// Rooms and their members are listed as the store has them.
bool shows_in_lists(const Archiver::Item& item) {
  return item.event && !item.event->event.mseq;
}

}  // namespace

Archiver::Archiver(const Config& config, base::Executor& core, store::Conversations& conversations,
                   std::uint32_t partition, model::Epoch epoch, log::Offset next_offset, log::Offset snapshots_as_of,
                   SnapshotTaker::Source snapshot, OnArchived on_archived)
    : config_(config),
      core_(core),
      conversations_(conversations),
      partition_(partition),
      epoch_(epoch),
      on_archived_(std::move(on_archived)),
      next_offset_(next_offset),
      snapshots_as_of_(snapshots_as_of),
      taker_(std::move(snapshot)),
      backoff_(kFirstRetry, kLongestRetry) {}

void Archiver::set_writing(bool writing) {
  if (std::exchange(writing_, writing) == writing) return;
  if (!writing) {
    if (snapshots_) taker_.put_back(*std::exchange(snapshots_, std::nullopt));
    if (!flight_) end_flushes();
  } else if (taker_.dirty()) {
    arm_snapshots();
  }
  schedule();
}

// While a transaction is under way its outcome says the same, and more.
void Archiver::on_stored(const store::StoredProgress& stored, log::Offset asked_at) {
  if (flight_ || stopped_) return;
  const log::Offset next{stored.next_offset};
  if (stored.epoch != epoch_ || next < asked_at) {
    base::log(base::LogLevel::error, "chat", "partition {}: the store stands at offset {}, and was at {}: {}",
              partition_, stored.next_offset, asked_at.value(),
              stored.epoch != epoch_ ? "another epoch has begun" : "an older copy was put in its place");
    stop(store::errc::superseded);
    return;
  }
  if (next < next_offset_) return;  // an answer that a commit of ours has overtaken
  const log::Offset as_of{stored.snapshots_as_of};
  if (next > next_offset_ && snapshots_) taker_.put_back(*std::exchange(snapshots_, std::nullopt));
  if (as_of > snapshots_as_of_) {
    snapshots_as_of_ = as_of;
    taker_.covered(as_of);
  }
  release(next);
  if (taker_.dirty()) arm_snapshots();
  schedule();
}

void Archiver::push(Item item) {
  if (item.room) {
    taker_.touch(*item.room, item.offset);
    arm_snapshots();
  }
  if (item.offset < next_offset_) return;
  if (item.event) ++counts_.lag;
  if (wait_ == Wait::patient && shows_in_lists(item)) wait_ = Wait::none;
  // A follower that takes another room in goes back for it.
  const auto place = items_.empty() || items_.back().offset < item.offset
                         ? items_.end()
                         : std::ranges::lower_bound(items_, item.offset, {}, &Item::offset);
  items_.insert(place, std::move(item));
  schedule();
}

void Archiver::flush(base::Function<void()> done) {
  if (stopped_) return;
  if (!writing_ && !flight_) {
    done();
    return;
  }
  flushes_.push_back(std::move(done));
  take_snapshots();
  schedule();
}

void Archiver::schedule() {
  if (flight_ || stopped_ || !writing_) return;
  if (items_.empty() ? snapshots_.has_value() : worth_a_transaction()) {
    take_off();
  } else if (items_.empty()) {
    end_flushes();
  } else if (wait_ == Wait::none) {
    wait_for_more();
  }
}

bool Archiver::worth_a_transaction() const {
  return due_ || !flushes_.empty() ||
         items_.size() >= std::min(config_.archive_full_events, config_.archive_batch_events);
}

void Archiver::wait_for_more() {
  wait_ = Wait::brief;
  wait(config_.archive_interval, [this] {
    if (items_.size() <= config_.archive_trickle_events || std::ranges::any_of(items_, shows_in_lists)) return depart();
    wait_ = Wait::patient;
    wait(config_.archive_longest_wait - config_.archive_interval, [this] { depart(); });
  });
}

void Archiver::depart() {
  due_ = true;
  schedule();
}

// Unless a batch leaves before.
void Archiver::wait(base::Duration time, base::Function<void()> then) {
  std::ignore = core_.after(time, lifetime_.guard([this, departure = departures_, then = std::move(then)]() mutable {
    if (departure == departures_) then();
  }));
}

void Archiver::end_flushes() {
  for (auto& done : std::exchange(flushes_, {})) done();
}

void Archiver::arm_snapshots() {
  if (!writing_ || std::exchange(snapshots_armed_, true)) return;
  std::ignore = core_.after(config_.snapshot_interval, lifetime_.guard([this] {
    snapshots_armed_ = false;
    take_snapshots();
    schedule();
    if (taker_.dirty()) arm_snapshots();
  }));
}

// Between two turns the fold stands at position_, so the rows are what the records below it make. While it is still
// behind what the store has, there is no transaction that they could belong to.
void Archiver::take_snapshots() {
  if (writing_ && !snapshots_ && taker_.dirty() && position_ >= next_offset_) snapshots_ = taker_.take(position_);
}

// A batch never reaches over the place where snapshots were taken: they belong to the transaction that ends there.
void Archiver::take_off() {
  ++departures_;
  due_ = false;
  wait_ = Wait::none;
  Flight flight;
  flight.items = std::min(items_.size(), config_.archive_batch_events);
  std::size_t below = items_.size();
  if (snapshots_) {
    const auto first_behind =
        std::ranges::partition_point(items_, [at = snapshots_->at](const Item& item) { return item.offset < at; });
    below = static_cast<std::size_t>(first_behind - items_.begin());
    flight.items = std::min(flight.items, below);
  }
  if (snapshots_ && flight.items == below) {
    flight.end = snapshots_->at;
    flight.snapshots = std::exchange(snapshots_, std::nullopt);
  } else {
    flight.end = items_[flight.items - 1].offset.next();
  }
  flight_ = std::move(flight);
  attempt();
}

void Archiver::attempt() {
  ++flight_->attempts;
  conversations_.archive(batch(), lifetime_.guard([this](const result<void>& outcome) { on_result(outcome); }));
}

store::ArchiveBatch Archiver::batch() const {
  store::ArchiveBatch batch;
  batch.partition = partition_;
  batch.start = next_offset_.value();
  batch.end = flight_->end.value();
  for (std::size_t i = 0; i < flight_->items; ++i) {
    if (items_[i].event) batch.events.push_back(items_[i].event->whole());
    if (items_[i].dead_letter) batch.dead_letters.push_back(*items_[i].dead_letter);
  }
  if (flight_->snapshots) {
    batch.snapshots = flight_->snapshots->rows;
    batch.snapshots_as_of = flight_->snapshots->as_of.value();
  }
  return batch;
}

void Archiver::on_result(const result<void>& outcome) {
  if (outcome) {
    land();
  } else if (outcome.error() == store::errc::superseded) {
    ask_store();
  } else if (outcome.error() == condition::corrupt) {
    stop(outcome.error());
  } else {
    retry(outcome.error());
  }
}

void Archiver::retry(error_code error) {
  const auto wait = backoff_.next();
  base::log(base::LogLevel::warn, "chat", "partition {}: cannot archive [{}, {}): {}; again in {} ms", partition_,
            next_offset_.value(), flight_->end.value(), error.message(), wait.count());
  std::ignore = core_.after(wait, lifetime_.guard([this] { attempt(); }));
}

// Somebody else was first, or an attempt of ours that was answered with an error was committed all the same. Either way
// the store holds these outputs up to where it stands now; what lies above is ours to write again, snapshots too.
void Archiver::ask_store() {
  conversations_.progress(lifetime_.guard([this](const result<std::vector<store::StoredProgress>>& all) {
    if (!all) {
      retry(all.error());
      return;
    }
    const auto stored = std::ranges::find(*all, partition_, &store::StoredProgress::partition);
    if (stored == all->end()) {
      stop(store::errc::superseded);
    } else if (stored->next_offset == next_offset_.value() && stored->epoch == epoch_) {
      retry(store::errc::superseded);
    } else {
      const Flight flight = std::move(*std::exchange(flight_, std::nullopt));
      if (flight.snapshots) taker_.put_back(*flight.snapshots);
      backoff_.reset();
      on_stored(*stored, next_offset_);
      if (!writing_) end_flushes();
      if (!flushes_.empty()) {
        take_snapshots();
        schedule();
      }
    }
  }));
}

void Archiver::release(log::Offset next_offset) {
  std::vector<HotEventPtr> events;
  while (!items_.empty() && items_.front().offset < next_offset) {
    if (items_.front().event) events.push_back(std::move(items_.front().event));
    items_.pop_front();
  }
  next_offset_ = std::max(next_offset_, next_offset);
  counts_.lag -= events.size();
  if (!events.empty()) on_archived_(events);
}

void Archiver::land() {
  const Flight flight = std::move(*std::exchange(flight_, std::nullopt));
  backoff_.reset();
  std::vector<HotEventPtr> events;
  for (std::size_t i = 0; i < flight.items; ++i) {
    if (items_[i].event) events.push_back(std::move(items_[i].event));
  }
  items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(flight.items));
  next_offset_ = flight.end;
  if (flight.snapshots) snapshots_as_of_ = flight.snapshots->as_of;
  counts_.events += events.size();
  counts_.lag -= events.size();
  ++counts_.commits;
  on_archived_(events);
  if (!writing_) end_flushes();
  if (!flushes_.empty()) take_snapshots();
  schedule();
}

void Archiver::stop(error_code error) {
  stopped_ = true;
  base::log(base::LogLevel::error, "chat",
            "partition {}: archiving has stopped at offset {}: {}; restart the node once the cause is found",
            partition_, next_offset_.value(), error.message());
}

}  // namespace skat::chat
