// RoomFeeds: the feeds of all rooms that have, or just had, a stream on this node.
// Lives on: the core executor.
// Ends by: close(), which leaves all channels; destruction.
#pragma once

#include <memory>
#include <unordered_map>

#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/feed_channels.hpp"
#include "chat/feed_message.hpp"
#include "chat/room_feed.hpp"

namespace skat::chat {

class RoomFeeds {
 public:
  RoomFeeds(const Config& config, const RoomFeed::Ports& ports, const Partitions& partitions, bus::Bus& bus);
  RoomFeeds(const RoomFeeds&) = delete;
  RoomFeeds& operator=(const RoomFeeds&) = delete;

  // Makes the room's feed if there is none; answers once it gets everything that is published from then on: the channel
  // is subscribed, or this node follows the partition.
  void open(const model::RoomId& room, Done<void> done);
  // As RoomFeed::reach(). The caller may call add_loop() at once, from inside `done`.
  void reach(const model::RoomId& room, model::Epoch epoch, model::Seq seq, Done<model::Seq> done);
  [[nodiscard]] std::optional<std::vector<FeedEventPtr>> delivered_after(const model::RoomId& room,
                                                                         model::Seq seq) const;
  // The room's stream goes to this loop from the next event on. The feed must be there.
  void add_loop(const model::RoomId& room, LoopIndex loop);
  void remove_loop(const model::RoomId& room, LoopIndex loop);
  // As reach(), for a room that may have no feed: then there is nothing to deliver.
  void pass(const model::RoomId& room, model::Epoch epoch, model::Seq seq, base::Function<void()> done);

  // From this node's own fold.
  void on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events);
  // From the bus.
  void on_message(const model::RoomId& room, std::string_view payload);
  void on_partition_message(std::string_view payload);
  // Somebody's heartbeat was heard.
  void on_beat() { channels_.on_beat(); }
  // Events of the partition may be missing: asks for the heads of its rooms.
  void verify(log::Partition partition) { channels_.verify(partition); }
  // Partitions whose channel this node listens to.
  [[nodiscard]] std::vector<std::uint32_t> listening() const { return channels_.listening(); }
  // Nothing comes from the bus: whoever waits for a subscription need not.
  void on_bus_down();
  void close();

  [[nodiscard]] std::size_t size() const noexcept { return feeds_.size(); }

 private:
  struct Place {
    std::unique_ptr<RoomFeed> feed;
    bool lingering = false;  // a timer looks after it
  };

  RoomFeed& make(const model::RoomId& room);
  [[nodiscard]] RoomFeed* find(const model::RoomId& room) const;
  void ask_heads(std::vector<model::RoomId> rooms, FeedChannels::Verified done);
  void linger(const model::RoomId& room);
  void end_if_idle(const model::RoomId& room);

  // set at construction
  const Config& config_;
  RoomFeed::Ports ports_;
  const Partitions& partitions_;
  bus::Bus& bus_;

  std::unordered_map<model::RoomId, Place, model::Id128Hash> feeds_;
  FeedChannels channels_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
