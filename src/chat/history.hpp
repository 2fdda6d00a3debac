// History: pages of a room, from the hot tail and the store, complete or saying that they are not.
// Lives on: the core executor.
// Ends by: destruction.
// Rule (read after live): the fold has passed what the log held when the read began; the hot tail's run and the store's
// page, which names its own head, meet without a hole. Where one of these cannot be shown, `complete` is false.
#pragma once

#include <deque>
#include <memory>

#include "chat/end_offsets.hpp"
#include "chat/hot_tail.hpp"
#include "chat/partitions.hpp"
#include "chat/room_facts.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class History {
 public:
  History(const Partitions& partitions, EndOffsets& end_offsets, const HotTail& hot_tail,
          store::Conversations& conversations);

  void read(HistoryRequest request, Done<HistoryPage> done);

  // Limit: events in one page, messages and others; what is beyond it is in the next page.
  static constexpr std::size_t kMaxPageEvents = store::kMaxPageEvents;
  // Limit: so many bytes of events, and the one that passes it: a page has to fit into a message between nodes.
  static constexpr std::size_t kMaxPageBytes = 4u * 1024 * 1024;

 private:
  // One page being put together. `events` is always a run without a hole.
  struct Reading {
    HistoryRequest request;
    Done<HistoryPage> done;
    model::Epoch epoch;
    model::Seq head;  // of the room
    bool complete = true;
    std::deque<FeedEventPtr> events;
    std::size_t messages = 0;  // among them
    std::size_t bytes = 0;     // of them

    [[nodiscard]] bool full() const {
      return messages >= request.limit || events.size() >= kMaxPageEvents || bytes >= kMaxPageBytes;
    }
    void put_front(FeedEventPtr event);
    void put_back(FeedEventPtr event);
  };
  using ReadingPtr = std::unique_ptr<Reading>;

  void begin(ReadingPtr reading);
  void read_down(ReadingPtr reading, model::Seq below);
  void read_up(ReadingPtr reading, model::Seq after);
  [[nodiscard]] std::deque<FeedEventPtr> tail_above(const Reading& reading, model::Seq after) const;
  static void put_below(Reading& reading, model::Seq below, const store::Page& page);
  static bool put_above(Reading& reading, model::Seq& last, const store::Page& page);
  static void answer(ReadingPtr reading, bool more);

  const Partitions& partitions_;
  const HotTail& hot_tail_;
  store::Conversations& conversations_;
  EndOffsets& end_offsets_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
