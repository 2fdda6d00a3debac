// Herald: what the owner of partitions tells the other nodes over the bus: a room's events and, a moment after the last
// one, its head once more; outcomes to the nodes that wait for them; heartbeats.
// Lives on: the core executor.
// Ends by: stop(), destruction.
// Rule: only speed. Whatever is lost here is noticed by heads, beats and overdue outcomes.
#pragma once

#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/peer_message.hpp"
#include "chat/room_publisher.hpp"

namespace skat::chat {

class Herald {
 public:
  // What this node owns now.
  using Held = base::Function<std::vector<Beat::Held>()>;

  // Partitions whose channel this node listens to.
  using Listening = base::Function<std::vector<std::uint32_t>()>;

  Herald(const Config& config, base::Executor& core, bus::Bus& bus, RoomPublisher& publisher, Incarnation self)
      : config_(config), core_(core), bus_(bus), publisher_(publisher), self_(self) {}
  Herald(const Herald&) = delete;
  Herald& operator=(const Herald&) = delete;

  void start(Held held, Listening listening);
  void stop() { stopped_ = true; }
  // Of an owned partition.
  void on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events);
  void on_outcome(Incarnation origin, const EventKey& key, result<Accepted> answer);

  static constexpr std::size_t kMaxOutcomes = 512;  // in one message

 private:
  struct Head {
    model::Epoch epoch;
    model::Seq seq;
    base::SteadyTime at;
  };

  void beat();
  void echo_heads();
  void flush_outcomes();

  // set at construction
  const Config& config_;
  base::Executor& core_;
  bus::Bus& bus_;
  RoomPublisher& publisher_;
  Incarnation self_;
  Held held_;
  Listening listening_;

  std::uint64_t number_ = 0;
  std::unordered_map<model::RoomId, Head, model::Id128Hash> heads_;  // not echoed yet
  std::deque<std::pair<base::SteadyTime, model::RoomId>> due_;       // one for each of them, the oldest first
  std::unordered_map<Incarnation, Outcomes> outcomes_;               // of this turn
  bool stopped_ = false;
  Lifetime lifetime_;
};

}  // namespace skat::chat
