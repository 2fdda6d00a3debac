#include "socketio/adapter.hpp"

#include <algorithm>
#include <utility>

namespace skat::socketio {
namespace {

constexpr std::uint64_t kMarkBits = (std::uint64_t{1} << 63) - 1;

}  // namespace

void Adapter::add(Recipient& recipient) {
  by_id_.emplace(recipient.recipient_id(), &recipient);
  enter(recipient, everyone_);
  recipient.in_own_room_ = 1;
}

void Adapter::remove(Recipient& recipient) {
  by_id_.erase(recipient.recipient_id());
  recipient.in_own_room_ = 0;
  while (!recipient.memberships_.empty()) drop(recipient, recipient.memberships_.size() - 1);
  for (Flight* flight = flight_; flight != nullptr; flight = flight->outer) {
    std::replace(flight->targets.begin(), flight->targets.end(), &recipient, static_cast<Recipient*>(nullptr));
  }
}

bool Adapter::join(Recipient& recipient, std::string_view room) {
  if (room == recipient.recipient_id()) {
    recipient.in_own_room_ = 1;
    return true;
  }
  RoomMembers* members = find_room(room);
  const auto& mine = recipient.memberships_;
  if (members != nullptr &&
      std::any_of(mine.begin(), mine.end(), [members](const auto& m) { return m.room == members; })) {
    return true;
  }
  if (mine.size() - 1 >= max_rooms_) return false;
  if (members == nullptr) {
    auto made = std::make_unique<RoomMembers>();
    made->name = room;
    members = made.get();
    rooms_.emplace(members->name, std::move(made));
  }
  enter(recipient, *members);
  return true;
}

void Adapter::leave(Recipient& recipient, std::string_view room) {
  if (room == recipient.recipient_id()) {
    recipient.in_own_room_ = 0;
    return;
  }
  RoomMembers* members = find_room(room);
  if (members == nullptr) return;
  const auto& mine = recipient.memberships_;
  const auto it = std::find_if(mine.begin(), mine.end(), [members](const auto& m) { return m.room == members; });
  if (it != mine.end()) drop(recipient, static_cast<std::size_t>(it - mine.begin()));
}

std::vector<RoomName> Adapter::rooms(const Recipient& recipient) const {
  std::vector<RoomName> out;
  if (recipient.in_own_room_ != 0) out.push_back(recipient.id_);
  for (const auto& membership : recipient.memberships_) {
    if (membership.room != &everyone_) out.push_back(membership.room->name);
  }
  return out;
}

template <class Visit>
void Adapter::walk(RoomMembers& room, Visit& visit) {
  ++room.walkers;
  const std::size_t count = room.members.size();
  for (std::size_t i = 0; i < count; ++i) {  // by index: a join may move the array
    if (Recipient* recipient = room.members[i].recipient) visit(*recipient);
  }
  if (--room.walkers == 0) settle(room);
}

template <class Visit>
void Adapter::walk_named(std::string_view room, Visit& visit) {
  if (RoomMembers* members = find_room(room)) walk(*members, visit);
  if (Recipient* owner = in_own_room(room)) visit(*owner);
}

template <class Visit>
void Adapter::visit_selected(const Selection& of, Visit& visit) {
  if (of.except.empty() && of.rooms.empty()) return walk(everyone_, visit);
  if (of.except.empty() && of.rooms.size() == 1) return walk_named(of.rooms.front(), visit);
  Flight flight{std::move(spare_targets_), flight_};
  flight.targets.clear();
  collect(of, flight.targets);
  flight_ = &flight;
  for (Recipient* const& target : flight.targets) {  // by reference: remove() clears those still to come
    if (target != nullptr) visit(*target);
  }
  flight_ = flight.outer;
  spare_targets_ = std::move(flight.targets);
}

void Adapter::broadcast(std::string_view room, const engineio::Frame& frame) {
  const auto deliver = [&frame](Recipient& recipient) { recipient.deliver(frame); };
  walk_named(room, deliver);
}

void Adapter::broadcast(const Selection& to, const engineio::Frame& frame) {
  const auto deliver = [&frame](Recipient& recipient) { recipient.deliver(frame); };
  visit_selected(to, deliver);
}

void Adapter::broadcast_volatile(const Selection& to, const engineio::Frame& frame) {
  const auto deliver = [&frame](Recipient& recipient) { recipient.deliver_volatile(frame); };
  visit_selected(to, deliver);
}

void Adapter::for_each(const Selection& of, base::Function<void(Recipient&)> visit) {
  visit_selected(of, visit);
}

std::vector<Recipient*> Adapter::select(const Selection& of) const {
  std::vector<Recipient*> out;
  collect(of, out);
  return out;
}

void Adapter::collect(const Selection& of, std::vector<Recipient*>& out) const {
  const std::uint64_t round = ++selection_;
  const auto visit = [round](Recipient* recipient, std::vector<Recipient*>* into) {
    if (recipient == nullptr || recipient->mark_ == round) return;
    recipient->mark_ = round & kMarkBits;
    if (into != nullptr) into->push_back(recipient);
  };
  const auto visit_room = [&](const RoomName& name, std::vector<Recipient*>* into) {
    if (const RoomMembers* room = find_room(name)) {
      for (const auto& member : room->members) visit(member.recipient, into);
    }
    visit(in_own_room(name), into);
  };
  for (const auto& name : of.except) visit_room(name, nullptr);
  for (const auto& name : of.rooms) visit_room(name, &out);
  if (of.rooms.empty()) {
    for (const auto& member : everyone_.members) visit(member.recipient, &out);
  }
}

std::size_t Adapter::room_size(std::string_view room) const {
  const RoomMembers* members = find_room(room);
  const std::size_t count = members == nullptr ? 0 : members->members.size() - members->holes;
  return count + (in_own_room(room) != nullptr ? 1 : 0);
}

Recipient* Adapter::find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

void Adapter::enter(Recipient& recipient, RoomMembers& room) {
  const auto slot = static_cast<std::uint32_t>(recipient.memberships_.size());
  const auto index = static_cast<std::uint32_t>(room.members.size());
  recipient.memberships_.push_back({&room, index});
  room.members.push_back({&recipient, slot});
}

void Adapter::drop(Recipient& recipient, std::size_t slot) {
  auto& mine = recipient.memberships_;
  const Recipient::Membership left = mine[slot];
  mine[slot] = mine.back();
  mine[slot].room->members[mine[slot].index].slot = static_cast<std::uint32_t>(slot);
  mine.pop_back();
  vacate(*left.room, left.index);
}

void Adapter::vacate(RoomMembers& room, std::uint32_t index) {
  if (room.walkers > 0) {
    room.members[index].recipient = nullptr;
    ++room.holes;
    return;
  }
  const RoomMembers::Member moved = room.members.back();
  room.members.pop_back();
  if (index < room.members.size()) {
    room.members[index] = moved;
    moved.recipient->memberships_[moved.slot].index = index;
  }
  erase_if_empty(room);
}

// The last walker is done: closes the holes.
void Adapter::settle(RoomMembers& room) {
  if (room.holes == 0) return;
  std::uint32_t kept = 0;
  for (const RoomMembers::Member member : room.members) {
    if (member.recipient == nullptr) continue;
    member.recipient->memberships_[member.slot].index = kept;
    room.members[kept++] = member;
  }
  room.members.resize(kept);
  room.holes = 0;
  erase_if_empty(room);
}

void Adapter::erase_if_empty(RoomMembers& room) {
  if (room.members.empty() && &room != &everyone_) rooms_.erase(rooms_.find(room.name));
}

RoomMembers* Adapter::find_room(std::string_view room) const {
  const auto it = rooms_.find(room);
  return it == rooms_.end() ? nullptr : it->second.get();
}

Recipient* Adapter::in_own_room(std::string_view room) const {
  Recipient* owner = find(room);
  return owner != nullptr && owner->in_own_room_ != 0 ? owner : nullptr;
}

}  // namespace skat::socketio
