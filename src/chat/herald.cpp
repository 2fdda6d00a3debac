#include "chat/herald.hpp"

#include <utility>

#include "chat/feed_message.hpp"

namespace skat::chat {

void Herald::start(Held held, Listening listening) {
  held_ = std::move(held);
  listening_ = std::move(listening);
  beat();
}

void Herald::beat() {
  if (stopped_) return;
  echo_heads();
  // Also with nothing to hold: the numbers tell the others whether they miss anything of this node.
  Beat mine{self_, ++number_, held_(), listening_()};
  for (Beat::Held& held : mine.held) held.channel = publisher_.serves(log::Partition{held.partition});
  bus_.publish(kBeatsChannel, base::share(encode(mine)));
  std::ignore = core_.after(config_.beat_interval, lifetime_.guard([this] { beat(); }));
}

void Herald::on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events) {
  EventsMessage message(epoch);
  for (const FeedEventPtr& event : events) message.add(*event);
  publisher_.publish(room, std::move(message).take(), RoomPublisher::To::others);
  const auto [head, first] = heads_.insert_or_assign(room, Head{epoch, events.back()->seq, core_.now()});
  if (first) due_.emplace_back(core_.now(), head->first);
}

// A room that goes on talking needs no echo: its next event shows what was lost.
void Herald::echo_heads() {
  while (!due_.empty() && core_.now() - due_.front().first >= config_.beat_interval) {
    const model::RoomId room = due_.front().second;
    due_.pop_front();
    const auto head = heads_.find(room);
    if (core_.now() - head->second.at < config_.beat_interval) {
      due_.emplace_back(head->second.at, room);
      continue;
    }
    publisher_.publish(room, encode_head(head->second.epoch, head->second.seq), RoomPublisher::To::others);
    heads_.erase(head);
  }
}

void Herald::on_outcome(Incarnation origin, const EventKey& key, result<Accepted> answer) {
  if (outcomes_.empty()) core_.post(lifetime_.guard([this] { flush_outcomes(); }));
  auto& of_origin = outcomes_[origin];
  of_origin.push_back({key, std::move(answer)});
  if (of_origin.size() < kMaxOutcomes) return;
  bus_.publish(node_channel(origin), base::share(encode(std::exchange(of_origin, {}))));
}

void Herald::flush_outcomes() {
  for (auto& [origin, outcomes] : std::exchange(outcomes_, {})) {
    if (!outcomes.empty()) bus_.publish(node_channel(origin), base::share(encode(outcomes)));
  }
}

}  // namespace skat::chat
