#include "chat/presence_link.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"

namespace skat::chat {
namespace {

base::Duration random_within(base::Duration limit) {
  return base::Duration(static_cast<base::Duration::rep>(
      base::random_u64() % static_cast<std::uint64_t>(std::max<base::Duration::rep>(limit.count(), 1))));
}

}  // namespace

PresenceLink::PresenceLink(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self,
                           PresenceRooms& rooms)
    : config_(config), core_(core), bus_(bus), self_(self), rooms_(rooms) {}

void PresenceLink::start() {
  if (!config_.live) return;
  bus_.subscribe(std::string(kPresenceChannel), [] {});
  renew();
}

void PresenceLink::close() {
  if (!config_.live || std::exchange(closed_, true)) return;
  bus_.publish(kPresenceChannel, base::share(encode(PresenceGoodbye{self_})));
  bus_.unsubscribe(kPresenceChannel);
  for (const auto& [room, place] : places_) bus_.unsubscribe(presence_channel(room));
  places_.clear();
}

void PresenceLink::open(const model::RoomId& room) {
  if (!config_.live || closed_ || !places_.try_emplace(room).second) return;
  places_[room].said = core_.now() - kSayEvery;
  bus_.subscribe(presence_channel(room), lifetime_.guard([this, room] {
    if (const auto place = places_.find(room); place != places_.end()) ask(room, place->second);
  }));
}

void PresenceLink::close_room(const model::RoomId& room) {
  if (places_.erase(room) > 0) bus_.unsubscribe(presence_channel(room));
}

// ---- What this node says

void PresenceLink::say(const model::RoomId& room, const model::UserId& user) {
  const auto place = places_.find(room);
  if (place == places_.end()) return;
  if (!place->second.whole) place->second.changed.insert(user);
  say_in_time(room, place->second, {});
}

void PresenceLink::say_in_time(const model::RoomId& room, Place& place, base::Duration at_least) {
  if (std::exchange(place.waiting, true)) return;
  const base::Duration wait = std::max(at_least, base::Duration(place.said + kSayEvery - core_.now()));
  std::ignore = core_.after(std::max(wait, base::Duration::zero()), lifetime_.guard([this, room] { say_now(room); }));
}

void PresenceLink::say_now(const model::RoomId& room) {
  const auto found = places_.find(room);
  if (found == places_.end()) return;
  Place& place = found->second;
  place.waiting = false;
  if (!place.whole && place.changed.empty()) return;
  bus_.publish(presence_channel(room), base::share(make_message(room, place)));
  place.said = core_.now();
  fresh_[room] = place.version;
  if (!place.changed.empty()) say_in_time(room, place, {});
}

// Whoever counts does not name changes: with the count of everybody it has said everything.
base::Bytes PresenceLink::make_message(const model::RoomId& room, Place& place) {
  const std::uint64_t previous = std::exchange(place.version, ++version_);
  const PresenceRoom* people = rooms_.find(room);
  const std::size_t count = people == nullptr ? 0 : people->size_of_node(self_);
  if (count > PresenceRoom::kMaxListed) {
    place.whole = true;  // as soon as they can be named again
    place.changed.clear();
    return encode(PresenceCount{self_, place.version, static_cast<std::uint32_t>(count)});
  }
  PresencePeople message{self_, place.version, previous, std::exchange(place.whole, false), {}};
  if (message.whole) {
    place.changed.clear();
    if (people != nullptr) message.people = people->of_node(self_);
    return encode(message);
  }
  while (!place.changed.empty() && message.people.size() < PresenceRoom::kMaxChanges) {
    const model::UserId user = place.changed.extract(place.changed.begin()).value();
    auto person = people == nullptr ? std::nullopt : people->of_node(self_, user);
    message.people.push_back(person ? std::move(*person) : PresentPerson{user, {}, {PresenceState::offline, {}, 0}});
  }
  return encode(message);
}

void PresenceLink::renew() {
  if (closed_) return;
  PresenceLease lease{self_, ++lease_, fresh_.size() > kMaxLeaseRooms, {}};
  if (!lease.all) {
    for (const auto& [room, version] : fresh_) lease.rooms.push_back({room, version});
  }
  fresh_.clear();
  bus_.publish(kPresenceChannel, base::share(encode(lease)));
  for (const Incarnation dead : leases_.expire(core_.now())) drop_everywhere(dead);
  end_doubts();
  std::ignore = core_.after(PresenceLeases::kRenewEvery, lifetime_.guard([this] { renew(); }));
}

// ---- What others say

void PresenceLink::on_room_message(const model::RoomId& room, std::string_view payload) {
  const auto found = places_.find(room);
  if (found == places_.end()) return;
  Place& place = found->second;
  const auto message = decode_presence_message(payload);
  if (!message) return;
  if (const auto* people = std::get_if<PresencePeople>(&*message)) {
    if (people->node != self_ && leases_.heard(people->node, core_.now())) on_people(room, place, *people);
  } else if (const auto* count = std::get_if<PresenceCount>(&*message)) {
    if (count->node == self_ || !leases_.heard(count->node, core_.now())) return;
    place.sources[count->node] = {count->version, {}};
    rooms_.change(room, [&](PresenceRoom& known) { known.count(count->node, count->people); });
  } else if (const auto* question = std::get_if<PresenceQuestion>(&*message)) {
    if (question->node == self_ || (question->asked != 0 && question->asked != self_)) return;
    place.whole = true;
    say_in_time(room, place, random_within(kAnswerWithin));
  }
}

void PresenceLink::on_people(const model::RoomId& room, Place& place, const PresencePeople& message) {
  const bool too_many = rooms_.entries() + message.people.size() > kMaxEntries;
  const PresenceRoom* known = rooms_.find(room);
  Source& source = place.sources[message.node];
  if (message.whole) {
    source = {message.version, {}};
    rooms_.change(room, [&](PresenceRoom& people) {
      if (too_many || message.people.size() > PresenceRoom::kMaxListed) {
        people.count(message.node, static_cast<std::uint32_t>(message.people.size()));
      } else {
        people.replace(message.node, message.people);
      }
    });
    return;
  }
  if (too_many || source.version != message.previous || (known != nullptr && known->counts(message.node))) {
    doubt(room, place, message.node);
    return;
  }
  source.version = message.version;
  rooms_.change(room, [&](PresenceRoom& people) {
    for (const PresentPerson& person : message.people) {
      if (person.presence.state == PresenceState::offline) {
        people.erase(message.node, person.user);
      } else if (people.size_of_node(message.node) < PresenceRoom::kMaxListed) {
        people.set(message.node, person);
      }
    }
  });
}

void PresenceLink::on_message(std::string_view payload) {
  if (closed_) return;
  const auto message = decode_presence_message(payload);
  if (!message) return;
  if (const auto* lease = std::get_if<PresenceLease>(&*message)) {
    if (lease->node != self_) on_lease(*lease);
  } else if (const auto* goodbye = std::get_if<PresenceGoodbye>(&*message)) {
    leases_.forget(goodbye->node);
    if (goodbye->node != self_) drop_everywhere(goodbye->node);
  }
}

void PresenceLink::on_lease(const PresenceLease& lease) {
  const auto renewal = leases_.renew(lease.node, lease.number, core_.now());
  if (renewal == PresenceLeases::Renewal::full) return;
  if (renewal == PresenceLeases::Renewal::missed || lease.all) doubt_everywhere(lease.node);
  for (const auto& [room, version] : lease.rooms) {
    const auto place = places_.find(room);
    if (place == places_.end()) continue;
    const auto source = place->second.sources.find(lease.node);
    const bool same = source != place->second.sources.end() && source->second.version == version;
    if (!same) doubt(room, place->second, lease.node);
  }
}

// ---- Doubts

void PresenceLink::doubt(const model::RoomId& room, Place& place, Incarnation node) {
  auto& doubted = place.sources[node].doubted;
  if (!doubted) doubted = core_.now();
  ask(room, place);
}

void PresenceLink::doubt_everywhere(Incarnation node) {
  for (auto& [room, place] : places_) doubt(room, place, node);
}

// Who has not confirmed what he said for a lease's time has left the room.
void PresenceLink::end_doubts() {
  for (auto& [room, place] : places_) {
    bool doubtful = false;
    std::erase_if(place.sources, [&, room = room](const auto& entry) {
      if (!entry.second.doubted) return false;
      doubtful = true;
      if (core_.now() - *entry.second.doubted < PresenceLeases::kLease) return false;
      rooms_.change(room, [&](PresenceRoom& people) { people.drop(entry.first); });
      return true;
    });
    if (doubtful) ask(room, place);
  }
}

void PresenceLink::ask(const model::RoomId& room, Place& place) {
  if (std::exchange(place.asking, true)) return;
  to_ask_.push_back(room);
  if (!std::exchange(pacing_, true)) core_.post(lifetime_.guard([this] { ask_next(); }));
}

void PresenceLink::ask_next() {
  if (to_ask_.empty()) {
    pacing_ = false;
    return;
  }
  for (std::size_t i = 0; i < kQuestions && !to_ask_.empty(); ++i) {
    const auto place = places_.find(to_ask_.front());
    to_ask_.pop_front();
    if (place == places_.end()) continue;
    place->second.asking = false;
    Incarnation asked = 0;
    std::size_t doubtful = 0;
    for (const auto& [node, source] : place->second.sources) {
      if (!source.doubted) continue;
      asked = node;
      ++doubtful;
    }
    if (doubtful != 1) asked = 0;
    bus_.publish(presence_channel(place->first), base::share(encode(PresenceQuestion{self_, asked})));
  }
  std::ignore = core_.after(kAskEvery, lifetime_.guard([this] { ask_next(); }));
}

void PresenceLink::drop_everywhere(Incarnation node) {
  for (auto& [room, place] : places_) {
    if (place.sources.erase(node) == 0) continue;
    rooms_.change(room, [&](PresenceRoom& people) { people.drop(node); });
  }
}

void PresenceLink::on_bus_up() {
  for (auto& [room, place] : places_) {
    place.whole = true;
    say_in_time(room, place, random_within(std::chrono::seconds(2)));
    for (auto& [node, source] : place.sources) {
      if (!source.doubted) source.doubted = core_.now();
    }
    ask(room, place);
  }
}

}  // namespace skat::chat
