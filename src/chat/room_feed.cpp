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

base::Function<void()> RoomFeed::subscription() {
  return lifetime_.guard([this] {
    subscribed_ = true;
    stop_waiting();
  });
}

void RoomFeed::when_subscribed(Done<void> done) {
  if (subscribed_) {
    done({});
  } else if (subscribing_.size() >= kMaxWaiting) {
    done(errc::busy);
  } else {
    subscribing_.push_back(std::move(done));
  }
}

void RoomFeed::stop_waiting() {
  for (auto& done : std::exchange(subscribing_, {})) done({});
}

void RoomFeed::on_events(model::Epoch epoch, std::span<const FeedEventPtr> events) {
  take_epoch(epoch);
  for (const FeedEventPtr& event : events) {
    if (event->seq <= delivered_) continue;
    target_ = std::max(target_, event->seq);
    if (event->seq == delivered_.next()) deliver(event);
  }
  fill();
}

void RoomFeed::on_head(model::Epoch epoch, model::Seq seq) {
  take_epoch(epoch);
  target_ = std::max(target_, seq);
  fill();
}

void RoomFeed::on_typing(const Identity& who, bool on) {
  if (!loops_.empty()) ports_.fanout.typing(loops_, room_, who, on);
}

// Numbers of another epoch have nothing to do with those before.
void RoomFeed::take_epoch(model::Epoch epoch) {
  if (epoch_ == epoch) return;
  if (std::exchange(epoch_, epoch)) {
    end_streams("epoch");
    delivered_ = target_ = {};
    kept_.clear();
  }
}

void RoomFeed::reach(model::Epoch epoch, model::Seq seq, Done<model::Seq> done) {
  if (waiting_.size() >= kMaxWaiting) {
    done(errc::busy);
    return;
  }
  waiting_.push_back(std::move(done));
  on_head(epoch, seq);
}

// Without a stream there is nobody to miss what lies before the head.
void RoomFeed::fill() {
  if (filling_) return;
  if (loops_.empty() && delivered_ < target_) {
    delivered_ = target_;
    kept_.clear();
  }
  if (delivered_ < target_) {
    filling_ = true;
    ports_.authority.ask(RangeQuestion{room_, delivered_, target_},
                         lifetime_.guard([this](result<RangeQuestion::Answer> run) { on_run(std::move(run)); }));
    return;
  }
  attempts_ = 0;
  backoff_.reset();
  for (auto& done : std::exchange(waiting_, {})) done(delivered_);
}

void RoomFeed::on_run(result<RangeQuestion::Answer> run) {
  const model::Seq before = delivered_;
  if (run) {
    for (const FeedEventPtr& event : *run) {
      if (event->seq == delivered_.next()) deliver(event);
    }
  }
  if (delivered_ == before && delivered_ < target_) {
    on_fill_failed();
    return;
  }
  filling_ = false;
  fill();
}

// A stream that cannot go on without a hole ends. Whoever opens it again is asked anew whether he may.
void RoomFeed::on_fill_failed() {
  if (++attempts_ < kMaxFillAttempts) {
    std::ignore = ports_.core.after(backoff_.next(), lifetime_.guard([this] {
      filling_ = false;
      fill();
    }));
    return;
  }
  base::log(base::LogLevel::warn, "chat", "room {}: events {} to {} cannot be read; its streams are told to resync",
            room_.hex(), delivered_.value() + 1, target_.value());
  end_streams("gap");
  filling_ = false;
  fill();
}

void RoomFeed::end_streams(std::string reason) {
  const auto loops = std::exchange(loops_, {});
  if (loops.empty()) return;
  ++ports_.resyncs;
  ports_.fanout.resync(loops, room_, std::move(reason));
  on_unused_();
}

void RoomFeed::deliver(const FeedEventPtr& event) {
  delivered_ = event->seq;
  kept_.push_back(event);
  if (kept_.size() > kKept) kept_.pop_front();
  if (!loops_.empty()) ports_.fanout.deliver(loops_, event);
}

std::optional<std::vector<FeedEventPtr>> RoomFeed::delivered_after(model::Seq seq) const {
  if (seq >= delivered_) return std::vector<FeedEventPtr>{};
  if (kept_.empty() || kept_.front()->seq > seq.next()) return std::nullopt;
  const auto skip = static_cast<std::ptrdiff_t>(seq.next().value() - kept_.front()->seq.value());
  return std::vector<FeedEventPtr>(kept_.begin() + skip, kept_.end());
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
