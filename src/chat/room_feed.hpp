// RoomFeed: one room's events on their way to this node's loops: a known number is dropped, the next one delivered, a
// hole filled before anything behind it. They come from the owner over the bus, and from this node's own fold while it
// follows the partition; both may say the same.
// Lives on: the core executor, in RoomFeeds.
// Ends by: RoomFeeds drops it when it had no stream for config.feed_linger.
// Rule: what was delivered only grows, by one each time; where that fails the loops are told `resync`, and their
// streams of the room are over.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "base/executor.hpp"
#include "chat/authority.hpp"
#include "chat/backoff.hpp"
#include "chat/errc.hpp"
#include "chat/fanout.hpp"

namespace skat::chat {

class RoomFeed {
 public:
  struct Ports {
    base::Executor& core;
    Fanout& fanout;
    Authority& authority;
    std::uint64_t& resyncs;  // counted here and by streams
  };

  // `on_unused` runs whenever the last loop has gone.
  RoomFeed(const Ports& ports, model::RoomId room, base::Function<void()> on_unused);
  RoomFeed(const RoomFeed&) = delete;
  RoomFeed& operator=(const RoomFeed&) = delete;

  // To be called when the channel is subscribed: what is published from then on arrives.
  [[nodiscard]] base::Function<void()> subscription();
  // Answers once the channel is subscribed, or nobody waits for that any more. Limit: kMaxWaiting callers; one more is
  // errc::busy.
  void when_subscribed(Done<void> done);
  void stop_waiting();

  // Ascending.
  void on_events(model::Epoch epoch, std::span<const FeedEventPtr> events);
  // The room's newest number, for all that is known.
  void on_head(model::Epoch epoch, model::Seq seq);
  void on_typing(const Identity& who, bool on);

  // Answers with the number delivered once that is at least `seq`. Limit: kMaxWaiting callers; one more is errc::busy.
  void reach(model::Epoch epoch, model::Seq seq, Done<model::Seq> done);
  // The events delivered after `seq`; nullopt: they are not kept any more.
  [[nodiscard]] std::optional<std::vector<FeedEventPtr>> delivered_after(model::Seq seq) const;

  void add_loop(LoopIndex loop);
  void remove_loop(LoopIndex loop);
  [[nodiscard]] bool has_loops() const noexcept { return !loops_.empty(); }
  // No stream, and nobody waits for one.
  [[nodiscard]] bool idle() const noexcept { return loops_.empty() && waiting_.empty() && subscribing_.empty(); }

  static constexpr std::size_t kMaxWaiting = 4'096;
  static constexpr std::size_t kKept = 64;              // newest events kept for streams that are about to open
  static constexpr std::uint32_t kMaxFillAttempts = 8;  // then the hole is given up: resync

 private:
  void take_epoch(model::Epoch epoch);
  void fill();
  void on_run(result<RangeQuestion::Answer> run);
  void on_fill_failed();
  void deliver(const FeedEventPtr& event);
  void end_streams(std::string reason);

  // set at construction
  Ports ports_;
  model::RoomId room_;
  base::Function<void()> on_unused_;

  std::vector<LoopIndex> loops_;  // with streams of the room, ascending
  std::optional<model::Epoch> epoch_;
  model::Seq delivered_;           // the newest number that went out, or would have
  model::Seq target_;              // the newest number known to exist
  std::deque<FeedEventPtr> kept_;  // a run that ends with delivered_
  std::vector<Done<model::Seq>> waiting_;
  std::vector<Done<void>> subscribing_;
  std::uint32_t attempts_ = 0;
  Backoff backoff_;
  bool subscribed_ = false;
  bool filling_ = false;  // a question is under way, or a wait for the next one
  Lifetime lifetime_;
};

}  // namespace skat::chat
