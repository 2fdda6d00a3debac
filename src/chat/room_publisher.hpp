// RoomPublisher: puts a message about a room onto the bus: on the room's channel, and on its partition's while somebody
// listens there (decision 0019).
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/channel_leases.hpp"
#include "chat/partitions.hpp"

namespace skat::chat {

class RoomPublisher {
 public:
  RoomPublisher(const base::Executor& core, bus::Bus& bus, const Partitions& partitions, Incarnation self)
      : core_(core), bus_(bus), partitions_(partitions), self_(self) {}
  RoomPublisher(const RoomPublisher&) = delete;
  RoomPublisher& operator=(const RoomPublisher&) = delete;

  enum class To {
    everyone,
    others,  // this node's own feeds have it already
  };
  void publish(const model::RoomId& room, base::Bytes message, To to);
  void on_beat(const Beat& beat) { leases_.renew(beat.node, beat.channels, core_.now()); }
  // Others than this node listen to the partition's channel: what is published of its rooms goes there too.
  [[nodiscard]] bool serves(log::Partition partition) const { return leases_.alive(partition, core_.now(), self_); }

 private:
  const base::Executor& core_;
  bus::Bus& bus_;
  const Partitions& partitions_;
  Incarnation self_;
  ChannelLeases leases_;
};

}  // namespace skat::chat
