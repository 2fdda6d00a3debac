// ReadMarkers: how far each user has read each room: clamped to the head, only forward, gathered for the store.
// Lives on: the core executor.
// Ends by: flush(), then destruction. A kill may lose config.read_marker_interval of them.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "chat/config.hpp"
#include "chat/hot_tail.hpp"
#include "chat/lifetime.hpp"
#include "chat/partitions.hpp"
#include "chat/room_facts.hpp"
#include "store/store.hpp"

namespace skat::chat {

class ReadMarkers {
 public:
  // A user's marker has moved: his devices are told.
  using Tell = base::Function<void(const store::ReadMarker&)>;

  ReadMarkers(const Config& config, base::Executor& core, const Partitions& partitions, const HotTail& hot_tail,
              store::Store& store, Tell tell);
  ReadMarkers(const ReadMarkers&) = delete;
  ReadMarkers& operator=(const ReadMarkers&) = delete;

  // `quiet`: the user's other devices are not told.
  void mark(const model::UserId& user, const model::RoomId& room, model::Seq seq, bool quiet,
            Done<store::ReadMarker> done);
  // The user comes to a room with the event `seq`: what is there up to it counts as read.
  void begin(const model::UserId& user, const model::RoomId& room, model::Seq seq);
  // The newer of `stored` and what is known here.
  [[nodiscard]] Marker newest(const model::UserId& user, const model::RoomId& room, Marker stored) const;
  // Writes what the store lacks; `done` when that was tried once.
  void flush(base::Function<void()> done);

  // Limit: markers known here at a time; beyond it those that the store has are forgotten, and if all wait: errc::busy.
  static constexpr std::size_t kMaxKnown = 100'000;

 private:
  using Place = std::pair<model::UserId, model::RoomId>;
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept {
      return model::Id128Hash{}(place.first) ^ (model::Id128Hash{}(place.second) * 3);
    }
  };
  struct Known {
    Marker marker;
    bool dirty = false;  // the store lacks it
  };

  void find_mseq(const Place& place, model::Seq seq, Done<Marker> done);
  void find_stored(const Place& place, Done<Marker> done);
  void move(const Place& place, Marker wanted, Marker stored, bool quiet, Done<store::ReadMarker> done);
  [[nodiscard]] bool has_room();
  void remember(const Place& place, Marker marker);
  void arm();

  // set at construction
  const Config& config_;
  base::Executor& core_;
  const Partitions& partitions_;
  const HotTail& hot_tail_;
  store::Store& store_;
  Tell tell_;

  std::unordered_map<Place, Known, PlaceHash> known_;
  bool armed_ = false;
  Lifetime lifetime_;
};

}  // namespace skat::chat
