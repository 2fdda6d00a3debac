// One of each message on a user's channel, as bytes.
#pragma once

#include <vector>

#include "chat/user_message.hpp"

namespace skat::chat::testing {

inline std::vector<base::Bytes> user_examples() {
  constexpr model::RoomId kRoom{{1, 2}};
  RoomInfo room;
  room.id = kRoom;
  room.name = "Engine room";
  room.access = model::Access::closed;
  room.epoch = model::Epoch{9};
  room.seq = model::Seq{8};
  room.mseq = model::MSeq{7};
  room.read_seq = model::Seq{6};
  room.read_mseq = model::MSeq{5};
  room.members = 4;
  return {
      encode(UserMessage{1, UserJoined{room}}),
      encode(UserMessage{2, UserLeft{kRoom, model::Epoch{9}, model::Seq{3}}}),
      encode(UserMessage{3, UserMarked{kRoom, model::Seq{3}, model::MSeq{2}}}),
  };
}

}  // namespace skat::chat::testing
