#include "gateway/people.hpp"

#include <utility>

namespace skat::gateway {

People::~People() {
  loop_.cancel(timer_);
}

void People::enter(Key socket, const chat::Identity& who) {
  sockets_[socket] = {who.user, {}, {}};
  User& user = users_[who.user];
  user.name = who.name;
  user.sockets.push_back(socket);
  touch(who.user);
}

void People::leave(Key socket) {
  const auto found = sockets_.find(socket);
  if (found == sockets_.end()) return;
  const model::UserId id = found->second.user;
  sockets_.erase(found);
  const auto user = users_.find(id);
  std::erase(user->second.sockets, socket);
  if (user->second.sockets.empty()) users_.erase(user);
  touch(id);
}

void People::set(Key socket, chat::Presence presence) {
  const auto found = sockets_.find(socket);
  if (found == sockets_.end() || found->second.presence == presence) return;
  found->second.presence = std::move(presence);
  touch(found->second.user);
}

chat::Presence People::presence(Key socket) const {
  const auto found = sockets_.find(socket);
  return found == sockets_.end() ? chat::Presence{} : found->second.presence;
}

void People::open(Key socket, const model::RoomId& room) {
  const auto found = sockets_.find(socket);
  if (found != sockets_.end() && found->second.rooms.insert(room).second) touch(found->second.user);
}

void People::close(Key socket, const model::RoomId& room) {
  const auto found = sockets_.find(socket);
  if (found != sockets_.end() && found->second.rooms.erase(room) > 0) touch(found->second.user);
}

void People::touch(const model::UserId& user) {
  changed_.insert(user);
  arm();
}

void People::arm() {
  if (timer_ != base::Executor::TimerId::none) return;
  timer_ = loop_.after(kReportAfter, [this] {
    timer_ = base::Executor::TimerId::none;
    report_now();
  });
}

void People::report_now() {
  if (changed_.empty()) return;
  std::vector<chat::PersonHere> people;
  people.reserve(changed_.size());
  for (const auto& user : changed_) people.push_back(describe(user));
  if (report_(std::move(people))) {
    changed_.clear();
  } else {
    arm();
  }
}

chat::PersonHere People::describe(const model::UserId& id) const {
  chat::PersonHere person{id, {}, std::nullopt, {}};
  const auto user = users_.find(id);
  if (user == users_.end()) return person;
  person.name = user->second.name;
  std::unordered_set<model::RoomId, model::Id128Hash> rooms;
  for (const Key key : user->second.sockets) {
    const Socket& socket = sockets_.at(key);
    person.presence = person.presence ? merge(*person.presence, socket.presence) : socket.presence;
    rooms.insert(socket.rooms.begin(), socket.rooms.end());
  }
  person.rooms.assign(rooms.begin(), rooms.end());
  return person;
}

}  // namespace skat::gateway
