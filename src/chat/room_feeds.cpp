#include "chat/room_feeds.hpp"

#include <utility>

#include "base/check.hpp"
#include "chat/feed_message.hpp"

namespace skat::chat {

RoomFeeds::RoomFeeds(const Config& config, const RoomFeed::Ports& ports, bus::Bus& bus)
    : config_(config), ports_(ports), bus_(bus) {}

RoomFeed& RoomFeeds::make(const model::RoomId& room) {
  if (const auto found = feeds_.find(room); found != feeds_.end()) return *found->second.feed;
  RoomFeed& feed = *(feeds_[room].feed = std::make_unique<RoomFeed>(ports_, room, [this, room] { linger(room); }));
  linger(room);
  bus_.subscribe(room_channel(room), feed.subscription());
  return feed;
}

void RoomFeeds::open(const model::RoomId& room, Done<model::Seq> done) {
  make(room).catch_up(std::move(done));
}

void RoomFeeds::add_loop(const model::RoomId& room, LoopIndex loop) {
  const auto found = feeds_.find(room);
  SKAT_CHECK(found != feeds_.end(), "a feed stays while somebody opens it");
  found->second.feed->add_loop(loop);
}

void RoomFeeds::remove_loop(const model::RoomId& room, LoopIndex loop) {
  const auto found = feeds_.find(room);
  if (found != feeds_.end()) found->second.feed->remove_loop(loop);
}

void RoomFeeds::catch_up(const model::RoomId& room, base::Function<void()> done) {
  const auto found = feeds_.find(room);
  if (found == feeds_.end()) {
    done();
    return;
  }
  found->second.feed->catch_up([done = std::move(done)](const result<model::Seq>&) mutable { done(); });
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
  bus_.unsubscribe(room_channel(room));
}

void RoomFeeds::on_message(std::string_view channel, std::string_view payload) {
  const auto room = parse_room_channel(channel);
  if (!room) return;
  const auto found = feeds_.find(*room);
  if (found == feeds_.end()) return;
  RoomFeed& feed = *found->second.feed;
  auto message = decode_feed_message(*room, payload);
  if (!message) return;
  if (auto* typing = std::get_if<FeedTyping>(&*message)) {
    feed.on_typing(typing->who, typing->on);
  } else if (auto& events = std::get<FeedEvents>(*message); events.epoch == ports_.partitions.epoch(*room)) {
    for (FeedEventPtr& event : events.events) feed.on_event(std::move(event));
  }
}

void RoomFeeds::verify_all() {
  std::vector<model::RoomId> rooms;  // whoever gets an answer may open another feed
  rooms.reserve(feeds_.size());
  for (const auto& [room, place] : feeds_) rooms.push_back(room);
  for (const model::RoomId& room : rooms) catch_up(room, [] {});
}

void RoomFeeds::close() {
  for (const auto& [room, place] : feeds_) bus_.unsubscribe(room_channel(room));
  feeds_.clear();
}

}  // namespace skat::chat
