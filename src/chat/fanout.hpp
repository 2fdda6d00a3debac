// Fanout: how chat speaks to people. Implemented by gateway/socket_fanout; called on the core thread; must not block.
// What is given for one loop arrives there in the order given, stream answers (Node::open_stream) included.
#pragma once

#include <span>
#include <string>

#include "chat/presence.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class Fanout {
 public:
  virtual ~Fanout() = default;
  // A room's next event, to each loop that has a stream open on it. A `member.left` ends that user's streams there,
  // after the event itself.
  virtual void deliver(std::span<const LoopIndex> loops, FeedEventPtr event) = 0;
  // The numbers of a room have a hole that could not be filled, or a new epoch: every stream of the room on these loops
  // has ended, and clients load the room again.
  virtual void resync(std::span<const LoopIndex> loops, model::RoomId room, std::string reason) = 0;
  // Ephemeral; may be dropped.
  virtual void typing(std::span<const LoopIndex> loops, model::RoomId room, Identity who, bool on) = 0;
  // To the room's streams on every loop. Ephemeral; may be dropped.
  virtual void presence(PresenceNews news) = 0;
  // To every socket of one user on every loop: he joined or left a room on some device, or marked it read.
  virtual void room_joined(model::UserId user, RoomInfo room) = 0;
  virtual void room_left(model::UserId user, model::RoomId room) = 0;
  virtual void marked_read(model::UserId user, model::RoomId room, model::Seq seq, model::MSeq mseq) = 0;
};

}  // namespace skat::chat
