// PresenceRoom: who is in one room, on whatever node, each the most available of what his nodes say of him; and what of
// that has not been told yet. No I/O, no clock.
// Lives on: the core executor.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "chat/peer_message.hpp"
#include "chat/presence.hpp"

namespace skat::chat {

class PresenceRoom {
 public:
  explicit PresenceRoom(const model::RoomId& room) : room_(room) {}

  void set(Incarnation node, const PresentPerson& person);
  void erase(Incarnation node, const model::UserId& user);
  // Everybody of the node.
  void replace(Incarnation node, const std::vector<PresentPerson>& people);
  // The node has too many to name.
  void count(Incarnation node, std::uint32_t people);
  void drop(Incarnation node);

  [[nodiscard]] PresenceNews whole() const;
  // What has changed since it was last told; nullopt: nothing. What does not fit in kMaxChanges comes the next time.
  [[nodiscard]] std::optional<PresenceNews> take_news();
  [[nodiscard]] bool has_news() const {
    return !changed_.empty() || online() != told_online_ || listed_ != told_listed_;
  }

  // Listed, and was told as counted; or the other way.
  [[nodiscard]] bool turned() const noexcept { return listed_ != told_listed_; }

  [[nodiscard]] std::uint32_t online() const;
  [[nodiscard]] bool listed() const noexcept { return listed_; }
  [[nodiscard]] bool counts(Incarnation node) const { return counted_.contains(node); }
  // Who is here by this node's word.
  [[nodiscard]] std::vector<PresentPerson> of_node(Incarnation node) const;
  [[nodiscard]] std::optional<PresentPerson> of_node(Incarnation node, const model::UserId& user) const;
  [[nodiscard]] std::size_t size_of_node(Incarnation node) const;
  // Pairs of a person and a node: what the room costs.
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }

  // Limit: a room with more people is counted; it is listed again when kListAgain are left.
  static constexpr std::size_t kMaxListed = 500, kListAgain = 400;
  static constexpr std::size_t kMaxChanges = 200;  // in one piece of news

 private:
  struct Person {
    std::string name;
    std::vector<std::pair<Incarnation, Presence>> on;
    std::optional<Presence> told;
  };
  using People = std::unordered_map<model::UserId, Person, model::Id128Hash>;

  void forget(People::iterator person, Incarnation node);
  void touch(const model::UserId& user);
  void judge_size();
  [[nodiscard]] static Presence merged(const Person& person);

  model::RoomId room_;
  People people_;
  std::unordered_map<Incarnation, std::uint32_t> counted_;  // nodes that do not name theirs
  std::unordered_map<Incarnation, std::size_t> named_;      // people of each other node
  std::size_t entries_ = 0;
  std::size_t here_ = 0;  // people with an entry
  std::unordered_set<model::UserId, model::Id128Hash> changed_;
  bool listed_ = true, told_listed_ = true;
  std::uint32_t told_online_ = 0;
};

}  // namespace skat::chat
