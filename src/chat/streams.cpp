#include "chat/streams.hpp"

#include <algorithm>
#include <utility>

#include "chat/errc.hpp"

namespace skat::chat {

void Streams::open(StreamRequest request, Done<StreamStart> done) {
  round(std::make_unique<Opening>(Opening{std::move(request), std::move(done)}));
}

// First the feed hears, then it is asked where the room stands: whatever comes after that is heard.
void Streams::round(OpeningPtr opening) {
  if (++opening->rounds > kMaxRounds) {
    opening->done(errc::busy);
    return;
  }
  const model::RoomId room = opening->request.room;
  feeds_.open(room, lifetime_.guard([this, opening = std::move(opening)](const result<void>& opened) mutable {
    if (!opened) {
      opening->done(opened.error());
    } else {
      ask(std::move(opening));
    }
  }));
}

void Streams::ask(OpeningPtr opening) {
  const StreamRequest& request = opening->request;
  StreamQuestion question{request.room, request.user, request.from};
  auto on_start = [this, opening = std::move(opening)](result<StreamStart> start) mutable {
    if (!start) {
      opening->done(start.error());
    } else {
      reach(std::move(opening), std::move(*start));
    }
  };
  authority_.ask(std::move(question), lifetime_.guard(std::move(on_start)));
}

void Streams::reach(OpeningPtr opening, StreamStart start) {
  const model::RoomId room = opening->request.room;
  const model::Epoch epoch = start.epoch;
  const model::Seq head = start.head;
  auto on_reached = [this, opening = std::move(opening),
                     start = std::move(start)](const result<model::Seq>& delivered) mutable {
    if (!delivered) {
      opening->done(delivered.error());
    } else {
      join(std::move(opening), std::move(start), *delivered);
    }
  };
  feeds_.reach(room, epoch, head, lifetime_.guard(std::move(on_reached)));
}

// What was delivered while the question was under way belongs to the answer; if it took the user's right away, the
// question is asked again.
void Streams::join(OpeningPtr opening, StreamStart start, model::Seq delivered) {
  const StreamRequest& request = opening->request;
  if (delivered > start.head) {
    const auto newer = feeds_.delivered_after(request.room, start.head);
    const auto ends = [&](const FeedEventPtr& event) {
      return event->kind == model::EventKind::member_left && event->sender == request.user;
    };
    if (!newer || std::ranges::any_of(*newer, ends)) {
      round(std::move(opening));
      return;
    }
    for (const FeedEventPtr& event : *newer) {
      if (event->kind == model::EventKind::message) start.head_mseq = start.head_mseq.next();
      if (request.from && !start.resync) start.events.push_back(event);
    }
    start.head = delivered;
  }
  if (start.resync) ++resyncs_;
  feeds_.add_loop(request.room, request.loop);
  opening->done(std::move(start));
}

}  // namespace skat::chat
