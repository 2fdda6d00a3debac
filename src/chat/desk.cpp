#include "chat/desk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "model/limits.hpp"

namespace skat::chat {

RoomFacts Desk::facts(const model::RoomId& room, const model::UserId& user) const {
  return {room, partitions_.epoch(room), partitions_.room(room), partitions_.may_read(room, user),
          markers_.newest(user, room, {})};
}

void Desk::answer(FactsQuestion question, Done<FactsQuestion::Answer> done) {
  FactsQuestion::Answer answer;
  for (const model::RoomId& room : question.rooms) answer.push_back(facts(room, question.user));
  if (question.recent) {
    for (const model::RoomId& room : recent_.of(question.user)) {
      if (std::ranges::find(question.rooms, room) == question.rooms.end()) answer.push_back(facts(room, question.user));
    }
  }
  done(std::move(answer));
}

void Desk::answer(HistoryQuestion question, Done<HistoryPage> done) {
  history_.read(question.request, std::move(done));
}

void Desk::answer(RangeQuestion question, Done<RangeQuestion::Answer> done) {
  const model::Seq last{std::min(question.up_to.value(), question.after.value() + model::kMaxResumeEvents)};
  auto run = ranges_.now(question.room, question.after, last);
  if (!run) {
    ranges_.from_store(question.room, partitions_.epoch(question.room), question.after, last, std::move(done));
    return;
  }
  std::size_t bytes = 0;
  const auto too_much = std::ranges::find_if(*run, [&bytes](const FeedEventPtr& event) {
    bytes += event->json.size();
    return bytes > model::kMaxResumeBytes;
  });
  if (too_much != run->begin()) run->erase(too_much, run->end());
  done(std::move(*run));
}

void Desk::answer(StreamQuestion question, Done<StreamStart> done) {
  auto opening = std::make_unique<Opening>();
  if (question.from) opening->have = question.from->seq;
  opening->question = std::move(question);
  opening->done = std::move(done);
  round(std::move(opening));
}

// Rights are asked again in every round: whoever left while the store was read must not get a stream.
void Desk::round(OpeningPtr opening) {
  const StreamQuestion& question = opening->question;
  const RoomFacts now = facts(question.room, question.user);
  if (const auto allowed = now.check_read(); !allowed) {
    opening->done(allowed.error());
    return;
  }
  if (++opening->rounds > kMaxRounds) {
    opening->done(errc::busy);
    return;
  }
  StreamStart start{now.epoch, now.view->seq, now.view->mseq, false, {}};
  if (!question.from) {
    opening->done(std::move(start));
    return;
  }
  // A client may have seen, on another node, what this fold has not read yet.
  if (question.from->epoch == now.epoch && question.from->seq > start.head && !opening->at_end) {
    wait_for_end(std::move(opening));
    return;
  }
  const bool other_numbers = question.from->epoch != now.epoch || question.from->seq > start.head;
  start.resync = other_numbers || start.head.value() - question.from->seq.value() > model::kMaxResumeEvents;
  if (!start.resync && opening->have < start.head) {
    auto run = ranges_.now(question.room, opening->have, start.head);
    if (!run) {
      const model::RoomId room = question.room;
      const model::Seq have = opening->have;
      auto on_run = [this, opening = std::move(opening)](result<RangeReader::Events> stored) mutable {
        if (!stored) {
          opening->done(stored.error());
          return;
        }
        append(*opening, std::move(*stored));
        round(std::move(opening));
      };
      ranges_.from_store(room, now.epoch, have, start.head, lifetime_.guard(std::move(on_run)));
      return;
    }
    append(*opening, std::move(*run));
  }
  start.resync = start.resync || opening->bytes > model::kMaxResumeBytes;
  if (!start.resync) start.events = std::move(opening->events);
  opening->done(std::move(start));
}

void Desk::wait_for_end(OpeningPtr opening) {
  const model::RoomId room = opening->question.room;
  end_offsets_.pass(room, lifetime_.guard([this, opening = std::move(opening)](bool passed) mutable {
    if (!passed) {
      opening->done(errc::unavailable);
      return;
    }
    opening->at_end = true;
    round(std::move(opening));
  }));
}

void Desk::append(Opening& opening, std::vector<FeedEventPtr> run) {
  for (const FeedEventPtr& event : run) opening.bytes += event->json.size();
  if (!run.empty()) opening.have = run.back()->seq;
  opening.events.insert(opening.events.end(), std::make_move_iterator(run.begin()), std::make_move_iterator(run.end()));
}

void Desk::answer(MarkQuestion question, Done<store::ReadMarker> done) {
  markers_.mark(question.user, question.room, question.seq, question.quiet, std::move(done));
}

// The fold has passed it: accepted ones are in the hot tail or in the store.
void Desk::answer(OutcomeQuestion question, Done<Accepted> done) {
  const EventKey& key = question.key;
  if (const HotEventPtr event = hot_tail_.find(key)) {
    done(Accepted{event->event.seq, event->event.mseq, event->event.epoch, event->event.ts});
    return;
  }
  const model::Epoch epoch = partitions_.epoch(key.room);
  auto found = [this, epoch, room = key.room,
                done = std::move(done)](const result<std::optional<store::StoredKey>>& stored) mutable {
    if (!stored) {
      done(errc::unavailable);
    } else if (!*stored) {
      done(partitions_.confirmed(room) ? errc::refused_before : errc::unavailable);
    } else {
      done(Accepted{(*stored)->seq, (*stored)->mseq, epoch, (*stored)->ts});
    }
  };
  conversations_.find_key(key.room, key.sender, key.device, key.n, lifetime_.guard(std::move(found)));
}

}  // namespace skat::chat
