// FeedChannels: through which channels of the bus the rooms that have a feed are heard: each through its own, or, where
// a partition has more of them than config.room_channels, all through the partition's; back at half of that.
//
//   more than the limit     subscribe partition/<p>, say so in the heartbeats; the room channels stay
//   the owner's heartbeat says that it publishes there, and the channel is confirmed
//                           verify the rooms' heads, then leave their own channels; new rooms get none
//   at most half of it      subscribe the rooms' own channels again; all confirmed: verify, then leave the partition's
//
// Lives on: the core executor, in RoomFeeds.
// Ends by: close(), destruction.
// Rule: a channel is left only when heads were asked for after the other one had begun to bring everything. While the
// owner does not publish where this node listens the heads are asked for each kUnserved.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/partitions.hpp"

namespace skat::chat {

class FeedChannels {
 public:
  // The rooms whose feeds know where they stand; of those asked for, all where nothing failed.
  using Verified = base::Function<void(const std::vector<model::RoomId>&)>;
  // Asks where these rooms stand, and tells their feeds.
  using Verify = base::Function<void(std::vector<model::RoomId>, Verified)>;

  static constexpr std::chrono::seconds kUnserved{1};

  FeedChannels(const Config& config, base::Executor& core, bus::Bus& bus, const Partitions& partitions, Verify verify)
      : config_(config), core_(core), bus_(bus), partitions_(partitions), verify_(std::move(verify)) {}
  FeedChannels(const FeedChannels&) = delete;
  FeedChannels& operator=(const FeedChannels&) = delete;

  // A feed of the room was made. `heard` runs once everything arrives that is published from then on; perhaps at once.
  void add(const model::RoomId& room, base::Function<void()> heard);
  void remove(const model::RoomId& room);
  // Events of the partition may be missing.
  void verify(log::Partition partition);
  // Somebody's heartbeat was heard.
  void on_beat();
  void close();

  // Partitions whose channel this node listens to, for its heartbeats.
  [[nodiscard]] std::vector<std::uint32_t> listening() const;

 private:
  struct Own {
    enum class State : std::uint8_t { none, asked, confirmed } state = State::none;
    std::uint64_t ask = 0;  // the newest one: an older one's confirmation does not count
    base::Function<void()> heard;
  };
  struct Rooms {
    std::unordered_map<model::RoomId, Own, model::Id128Hash> own;
    std::size_t without = 0, confirmed = 0;   // of these
    bool wanted = false;                      // the partition's channel instead of theirs
    bool subscribed = false, joined = false;  // to the partition's channel; confirmed
    bool served = false;                      // everything arrives there, as of the last look
    std::uint64_t turn = 0;                   // one more whenever `wanted` or `served` changes
    std::uint64_t join_ask = 0;               // as Own::ask
    std::optional<base::SteadyTime> verified_at;
  };
  struct Question {
    log::Partition partition;
    std::uint64_t turn;
    std::size_t rooms;
    bool all_own;  // each of them was heard through its own channel
  };

  void subscribe_own(log::Partition partition, const model::RoomId& room);
  void on_own_confirmed(log::Partition partition, const model::RoomId& room, std::uint64_t ask);
  void weigh(log::Partition partition, Rooms& rooms);
  void join(log::Partition partition, Rooms& rooms);
  void look(log::Partition partition);
  void on_verified(const Question& question, const std::vector<model::RoomId>& answered);
  void leave_own_channels(Rooms& rooms, const std::vector<model::RoomId>& answered);
  void leave_channel(log::Partition partition, Rooms& rooms);
  void forget_if_empty(log::Partition partition);
  [[nodiscard]] Rooms* find(log::Partition partition);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  bus::Bus& bus_;
  const Partitions& partitions_;
  Verify verify_;

  std::map<std::uint32_t, Rooms> rooms_;  // by partition: those with a feed, or whose channel is subscribed
  std::uint64_t asks_ = 0;
  Lifetime lifetime_;
};

}  // namespace skat::chat
