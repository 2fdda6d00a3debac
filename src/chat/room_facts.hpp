// RoomFacts: what the fold says of a room, and of one user in it, at one moment; from this node or from the owner.
#pragma once

#include <optional>
#include <vector>

#include "chat/errc.hpp"
#include "chat/types.hpp"
#include "fold/fold.hpp"

namespace skat::chat {

// How far a user has read a room.
struct Marker {
  model::Seq seq;
  model::MSeq mseq;
};

struct RoomFacts {
  model::RoomId room;
  model::Epoch epoch;
  std::optional<fold::RoomView> view;  // nullopt: no such room
  bool may_read = false;
  Marker marker;  // newer than the store's, or zero

  // Success if the user may read the room. unknown_room: none, or none that he may see; not_a_member: an open room that
  // he has not joined.
  [[nodiscard]] result<void> check_read() const {
    if (may_read) return {};
    if (!view || view->access == model::Access::closed) return errc::unknown_room;
    return errc::not_a_member;
  }
};

// What a client is told of a room; `stored` is the marker that the store has.
[[nodiscard]] inline RoomInfo describe(const RoomFacts& facts, Marker stored = {}) {
  const Marker marker = facts.marker.seq > stored.seq ? facts.marker : stored;
  RoomInfo info;
  info.id = facts.room;
  info.epoch = facts.epoch;
  if (facts.view) {
    info.name = facts.view->name;
    info.access = facts.view->access;
    info.seq = facts.view->seq;
    info.mseq = facts.view->mseq;
    info.members = facts.view->members;
  }
  info.read_seq = std::min(marker.seq, info.seq);
  info.read_mseq = std::min(marker.mseq, info.mseq);
  return info;
}

}  // namespace skat::chat
