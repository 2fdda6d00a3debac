#include "chat/room_feed.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{20}, kLongestRetry{1'000};

}  // namespace

RoomFeed::RoomFeed(const Ports& ports, model::RoomId room, base::Function<void()> on_unused)
    : ports_(ports), room_(room), on_unused_(std::move(on_unused)), backoff_(kFirstRetry, kLongestRetry) {}

// Nothing was delivered yet, so the head is where the feed begins; without a stream there is nobody to miss what lies
// before it.
base::Function<void()> RoomFeed::subscription() {
  return lifetime_.guard([this] {
    subscribed_ = true;
    verify();
  });
}

void RoomFeed::on_event(FeedEventPtr event) {
  if (!subscribed_ || event->seq <= delivered_) return;
  target_ = std::max(target_, event->seq);
  if (event->seq == delivered_.next()) deliver(event);
  fill();
}

void RoomFeed::on_typing(const Identity& who, bool on) {
  if (!loops_.empty()) ports_.fanout.typing(loops_, room_, who, on);
}

void RoomFeed::catch_up(Done<model::Seq> done) {
  if (waiting_.size() >= kMaxWaiting) {
    done(errc::busy);
    return;
  }
  waiting_.push_back(std::move(done));
  if (subscribed_) verify();
}

void RoomFeed::verify() {
  if (const auto view = ports_.partitions.room(room_)) target_ = std::max(target_, view->seq);
  fill();
}

void RoomFeed::fill() {
  if (filling_) return;
  if (loops_.empty()) delivered_ = std::max(delivered_, target_);
  while (delivered_ < target_) {
    const model::Seq first_missing = delivered_;
    if (const auto run = ports_.ranges.now(room_, delivered_, target_)) {
      for (const FeedEventPtr& event : *run) deliver(event);
    }
    if (delivered_ != first_missing) continue;
    filling_ = true;
    ports_.ranges.from_store(room_, delivered_, target_,
                             lifetime_.guard([this](result<RangeReader::Events> run) { on_run(std::move(run)); }));
    return;
  }
  attempts_ = 0;
  backoff_.reset();
  for (auto& done : std::exchange(waiting_, {})) done(delivered_);
}

void RoomFeed::on_run(result<RangeReader::Events> run) {
  if (!run) {
    on_fill_failed();
    return;
  }
  filling_ = false;
  for (const FeedEventPtr& event : *run) {
    if (event->seq == delivered_.next()) deliver(event);
  }
  fill();
}

void RoomFeed::on_fill_failed() {
  if (++attempts_ >= kMaxFillAttempts) {
    give_up();
    return;
  }
  std::ignore = ports_.core.after(backoff_.next(), lifetime_.guard([this] {
    filling_ = false;
    fill();
  }));
}

void RoomFeed::deliver(const FeedEventPtr& event) {
  delivered_ = event->seq;
  if (!loops_.empty()) ports_.fanout.deliver(loops_, event);
}

// A stream that cannot go on without a hole ends. Whoever opens it again is asked anew whether he may.
void RoomFeed::give_up() {
  base::log(base::LogLevel::warn, "chat", "room {}: events {} to {} cannot be read; its streams are told to resync",
            room_.hex(), delivered_.value() + 1, target_.value());
  if (const auto loops = std::exchange(loops_, {}); !loops.empty()) {
    ++ports_.resyncs;
    ports_.fanout.resync(loops, room_, "gap");
    on_unused_();
  }
  filling_ = false;
  fill();
}

void RoomFeed::add_loop(LoopIndex loop) {
  const auto place = std::ranges::lower_bound(loops_, loop);
  if (place == loops_.end() || *place != loop) loops_.insert(place, loop);
}

void RoomFeed::remove_loop(LoopIndex loop) {
  const auto place = std::ranges::lower_bound(loops_, loop);
  if (place == loops_.end() || *place != loop) return;
  loops_.erase(place);
  if (loops_.empty()) on_unused_();
}

}  // namespace skat::chat
