#include "chat/snapshot_taker.hpp"

#include <algorithm>

namespace skat::chat {

void SnapshotTaker::touch(const model::RoomId& room, log::Offset offset) {
  const auto [place, first] = rooms_.try_emplace(room, Span{offset, offset});
  if (first) {
    oldest_first_.emplace(offset, room);
  } else {
    place->second.last = std::max(place->second.last, offset);
  }
}

SnapshotTaker::Taken SnapshotTaker::take(log::Offset position) {
  Taken taken{position, position, {}, {}};
  std::size_t bytes = 0;
  while (!oldest_first_.empty() && taken.rows.size() < kMaxRooms && bytes < kMaxBytes) {
    const auto oldest = *oldest_first_.begin();
    oldest_first_.erase(oldest_first_.begin());
    rooms_.erase(oldest.second);
    std::string state = source_(oldest.second);
    if (state.empty()) continue;
    bytes += state.size();
    taken.rows.push_back({oldest.second, position.value(), std::move(state)});
    taken.since.push_back(oldest);
  }
  if (!oldest_first_.empty()) taken.as_of = oldest_first_.begin()->first;
  return taken;
}

void SnapshotTaker::put_back(const Taken& taken) {
  for (const auto& [since, room] : taken.since) {
    const log::Offset newest = taken.at;  // at the latest: a little too late only means that it is taken once more
    const auto [place, first] = rooms_.try_emplace(room, Span{since, newest});
    if (!first) {
      oldest_first_.erase({place->second.since, room});
      place->second.since = std::min(place->second.since, since);
      place->second.last = std::max(place->second.last, newest);
    }
    oldest_first_.emplace(place->second.since, room);
  }
}

void SnapshotTaker::covered(log::Offset as_of) {
  while (!oldest_first_.empty() && oldest_first_.begin()->first < as_of) {
    const auto [since, room] = *oldest_first_.begin();
    oldest_first_.erase(oldest_first_.begin());
    const auto place = rooms_.find(room);
    if (place->second.last < as_of) {
      rooms_.erase(place);
    } else {
      place->second.since = as_of;
      oldest_first_.emplace(as_of, room);
    }
  }
}

}  // namespace skat::chat
