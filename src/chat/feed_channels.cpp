#include "chat/feed_channels.hpp"

#include "chat/feed_message.hpp"

namespace skat::chat {

FeedChannels::Rooms* FeedChannels::find(log::Partition partition) {
  const auto found = rooms_.find(partition.value());
  return found == rooms_.end() ? nullptr : &found->second;
}

std::vector<std::uint32_t> FeedChannels::listening() const {
  std::vector<std::uint32_t> partitions;
  for (const auto& [partition, rooms] : rooms_) {
    if (rooms.subscribed) partitions.push_back(partition);
  }
  return partitions;
}

void FeedChannels::add(const model::RoomId& room, base::Function<void()> heard) {
  const log::Partition partition = partitions_.number_of(room);
  Rooms& rooms = rooms_[partition.value()];
  Own& own = rooms.own[room];
  ++rooms.without;
  if (rooms.served && partitions_.on_channel(partition)) {
    heard();
  } else {
    own.heard = std::move(heard);
    subscribe_own(partition, room);
  }
  weigh(partition, rooms);
}

void FeedChannels::remove(const model::RoomId& room) {
  const log::Partition partition = partitions_.number_of(room);
  Rooms* const rooms = find(partition);
  if (rooms == nullptr) return;
  const auto own = rooms->own.find(room);
  if (own == rooms->own.end()) return;
  if (own->second.state == Own::State::none) --rooms->without;
  if (own->second.state == Own::State::confirmed) --rooms->confirmed;
  if (own->second.state != Own::State::none) bus_.unsubscribe(room_channel(room));
  rooms->own.erase(own);
  weigh(partition, *rooms);
  forget_if_empty(partition);
}

void FeedChannels::forget_if_empty(log::Partition partition) {
  const Rooms* const rooms = find(partition);
  if (rooms != nullptr && rooms->own.empty() && !rooms->subscribed) rooms_.erase(partition.value());
}

void FeedChannels::close() {
  for (const auto& [partition, rooms] : rooms_) {
    for (const auto& [room, own] : rooms.own) {
      if (own.state != Own::State::none) bus_.unsubscribe(room_channel(room));
    }
    if (rooms.subscribed) bus_.unsubscribe(partition_channel(log::Partition{partition}));
  }
  rooms_.clear();
}

// ---- The rooms' own channels

void FeedChannels::subscribe_own(log::Partition partition, const model::RoomId& room) {
  Rooms& rooms = rooms_[partition.value()];
  Own& own = rooms.own[room];
  own.state = Own::State::asked;
  own.ask = ++asks_;
  --rooms.without;
  auto confirmed = [this, partition, room, ask = own.ask] { on_own_confirmed(partition, room, ask); };
  bus_.subscribe(room_channel(room), lifetime_.guard(std::move(confirmed)));
}

void FeedChannels::on_own_confirmed(log::Partition partition, const model::RoomId& room, std::uint64_t ask) {
  Rooms* const rooms = find(partition);
  if (rooms == nullptr) return;
  const auto own = rooms->own.find(room);
  if (own == rooms->own.end() || own->second.ask != ask || own->second.state != Own::State::asked) return;
  own->second.state = Own::State::confirmed;
  ++rooms->confirmed;
  if (auto heard = std::exchange(own->second.heard, nullptr)) heard();
}

void FeedChannels::leave_own_channels(Rooms& rooms, const std::vector<model::RoomId>& answered) {
  std::vector<base::Function<void()>> waiting;  // whoever is told may make other feeds
  for (const model::RoomId& room : answered) {
    const auto found = rooms.own.find(room);
    if (found == rooms.own.end() || found->second.state == Own::State::none) continue;
    Own& own = found->second;
    if (own.state == Own::State::confirmed) --rooms.confirmed;
    own.state = Own::State::none;
    ++rooms.without;
    bus_.unsubscribe(room_channel(room));
    if (own.heard) waiting.push_back(std::exchange(own.heard, nullptr));
  }
  for (auto& heard : waiting) heard();
}

// ---- The partition's channel

void FeedChannels::weigh(log::Partition partition, Rooms& rooms) {
  if (!config_.live) return;
  if (!rooms.wanted && rooms.own.size() > config_.room_channels) {
    rooms.wanted = true;
    ++rooms.turn;
    if (!rooms.subscribed) join(partition, rooms);
  } else if (rooms.wanted && rooms.own.size() <= config_.room_channels / 2) {
    rooms.wanted = rooms.served = false;
    ++rooms.turn;
    std::vector<model::RoomId> without;
    for (const auto& [room, own] : rooms.own) {
      if (own.state == Own::State::none) without.push_back(room);
    }
    for (const model::RoomId& room : without) subscribe_own(partition, room);
  }
}

void FeedChannels::join(log::Partition partition, Rooms& rooms) {
  rooms.subscribed = true;
  rooms.join_ask = ++asks_;
  bus_.subscribe(partition_channel(partition), lifetime_.guard([this, partition, ask = rooms.join_ask] {
    Rooms* const joined = find(partition);
    if (joined == nullptr || !joined->subscribed || joined->join_ask != ask) return;
    joined->joined = true;
    look(partition);
  }));
}

void FeedChannels::on_beat() {
  for (const std::uint32_t partition : listening()) look(log::Partition{partition});
}

void FeedChannels::look(log::Partition partition) {
  Rooms* const rooms = find(partition);
  if (rooms == nullptr) return;
  const bool served = rooms->wanted && rooms->joined && partitions_.on_channel(partition);
  if (served != rooms->served) {
    rooms->served = served;
    ++rooms->turn;
    rooms->verified_at.reset();
  }
  const bool undone = rooms->wanted ? (served ? rooms->without < rooms->own.size() : rooms->without > 0)
                                    : rooms->confirmed == rooms->own.size();
  const bool due = !rooms->verified_at || core_.now() - *rooms->verified_at >= kUnserved;
  if (undone && due && partitions_.reliable(partition)) verify(partition);
}

void FeedChannels::verify(log::Partition partition) {
  Rooms* const rooms = find(partition);
  if (rooms == nullptr) return;
  rooms->verified_at = core_.now();
  std::vector<model::RoomId> asked;
  for (const auto& [room, own] : rooms->own) asked.push_back(room);
  const Question question{partition, rooms->turn, asked.size(), rooms->confirmed == asked.size()};
  verify_(std::move(asked), lifetime_.guard([this, question](const std::vector<model::RoomId>& answered) {
    on_verified(question, answered);
  }));
}

// What was published before the question is in the heads; what comes after it comes through the channel that stays.
void FeedChannels::on_verified(const Question& question, const std::vector<model::RoomId>& answered) {
  Rooms* const rooms = find(question.partition);
  if (rooms == nullptr || rooms->turn != question.turn || !rooms->subscribed) return;
  if (rooms->wanted) {
    if (rooms->served) leave_own_channels(*rooms, answered);
  } else if (question.all_own && rooms->confirmed == rooms->own.size() && answered.size() >= question.rooms) {
    leave_channel(question.partition, *rooms);
  }
}

void FeedChannels::leave_channel(log::Partition partition, Rooms& rooms) {
  rooms.subscribed = rooms.joined = false;
  ++rooms.turn;
  bus_.unsubscribe(partition_channel(partition));
  forget_if_empty(partition);
}

}  // namespace skat::chat
