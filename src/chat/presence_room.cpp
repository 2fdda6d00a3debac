#include "chat/presence_room.hpp"

#include <algorithm>

namespace skat::chat {

Presence PresenceRoom::merged(const Person& person) {
  Presence presence{PresenceState::offline, {}, 0};
  for (const auto& [node, said] : person.on) presence = merge(presence, said);
  return presence;
}

void PresenceRoom::set(Incarnation node, const PresentPerson& person) {
  auto& known = people_[person.user];
  known.name = person.name;
  const auto said = std::ranges::find(known.on, node, [](const auto& entry) { return entry.first; });
  if (said != known.on.end()) {
    if (said->second == person.presence) return;
    said->second = person.presence;
  } else {
    if (known.on.empty()) ++here_;
    known.on.emplace_back(node, person.presence);
    ++named_[node];
    ++entries_;
  }
  touch(person.user);
  judge_size();
}

void PresenceRoom::erase(Incarnation node, const model::UserId& user) {
  if (const auto found = people_.find(user); found != people_.end()) forget(found, node);
  judge_size();
}

// A person that nobody names stays until that was told.
void PresenceRoom::forget(People::iterator person, Incarnation node) {
  auto& on = person->second.on;
  const auto said = std::ranges::find(on, node, [](const auto& entry) { return entry.first; });
  if (said == on.end()) return;
  on.erase(said);
  --named_[node];
  --entries_;
  if (on.empty()) --here_;
  touch(person->first);
  if (on.empty() && !changed_.contains(person->first)) people_.erase(person);
}

void PresenceRoom::replace(Incarnation node, const std::vector<PresentPerson>& people) {
  counted_.erase(node);
  std::unordered_set<model::UserId, model::Id128Hash> named;
  for (const PresentPerson& person : people) named.insert(person.user);
  for (const PresentPerson& old : of_node(node)) {
    if (!named.contains(old.user)) erase(node, old.user);
  }
  for (const PresentPerson& person : people) set(node, person);
  judge_size();
}

void PresenceRoom::count(Incarnation node, std::uint32_t people) {
  for (const PresentPerson& old : of_node(node)) erase(node, old.user);
  counted_[node] = people;
  judge_size();
}

void PresenceRoom::drop(Incarnation node) {
  replace(node, {});
  named_.erase(node);
}

// Without a list nobody is told of by name: who is told is forgotten, and with the list everybody is told again.
void PresenceRoom::judge_size() {
  const std::size_t limit = listed_ ? kMaxListed : kListAgain;
  const bool listed = counted_.empty() && here_ <= limit;
  if (listed == listed_) return;
  listed_ = listed;
  changed_.clear();
  std::erase_if(people_, [](const auto& entry) { return entry.second.on.empty(); });
  for (auto& [user, person] : people_) person.told.reset();
}

void PresenceRoom::touch(const model::UserId& user) {
  if (listed_) changed_.insert(user);
}

std::uint32_t PresenceRoom::online() const {
  auto sum = static_cast<std::uint32_t>(here_);
  for (const auto& [node, people] : counted_) sum += people;
  return sum;
}

PresenceNews PresenceRoom::whole() const {
  PresenceNews news{room_, online(), listed_, true, {}};
  if (!listed_) return news;
  for (const auto& [user, person] : people_) {
    if (!person.on.empty()) news.people.push_back({user, person.name, merged(person)});
  }
  return news;
}

std::optional<PresenceNews> PresenceRoom::take_news() {
  if (!has_news()) return std::nullopt;
  PresenceNews news{room_, online(), listed_, !told_listed_ && listed_, {}};
  if (news.whole) {
    news = whole();
    for (const PresentPerson& person : news.people) people_[person.user].told = person.presence;
    changed_.clear();
  }
  while (!changed_.empty() && news.people.size() < kMaxChanges) {
    const auto found = people_.find(changed_.extract(changed_.begin()).value());
    if (found == people_.end()) continue;
    Person& person = found->second;
    const Presence now = merged(person);
    if (now != person.told.value_or(Presence{PresenceState::offline, {}, 0})) {
      news.people.push_back({found->first, person.name, now});
      person.told = now;
    }
    if (person.on.empty()) people_.erase(found);
  }
  const bool same = news.people.empty() && news.online == told_online_ && told_listed_ == listed_;
  told_online_ = news.online;
  told_listed_ = listed_;
  if (same) return std::nullopt;
  return news;
}

std::vector<PresentPerson> PresenceRoom::of_node(Incarnation node) const {
  std::vector<PresentPerson> people;
  if (size_of_node(node) == 0) return people;
  for (const auto& [user, person] : people_) {
    for (const auto& [who, said] : person.on) {
      if (who == node) people.push_back({user, person.name, said});
    }
  }
  return people;
}

std::optional<PresentPerson> PresenceRoom::of_node(Incarnation node, const model::UserId& user) const {
  const auto found = people_.find(user);
  if (found == people_.end()) return std::nullopt;
  for (const auto& [who, said] : found->second.on) {
    if (who == node) return PresentPerson{user, found->second.name, said};
  }
  return std::nullopt;
}

std::size_t PresenceRoom::size_of_node(Incarnation node) const {
  const auto found = named_.find(node);
  return found == named_.end() ? 0 : found->second;
}

}  // namespace skat::chat
