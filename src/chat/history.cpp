#include "chat/history.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

#include "chat/event_json.hpp"
#include "model/limits.hpp"

namespace skat::chat {

void History::Reading::put_front(FeedEventPtr event) {
  bytes += event->json.size();
  if (event->kind == model::EventKind::message) ++messages;
  events.push_front(std::move(event));
}

void History::Reading::put_back(FeedEventPtr event) {
  bytes += event->json.size();
  if (event->kind == model::EventKind::message) ++messages;
  events.push_back(std::move(event));
}

History::History(const Partitions& partitions, EndOffsets& end_offsets, const HotTail& hot_tail,
                 store::Conversations& conversations)
    : partitions_(partitions), hot_tail_(hot_tail), conversations_(conversations), end_offsets_(end_offsets) {}

void History::read(HistoryRequest request, Done<HistoryPage> done) {
  auto reading = std::make_unique<Reading>();
  request.limit = std::clamp<std::size_t>(request.limit, 1, model::kMaxPageMessages);
  const model::RoomId room = request.room;
  reading->request = request;
  reading->done = std::move(done);
  end_offsets_.pass(room, lifetime_.guard([this, reading = std::move(reading)](bool passed) mutable {
    reading->complete = passed;
    begin(std::move(reading));
  }));
}

void History::begin(ReadingPtr reading) {
  const HistoryRequest& request = reading->request;
  const auto view = partitions_.room(request.room);
  const RoomFacts facts{request.room, {}, view, partitions_.may_read(request.room, request.user), {}};
  if (const auto allowed = facts.check_read(); !allowed) {
    reading->done(allowed.error());
    return;
  }
  reading->epoch = partitions_.epoch(request.room);
  reading->head = view ? view->seq : model::Seq{};
  if (request.after) {
    const model::Seq after = *request.after;
    read_up(std::move(reading), after);
  } else {
    const model::Seq above_head = reading->head.next();
    const model::Seq below = std::min(request.before.value_or(above_head), above_head);
    read_down(std::move(reading), below);
  }
}

// The tail's part first: it ends at the newest event asked for. What left the tail before now was archived before now,
// so the store's page, read later, begins right below it.
void History::read_down(ReadingPtr reading, model::Seq below) {
  const model::RoomId room = reading->request.room;
  while (below.value() > 1 && !reading->full()) {
    const HotEvent* event = hot_tail_.at(room, model::Seq{below.value() - 1});
    if (event == nullptr) break;
    below = event->event.seq;
    reading->put_front(event->encoded);
  }
  if (below.value() <= 1 || reading->full()) {
    answer(std::move(reading), below.value() > 1);
    return;
  }
  const std::size_t still = reading->request.limit - reading->messages;
  auto on_page = [below, reading = std::move(reading)](const result<store::Page>& page) mutable {
    if (!page) {
      reading->complete = false;
      answer(std::move(reading), true);
      return;
    }
    put_below(*reading, below, *page);
    const bool at_the_beginning = !reading->events.empty() && reading->events.front()->seq.value() == 1;
    answer(std::move(reading), !at_the_beginning);
  };
  conversations_.page_before(room, below, still, lifetime_.guard(std::move(on_page)));
}

void History::put_below(Reading& reading, model::Seq below, const store::Page& page) {
  for (const model::Event& event : std::views::reverse(page.events)) {
    if (reading.events.size() >= kMaxPageEvents || reading.bytes >= kMaxPageBytes) return;
    if (event.seq.next() != below) {
      reading.complete = false;
      return;
    }
    below = event.seq;
    reading.put_front(make_feed_event(event, reading.epoch));
  }
  if (below.value() > 1 && !page.more) reading.complete = false;
}

void History::read_up(ReadingPtr reading, model::Seq after) {
  if (after >= reading->head) {
    answer(std::move(reading), false);
    return;
  }
  const model::RoomId room = reading->request.room;
  auto tail = tail_above(*reading, after);
  const auto finish = [](ReadingPtr whole, model::Seq last, const std::deque<FeedEventPtr>& newest) {
    for (const FeedEventPtr& event : newest) {
      if (whole->full()) break;
      if (event->seq <= last) continue;
      if (event->seq != last.next()) break;
      last = event->seq;
      whole->put_back(event);
    }
    const bool more = last < whole->head;
    if (more && !whole->full()) whole->complete = false;
    answer(std::move(whole), more);
  };
  if (!tail.empty() && tail.front()->seq == after.next()) {
    finish(std::move(reading), after, tail);
    return;
  }
  const std::size_t limit = reading->request.limit;
  auto on_page = [after, finish, tail = std::move(tail),
                  reading = std::move(reading)](const result<store::Page>& page) mutable {
    model::Seq last = after;
    if (!page || !put_above(*reading, last, *page)) {
      reading->complete = false;
      answer(std::move(reading), true);
      return;
    }
    reading->head = std::max(reading->head, last);
    if (page->more && !reading->full()) {
      answer(std::move(reading), true);
    } else {
      finish(std::move(reading), last, tail);
    }
  };
  conversations_.page_after(room, after, limit, lifetime_.guard(std::move(on_page)));
}

// As much of the tail as a page can take, from its first event above `after` on; captured before the store is read, so
// that nothing can leave it in between.
std::deque<FeedEventPtr> History::tail_above(const Reading& reading, model::Seq after) const {
  Reading part;
  part.request.limit = reading.request.limit;
  const model::RoomId room = reading.request.room;
  const auto first = hot_tail_.first(room);
  if (!first) return {};
  for (model::Seq seq = std::max(*first, after.next()); !part.full(); seq = seq.next()) {
    const HotEvent* event = hot_tail_.at(room, seq);
    if (event == nullptr) break;
    part.put_back(event->encoded);
  }
  return std::move(part.events);
}

// False: the page has a hole.
bool History::put_above(Reading& reading, model::Seq& last, const store::Page& page) {
  for (const model::Event& event : page.events) {
    if (reading.full()) return true;
    if (event.seq != last.next()) return false;
    last = event.seq;
    reading.put_back(make_feed_event(event, reading.epoch));
  }
  return true;
}

void History::answer(ReadingPtr reading, bool more) {
  HistoryPage page;
  page.head = reading->head;
  page.more = more;
  page.complete = reading->complete;
  page.epoch = reading->epoch;
  page.events.assign(std::make_move_iterator(reading->events.begin()), std::make_move_iterator(reading->events.end()));
  reading->done(std::move(page));
}

}  // namespace skat::chat
