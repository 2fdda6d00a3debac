#include "chat/warmer.hpp"

#include <algorithm>
#include <utility>

#include "model/limits.hpp"

namespace skat::chat {
namespace {

constexpr auto kOldestOnTop = [](const auto& a, const auto& b) { return a.newest > b.newest; };

}  // namespace

void Warmer::add(const model::RoomId& room) {
  const auto view = room_of_(room);
  if (!view) return;
  if (candidates_.size() >= config_.warm_rooms) {
    if (candidates_.empty() || view->newest <= candidates_.front().newest) return;
    std::ranges::pop_heap(candidates_, kOldestOnTop);
    candidates_.pop_back();
  }
  candidates_.push_back({view->newest, room});
  std::ranges::push_heap(candidates_, kOldestOnTop);
}

// The newest rooms first: a sorted heap ends with them.
void Warmer::next() {
  if (!std::ranges::is_sorted(candidates_, {}, &Candidate::newest)) {
    std::ranges::sort(candidates_, {}, &Candidate::newest);
  }
  while (!candidates_.empty() && hot_tail_.bytes() < hot_tail_.max_bytes()) {
    const Candidate candidate = candidates_.back();
    const model::RoomId room = candidate.room;
    candidates_.pop_back();
    const auto view = room_of_(room);
    if (!view) continue;
    const auto first = hot_tail_.first(room);
    const model::Seq up_to = first ? model::Seq{first->value() - 1} : view->seq;
    const std::uint64_t here = view->seq.value() - up_to.value();
    if (here >= model::kHotTailEvents || up_to.value() == 0) continue;
    const std::uint64_t wanted = std::min(model::kHotTailEvents - here, up_to.value());
    auto on_page = [this, candidate, up_to](const result<store::Page>& page) {
      if (!page) {
        on_failed(candidate, page.error());
        return;
      }
      this->on_page(candidate.room, up_to, *page);
      next();
    };
    conversations_.range(room, model::Seq{up_to.value() - wanted}, up_to, wanted, lifetime_.guard(std::move(on_page)));
    return;
  }
}

// A room whose events cannot be read at all is left out.
void Warmer::on_failed(const Candidate& candidate, error_code error) {
  if (error != condition::retryable) {
    next();
    return;
  }
  candidates_.push_back(candidate);
  retry_ = core_.after(kRetryAfter, lifetime_.guard([this] { next(); }));
}

void Warmer::on_page(const model::RoomId& room, model::Seq up_to, const store::Page& page) {
  const auto first = hot_tail_.first(room);
  const auto view = room_of_(room);
  const bool fits = first ? first->value() - 1 == up_to.value() : view && view->seq == up_to;
  if (!fits || page.events.empty() || page.events.back().seq != up_to) return;
  std::vector<HotEventPtr> events;
  for (model::Event event : page.events) {
    event.epoch = epoch_;
    events.push_back(make_hot_event(std::move(event), log::Offset{}));
  }
  hot_tail_.put_before(room, std::move(events));
}

}  // namespace skat::chat
