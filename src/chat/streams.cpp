#include "chat/streams.hpp"

#include <iterator>
#include <utility>

#include "chat/errc.hpp"
#include "model/limits.hpp"

namespace skat::chat {

void Streams::open(StreamRequest request, Done<StreamStart> done) {
  auto opening = std::make_unique<Opening>();
  if (request.from) opening->have = request.from->seq;
  opening->request = std::move(request);
  opening->done = std::move(done);
  round(std::move(opening));
}

// Rights are asked again in every round: whoever left while the store was read must not get a stream.
void Streams::round(OpeningPtr opening) {
  const model::RoomId room = opening->request.room;
  if (const auto allowed = partitions_.check_read(room, opening->request.user); !allowed) {
    opening->done(allowed.error());
    return;
  }
  if (++opening->rounds > kMaxRounds) {
    opening->done(errc::busy);
    return;
  }
  auto caught_up = [this, opening = std::move(opening)](const result<model::Seq>& delivered) mutable {
    if (!delivered) {
      opening->done(delivered.error());
      return;
    }
    const auto view = partitions_.room(opening->request.room);
    const auto allowed = partitions_.check_read(opening->request.room, opening->request.user);
    if (!allowed) {
      opening->done(allowed.error());
    } else if (view->seq != *delivered) {
      round(std::move(opening));
    } else {
      collect(std::move(opening), *view);
    }
  };
  feeds_.open(room, lifetime_.guard(std::move(caught_up)));
}

void Streams::collect(OpeningPtr opening, const fold::RoomView& view) {
  const auto& from = opening->request.from;
  if (!from) {
    answer(std::move(opening), view, false);
    return;
  }
  const bool other_numbers = from->epoch != partitions_.epoch(opening->request.room) || from->seq > view.seq;
  if (other_numbers || view.seq.value() - from->seq.value() > model::kMaxResumeEvents) {
    answer(std::move(opening), view, true);
    return;
  }
  if (opening->have < view.seq) {
    auto run = ranges_.now(opening->request.room, opening->have, view.seq);
    if (!run) {
      read_store(std::move(opening), view.seq);
      return;
    }
    append(*opening, std::move(*run));
  }
  const bool too_much = opening->bytes > model::kMaxResumeBytes;
  answer(std::move(opening), view, too_much);
}

void Streams::read_store(OpeningPtr opening, model::Seq up_to) {
  const model::RoomId room = opening->request.room;
  const model::Seq have = opening->have;
  auto on_run = [this, opening = std::move(opening)](result<RangeReader::Events> run) mutable {
    if (!run) {
      opening->done(run.error());
      return;
    }
    append(*opening, std::move(*run));
    round(std::move(opening));
  };
  ranges_.from_store(room, have, up_to, lifetime_.guard(std::move(on_run)));
}

void Streams::append(Opening& opening, std::vector<FeedEventPtr> run) {
  for (const FeedEventPtr& event : run) opening.bytes += event->json.size();
  if (!run.empty()) opening.have = run.back()->seq;
  opening.events.insert(opening.events.end(), std::make_move_iterator(run.begin()), std::make_move_iterator(run.end()));
}

void Streams::answer(OpeningPtr opening, const fold::RoomView& view, bool resync) {
  const model::RoomId room = opening->request.room;
  StreamStart start{partitions_.epoch(room), view.seq, view.mseq, resync, {}};
  if (resync) {
    ++resyncs_;
  } else {
    start.events = std::move(opening->events);
  }
  feeds_.add_loop(room, opening->request.loop);
  opening->done(std::move(start));
}

}  // namespace skat::chat
