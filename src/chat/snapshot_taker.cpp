#include "chat/snapshot_taker.hpp"

namespace skat::chat {

void SnapshotTaker::touch(const model::RoomId& room, log::Offset offset) {
  if (rooms_.insert(room).second) oldest_first_.push_back({room, offset});
}

SnapshotTaker::Taken SnapshotTaker::take(log::Offset position) {
  Taken taken{position, position, {}};
  std::size_t bytes = 0;
  while (!oldest_first_.empty() && taken.rows.size() < kMaxRooms && bytes < kMaxBytes) {
    const model::RoomId room = oldest_first_.front().room;
    oldest_first_.pop_front();
    rooms_.erase(room);
    std::string state = source_(room);
    if (state.empty()) continue;
    bytes += state.size();
    taken.rows.push_back({room, position.value(), std::move(state)});
  }
  if (!oldest_first_.empty()) taken.as_of = oldest_first_.front().since;
  return taken;
}

}  // namespace skat::chat
