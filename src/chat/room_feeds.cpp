#include "chat/room_feeds.hpp"

#include <utility>

#include "base/check.hpp"

namespace skat::chat {

RoomFeeds::RoomFeeds(const Config& config, const RoomFeed::Ports& ports, const Partitions& partitions, bus::Bus& bus)
    : config_(config),
      ports_(ports),
      partitions_(partitions),
      bus_(bus),
      channels_(config, ports.core, bus, partitions,
                [this](std::vector<model::RoomId> rooms, FeedChannels::Verified done) {
                  ask_heads(std::move(rooms), std::move(done));
                }) {}

RoomFeed* RoomFeeds::find(const model::RoomId& room) const {
  const auto found = feeds_.find(room);
  return found == feeds_.end() ? nullptr : found->second.feed.get();
}

RoomFeed& RoomFeeds::make(const model::RoomId& room) {
  if (RoomFeed* found = find(room)) return *found;
  RoomFeed& feed = *(feeds_[room].feed = std::make_unique<RoomFeed>(ports_, room, [this, room] { linger(room); }));
  linger(room);
  channels_.add(room, feed.subscription());
  return feed;
}

void RoomFeeds::open(const model::RoomId& room, Done<void> done) {
  RoomFeed& feed = make(room);
  if (partitions_.here(room) || !bus_.up()) {
    done({});
  } else {
    feed.when_subscribed(std::move(done));
  }
}

void RoomFeeds::reach(const model::RoomId& room, model::Epoch epoch, model::Seq seq, Done<model::Seq> done) {
  make(room).reach(epoch, seq, std::move(done));
}

std::optional<std::vector<FeedEventPtr>> RoomFeeds::delivered_after(const model::RoomId& room, model::Seq seq) const {
  const RoomFeed* feed = find(room);
  return feed ? feed->delivered_after(seq) : std::nullopt;
}

void RoomFeeds::add_loop(const model::RoomId& room, LoopIndex loop) {
  RoomFeed* feed = find(room);
  SKAT_CHECK(feed != nullptr, "a feed stays while somebody opens it");
  feed->add_loop(loop);
}

void RoomFeeds::remove_loop(const model::RoomId& room, LoopIndex loop) {
  if (RoomFeed* feed = find(room)) feed->remove_loop(loop);
}

void RoomFeeds::pass(const model::RoomId& room, model::Epoch epoch, model::Seq seq, base::Function<void()> done) {
  if (RoomFeed* feed = find(room)) {
    feed->reach(epoch, seq, [done = std::move(done)](const result<model::Seq>&) mutable { done(); });
  } else {
    done();
  }
}

void RoomFeeds::linger(const model::RoomId& room) {
  if (std::exchange(feeds_[room].lingering, true)) return;
  std::ignore = ports_.core.after(config_.feed_linger, lifetime_.guard([this, room] { end_if_idle(room); }));
}

// A feed that had a stream in between goes on; the next time it is idle it lingers anew.
void RoomFeeds::end_if_idle(const model::RoomId& room) {
  const auto found = feeds_.find(room);
  if (found == feeds_.end()) return;
  found->second.lingering = false;
  if (!found->second.feed->idle()) {
    if (!found->second.feed->has_loops()) linger(room);
    return;
  }
  feeds_.erase(found);
  channels_.remove(room);
}

void RoomFeeds::on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events) {
  if (RoomFeed* feed = find(room)) feed->on_events(epoch, events);
}

void RoomFeeds::on_message(const model::RoomId& room, std::string_view payload) {
  RoomFeed* feed = find(room);
  if (feed == nullptr) return;
  auto message = decode_feed_message(room, payload);
  if (!message) return;
  if (const auto* typing = std::get_if<FeedTyping>(&*message)) {
    feed->on_typing(typing->who, typing->on);
  } else if (partitions_.owned(room)) {
    return;  // what this node has said itself
  } else if (const auto* events = std::get_if<FeedEvents>(&*message)) {
    feed->on_events(events->epoch, events->events);
  } else {
    const auto& head = std::get<FeedHead>(*message);
    feed->on_head(head.epoch, head.seq);
  }
}

void RoomFeeds::on_partition_message(std::string_view payload) {
  if (const auto of_room = split_room(payload)) on_message(of_room->room, of_room->message);
}

void RoomFeeds::ask_heads(std::vector<model::RoomId> rooms, FeedChannels::Verified done) {
  if (rooms.empty()) {
    done({});
    return;
  }
  auto on_facts = [this, done = std::move(done)](const Authority::Facts& facts) mutable {
    std::vector<model::RoomId> answered;
    for (const RoomFacts& room : facts.rooms) {
      answered.push_back(room.room);
      RoomFeed* feed = find(room.room);
      if (feed != nullptr && room.view) feed->on_head(room.epoch, room.view->seq);
    }
    done(answered);
  };
  ports_.authority.facts({}, std::move(rooms), false, lifetime_.guard(std::move(on_facts)));
}

void RoomFeeds::on_bus_down() {
  std::vector<model::RoomId> rooms;  // whoever gets an answer may open another feed
  for (const auto& [room, place] : feeds_) rooms.push_back(room);
  for (const model::RoomId& room : rooms) {
    if (RoomFeed* feed = find(room)) feed->stop_waiting();
  }
}

void RoomFeeds::close() {
  channels_.close();
  feeds_.clear();
}

}  // namespace skat::chat
