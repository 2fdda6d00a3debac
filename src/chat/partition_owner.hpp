// PartitionOwner: what one partition's folded records mean for everybody: events to the rooms' channels, outcomes to
// whoever waits for them, everything to the archiver.
// Lives on: the core executor, one per partition that this node owns.
// Ends by: destruction.
// Rule: silent towards rooms until go_live(), which is when the fold has reached the log's end as seen at its start.
#pragma once

#include <cstdint>

#include "bus/bus.hpp"
#include "chat/archiver.hpp"
#include "chat/follower.hpp"
#include "chat/hot_tail.hpp"
#include "store/store.hpp"

namespace skat::chat {

class PartitionOwner final : public Follower::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // Each accepted event that the store lacks, while loading too; `live`: it is news.
    virtual void on_event(const HotEventPtr& event, bool live) = 0;
    // The store has them, in offset order.
    virtual void on_archived(std::span<const HotEventPtr> events) = 0;
    // The outcome of a record that this node (this incarnation) appended.
    virtual void on_decision(const EventKey& key, result<Accepted> answer) = 0;
  };

  // `archived_below`: the store has every event below this offset already.
  PartitionOwner(std::uint64_t incarnation, model::Epoch epoch, log::Offset archived_below, HotTail& hot_tail,
                 bus::Bus& bus, store::Conversations& conversations, Archiver& archiver, Listener& listener);

  void go_live() noexcept { live_ = true; }
  void on_folded(std::span<Folded> batch, log::Offset position) override;

  struct Counts {
    std::uint64_t events = 0, duplicates = 0, refused = 0,
                  dead_letters = 0;  // since the start; stale counts as refused
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void count(const Folded& folded);
  HotEventPtr take_event(Folded& folded);
  void publish(std::span<const HotEventPtr> events);
  void decide(const Folded& folded, const HotEventPtr& event);
  void look_up(const EventKey& key);

  // set at construction
  std::uint64_t incarnation_;
  model::Epoch epoch_;
  log::Offset archived_below_;
  HotTail& hot_tail_;
  bus::Bus& bus_;
  store::Conversations& conversations_;
  Archiver& archiver_;
  Listener& listener_;

  bool live_ = false;
  Counts counts_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
