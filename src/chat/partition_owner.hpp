// PartitionOwner: what one partition's folded records mean for everybody: events to the rooms, outcomes to whoever
// waits for them, everything to the archiver. The listener knows who else has to hear it. Lives on: the core executor,
// one per partition that this node follows. Ends by: destruction. Rule: silent towards rooms until go_live(), which is
// when the fold has reached the log's end as seen at its start.
#pragma once

#include <cstdint>

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
    // A room's events of one turn, ascending; only once live.
    virtual void on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events) = 0;
    // Each accepted event that the store lacks, while loading too; `live`: it is news.
    virtual void on_event(const HotEventPtr& event, bool live) = 0;
    // The store has them, in offset order.
    virtual void on_archived(std::span<const HotEventPtr> events) = 0;
    // The outcome of a record that the node `origin` (an incarnation) appended; of others than this one only while
    // heard.
    virtual void on_decision(std::uint64_t origin, const EventKey& key, result<Accepted> answer) = 0;
  };

  PartitionOwner(std::uint64_t incarnation, model::Epoch epoch, HotTail& hot_tail, store::Conversations& conversations,
                 Archiver& archiver, Listener& listener);

  void go_live() noexcept { live_ = true; }
  // Whether other nodes rely on this one for outcomes of their records. At first not.
  void set_heard(bool heard) noexcept { heard_ = heard; }
  // Whether a key that the store does not have was never accepted. At first so.
  void set_store_known(bool known) noexcept { store_known_ = known; }
  void on_folded(std::span<Folded> batch, log::Offset position) override;

  struct Counts {
    std::uint64_t events = 0, duplicates = 0, refused = 0,
                  dead_letters = 0;  // since the start; stale counts as refused
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  void count(const Folded& folded);
  HotEventPtr take_event(Folded& folded, log::Offset stored_below);
  void publish(std::span<const HotEventPtr> events);
  void decide(const Folded& folded, const HotEventPtr& event);
  void look_up(std::uint64_t origin, const EventKey& key);

  // set at construction
  std::uint64_t incarnation_;
  model::Epoch epoch_;
  HotTail& hot_tail_;
  store::Conversations& conversations_;
  Archiver& archiver_;
  Listener& listener_;

  bool live_ = false, heard_ = false, store_known_ = true;
  Counts counts_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
