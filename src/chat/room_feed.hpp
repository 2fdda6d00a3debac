// RoomFeed: one room's events on their way to this node's loops: a known number is dropped, the next one delivered, a
// hole filled before anything behind it.
// Lives on: the core executor, in RoomFeeds.
// Ends by: RoomFeeds drops it when it had no stream for config.feed_linger.
// Rule: what was delivered only grows, by one each time; where that fails the loops are told `resync`, and their
// streams of the room are over.
#pragma once

#include <vector>

#include "base/executor.hpp"
#include "chat/backoff.hpp"
#include "chat/errc.hpp"
#include "chat/fanout.hpp"
#include "chat/partitions.hpp"
#include "chat/range_reader.hpp"

namespace skat::chat {

class RoomFeed {
 public:
  struct Ports {
    base::Executor& core;
    Fanout& fanout;
    const Partitions& partitions;
    RangeReader& ranges;
    std::uint64_t& resyncs;  // counted here and by streams
  };

  // `on_unused` runs whenever the last loop has gone.
  RoomFeed(const Ports& ports, model::RoomId room, base::Function<void()> on_unused);
  RoomFeed(const RoomFeed&) = delete;
  RoomFeed& operator=(const RoomFeed&) = delete;

  // To be called when the channel is subscribed: what is published from then on arrives.
  [[nodiscard]] base::Function<void()> subscription();
  void on_event(FeedEventPtr event);
  void on_typing(const Identity& who, bool on);

  // Asks the owner for the room's head and delivers everything up to it; then answers with the number delivered. Waits
  // for the subscription first. Limit: kMaxWaiting callers; one more is errc::busy.
  void catch_up(Done<model::Seq> done);

  void add_loop(LoopIndex loop);
  void remove_loop(LoopIndex loop);
  [[nodiscard]] bool has_loops() const noexcept { return !loops_.empty(); }
  // No stream, and nobody waits for one.
  [[nodiscard]] bool idle() const noexcept { return loops_.empty() && waiting_.empty(); }

  static constexpr std::size_t kMaxWaiting = 4'096;
  static constexpr std::uint32_t kMaxFillAttempts = 8;  // then the hole is given up: resync

 private:
  void verify();
  void fill();
  void on_run(result<RangeReader::Events> run);
  void on_fill_failed();
  void deliver(const FeedEventPtr& event);
  void give_up();

  // set at construction
  Ports ports_;
  model::RoomId room_;
  base::Function<void()> on_unused_;

  std::vector<LoopIndex> loops_;  // with streams of the room, ascending
  model::Seq delivered_;          // the newest number that went out, or would have
  model::Seq target_;             // the newest number known to exist
  std::vector<Done<model::Seq>> waiting_;
  std::uint32_t attempts_ = 0;
  Backoff backoff_;
  bool subscribed_ = false;
  bool filling_ = false;  // a read of the store, or a wait for the next one, is under way
  Lifetime lifetime_;
};

}  // namespace skat::chat
