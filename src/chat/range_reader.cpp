#include "chat/range_reader.hpp"

#include <utility>

#include "chat/errc.hpp"
#include "chat/event_json.hpp"
#include "model/limits.hpp"

namespace skat::chat {

void RangeReader::from_store(const model::RoomId& room, model::Epoch epoch, model::Seq after, model::Seq up_to,
                             Done<Events> done) {
  auto on_page = [epoch, after, done = std::move(done)](const result<store::Page>& page) mutable {
    if (!page) {
      done(errc::unavailable);
      return;
    }
    Events run;
    model::Seq next = after.next();
    for (const model::Event& event : page->events) {
      if (event.seq != next) break;
      run.push_back(make_feed_event(event, epoch));
      next = next.next();
    }
    if (run.empty()) {
      done(errc::unavailable);
    } else {
      done(std::move(run));
    }
  };
  conversations_.range(room, after, up_to, model::kMaxResumeEvents, lifetime_.guard(std::move(on_page)));
}

}  // namespace skat::chat
