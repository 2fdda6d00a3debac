// A fanout that writes down what it is told, loop by loop, as the gateway's loops would see it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "chat/fanout.hpp"

namespace skat::chat::testing {

class RecordingFanout final : public Fanout {
 public:
  using Place = std::pair<LoopIndex, model::RoomId>;
  std::map<Place, std::vector<FeedEventPtr>> delivered;
  std::map<Place, std::size_t> resyncs;
  std::vector<std::pair<std::string, bool>> typed;  // name, on
  std::vector<PresenceNews> presence_news;
  std::vector<std::pair<model::UserId, RoomInfo>> joined;
  std::vector<std::pair<model::UserId, model::RoomId>> left;
  std::vector<std::pair<model::UserId, model::Seq>> read;

  void deliver(std::span<const LoopIndex> loops, FeedEventPtr event) override {
    for (const LoopIndex loop : loops) delivered[{loop, event->room}].push_back(event);
  }
  void resync(std::span<const LoopIndex> loops, model::RoomId room, std::string) override {
    for (const LoopIndex loop : loops) ++resyncs[{loop, room}];
  }
  void typing(std::span<const LoopIndex> loops, model::RoomId, Identity who, bool on) override {
    if (!loops.empty()) typed.emplace_back(who.name, on);
  }
  void presence(PresenceNews news) override { presence_news.push_back(std::move(news)); }
  void room_joined(model::UserId user, RoomInfo room) override { joined.emplace_back(user, std::move(room)); }
  void room_left(model::UserId user, model::RoomId room) override { left.emplace_back(user, room); }
  void marked_read(model::UserId user, model::RoomId, model::Seq seq, model::MSeq) override {
    read.emplace_back(user, seq);
  }

  [[nodiscard]] std::vector<std::uint64_t> seqs(LoopIndex loop, const model::RoomId& room) const {
    std::vector<std::uint64_t> numbers;
    if (const auto found = delivered.find({loop, room}); found != delivered.end()) {
      for (const FeedEventPtr& event : found->second) numbers.push_back(event->seq.value());
    }
    return numbers;
  }
};

}  // namespace skat::chat::testing
