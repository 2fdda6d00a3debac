#include "chat/room_publisher.hpp"

#include <utility>

#include "chat/feed_message.hpp"

namespace skat::chat {

void RoomPublisher::publish(const model::RoomId& room, base::Bytes message, To to) {
  const log::Partition partition = partitions_.number_of(room);
  const bool listened = to == To::everyone ? leases_.alive(partition, core_.now()) : serves(partition);
  if (listened) bus_.publish(partition_channel(partition), base::share(with_room(room, message)));
  bus_.publish(room_channel(room), base::share(std::move(message)));
}

}  // namespace skat::chat
