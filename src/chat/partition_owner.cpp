#include "chat/partition_owner.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "chat/errc.hpp"
#include "model/limits.hpp"

namespace skat::chat {
namespace {

// How a client is told what the fold refused.
error_code refusal(error_code error) {
  if (error == fold::errc::unknown_room) return errc::unknown_room;
  if (error == fold::errc::room_exists) return errc::name_taken;
  if (error == fold::errc::not_a_member) return errc::not_a_member;
  if (error == fold::errc::already_a_member) return errc::already_a_member;
  if (error == fold::errc::not_joinable) return errc::not_joinable;
  if (error == fold::errc::cannot_leave) return errc::cannot_leave;
  if (error == fold::errc::stale) return errc::stale;
  if (error == fold::errc::refused_before) return errc::refused_before;
  return errc::bad_text;  // invalid_record: what was sent cannot be stored
}

std::optional<store::DeadLetter> dead_letter(const Folded& folded) {
  const bool undecoded = !folded.record;
  if (!undecoded && folded.outcome.error != fold::errc::invalid_record) return std::nullopt;
  const error_code why = undecoded ? folded.record.error() : folded.outcome.error;
  return store::DeadLetter{folded.entry.offset.value(), folded.entry.key.substr(0, model::kMaxRecordBytes),
                           folded.entry.value.substr(0, model::kMaxRecordBytes), why.message()};
}

Accepted accepted(const model::Event& event) {
  return {event.seq, event.mseq, event.epoch, event.ts};
}

}  // namespace

PartitionOwner::PartitionOwner(std::uint64_t incarnation, model::Epoch epoch, HotTail& hot_tail,
                               store::Conversations& conversations, Archiver& archiver, Listener& listener)
    : incarnation_(incarnation),
      epoch_(epoch),
      hot_tail_(hot_tail),
      conversations_(conversations),
      archiver_(archiver),
      listener_(listener) {}

void PartitionOwner::on_folded(std::span<Folded> batch, log::Offset position) {
  const log::Offset stored_below = archiver_.next_offset();  // somebody may have written more than is folded here
  std::vector<HotEventPtr> events(batch.size());             // as the batch; nullptr: not accepted
  for (std::size_t i = 0; i < batch.size(); ++i) {
    count(batch[i]);
    events[i] = take_event(batch[i], stored_below);
    Archiver::Item item{batch[i].entry.offset, {}, events[i], dead_letter(batch[i])};
    if (batch[i].record) item.room = batch[i].record->room;
    archiver_.push(std::move(item));
  }
  archiver_.advance(position);
  if (live_) publish(events);
  for (const HotEventPtr& event : events) {
    if (!event) continue;
    const bool stored = event->offset < stored_below;
    if (live_ || !stored) listener_.on_event(event, live_);
    if (live_ && stored) listener_.on_archived({&event, 1});
  }
  for (std::size_t i = 0; i < batch.size(); ++i) decide(batch[i], events[i]);
}

void PartitionOwner::count(const Folded& folded) {
  if (!folded.record || folded.outcome.error == fold::errc::invalid_record) ++counts_.dead_letters;
  switch (folded.outcome.verdict) {
    case fold::Verdict::accepted:
      ++counts_.events;
      break;
    case fold::Verdict::duplicate:
      ++counts_.duplicates;
      break;
    case fold::Verdict::refused:
    case fold::Verdict::stale:
      ++counts_.refused;
      break;
  }
}

HotEventPtr PartitionOwner::take_event(Folded& folded, log::Offset stored_below) {
  if (folded.outcome.verdict != fold::Verdict::accepted) return nullptr;
  const log::Offset offset = folded.entry.offset;
  auto event = make_hot_event(std::move(*folded.outcome.event), offset);
  hot_tail_.add(event, offset < stored_below ? HotTail::State::archived : HotTail::State::unarchived);
  return event;
}

// Once a room and turn, rooms in the order of their first event.
void PartitionOwner::publish(std::span<const HotEventPtr> events) {
  std::vector<std::pair<model::RoomId, std::vector<FeedEventPtr>>> news;
  std::unordered_map<model::RoomId, std::size_t, model::Id128Hash> places;
  for (const HotEventPtr& event : events) {
    if (!event) continue;
    const auto [place, first] = places.try_emplace(event->event.room, news.size());
    if (first) news.emplace_back(event->event.room, std::vector<FeedEventPtr>{});
    news[place->second].second.push_back(event->encoded);
  }
  for (const auto& [room, of_room] : news) listener_.on_news(room, epoch_, of_room);
}

void PartitionOwner::decide(const Folded& folded, const HotEventPtr& event) {
  if (!folded.record) return;
  const std::uint64_t origin = folded.record->origin;
  if (origin != incarnation_ && !(live_ && heard_)) return;
  const EventKey key = key_of(*folded.record);
  switch (folded.outcome.verdict) {
    case fold::Verdict::accepted:
      listener_.on_decision(origin, key, accepted(event->event));
      break;
    case fold::Verdict::refused:
      listener_.on_decision(origin, key, refusal(folded.outcome.error));
      break;
    case fold::Verdict::duplicate:
    case fold::Verdict::stale:
      look_up(origin, key);
      break;
  }
}

// The fold knows that it was accepted, or no longer knows whether; the first number stands with the event. What left
// the hot tail is committed in the store, so an event is always found in one of them.
void PartitionOwner::look_up(std::uint64_t origin, const EventKey& key) {
  if (const HotEventPtr event = hot_tail_.find(key)) {
    listener_.on_decision(origin, key, accepted(event->event));
    return;
  }
  auto found = [this, origin, key](result<std::optional<store::StoredKey>> stored) {
    if (!stored) {
      listener_.on_decision(origin, key, errc::unknown);
    } else if (!*stored) {
      listener_.on_decision(origin, key, store_known_ ? errc::stale : errc::unknown);
    } else {
      listener_.on_decision(origin, key, Accepted{(*stored)->seq, (*stored)->mseq, epoch_, (*stored)->ts});
    }
  };
  conversations_.find_key(key.room, key.sender, key.device, key.n, lifetime_.guard(std::move(found)));
}

}  // namespace skat::chat
