// Streams: opens a loop's live stream of a room from a cursor on (StreamRequest, StreamStart).
// Lives on: the core executor.
// Ends by: destruction.
// Rule: at the moment of the answer the user may read the room as far as the feed has delivered it, and the loop gets
// everything above the answered head.
#pragma once

#include <memory>

#include "chat/authority.hpp"
#include "chat/room_feeds.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class Streams {
 public:
  Streams(Authority& authority, RoomFeeds& feeds, std::uint64_t& resyncs)
      : authority_(authority), feeds_(feeds), resyncs_(resyncs) {}

  void open(StreamRequest request, Done<StreamStart> done);
  void close(LoopIndex loop, const model::RoomId& room) { feeds_.remove_loop(room, loop); }

  // How often new events may overtake one opening; then errc::busy.
  static constexpr std::uint32_t kMaxRounds = 32;

 private:
  struct Opening {
    StreamRequest request;
    Done<StreamStart> done;
    std::uint32_t rounds = 0;
  };
  using OpeningPtr = std::unique_ptr<Opening>;

  void round(OpeningPtr opening);
  void ask(OpeningPtr opening);
  void reach(OpeningPtr opening, StreamStart start);
  void join(OpeningPtr opening, StreamStart start, model::Seq delivered);

  Authority& authority_;
  RoomFeeds& feeds_;
  std::uint64_t& resyncs_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
