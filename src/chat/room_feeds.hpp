// RoomFeeds: the feeds of all rooms that have, or just had, a stream on this node.
// Lives on: the core executor.
// Ends by: close(), which leaves all channels; destruction.
#pragma once

#include <memory>
#include <unordered_map>

#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/room_feed.hpp"

namespace skat::chat {

class RoomFeeds {
 public:
  RoomFeeds(const Config& config, const RoomFeed::Ports& ports, bus::Bus& bus);
  RoomFeeds(const RoomFeeds&) = delete;
  RoomFeeds& operator=(const RoomFeeds&) = delete;

  // Makes the room's feed if there is none; answers once all that exists now was delivered, with its number. The caller
  // may call add_loop() at once, from inside `done`.
  void open(const model::RoomId& room, Done<model::Seq> done);
  // The room's stream goes to this loop from the next event on. The feed must be there.
  void add_loop(const model::RoomId& room, LoopIndex loop);
  void remove_loop(const model::RoomId& room, LoopIndex loop);
  // As open(), for a room that may have no feed: then there is nothing to deliver.
  void catch_up(const model::RoomId& room, base::Function<void()> done);

  void on_message(std::string_view channel, std::string_view payload);
  // Messages may be missing: asks the owners again, for every room.
  void verify_all();
  void close();

  [[nodiscard]] std::size_t size() const noexcept { return feeds_.size(); }

 private:
  struct Place {
    std::unique_ptr<RoomFeed> feed;
    bool lingering = false;  // a timer looks after it
  };

  RoomFeed& make(const model::RoomId& room);
  void linger(const model::RoomId& room);
  void end_if_idle(const model::RoomId& room);

  // set at construction
  const Config& config_;
  RoomFeed::Ports ports_;
  bus::Bus& bus_;

  std::unordered_map<model::RoomId, Place, model::Id128Hash> feeds_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
