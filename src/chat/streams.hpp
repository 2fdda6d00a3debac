// Streams: opens a loop's live stream of a room from a cursor on (StreamRequest, StreamStart).
// Lives on: the core executor.
// Ends by: destruction.
// Rule: at the moment of the answer the feed has delivered exactly what the fold has decided, the user may read the
// room, and the loop gets everything above the answered head.
#pragma once

#include <memory>

#include "chat/partitions.hpp"
#include "chat/range_reader.hpp"
#include "chat/room_feeds.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class Streams {
 public:
  Streams(const Partitions& partitions, RoomFeeds& feeds, RangeReader& ranges, std::uint64_t& resyncs)
      : partitions_(partitions), feeds_(feeds), ranges_(ranges), resyncs_(resyncs) {}

  void open(StreamRequest request, Done<StreamStart> done);
  void close(LoopIndex loop, const model::RoomId& room) { feeds_.remove_loop(room, loop); }

  // How often new events may overtake one opening that waits for the store; then errc::busy.
  static constexpr std::uint32_t kMaxRounds = 32;

 private:
  struct Opening {
    StreamRequest request;
    Done<StreamStart> done;
    std::vector<FeedEventPtr> events;
    model::Seq have;        // events up to here are collected
    std::size_t bytes = 0;  // of `events`
    std::uint32_t rounds = 0;
  };
  using OpeningPtr = std::unique_ptr<Opening>;

  void round(OpeningPtr opening);
  void collect(OpeningPtr opening, const fold::RoomView& view);
  void read_store(OpeningPtr opening, model::Seq up_to);
  static void append(Opening& opening, std::vector<FeedEventPtr> run);
  void answer(OpeningPtr opening, const fold::RoomView& view, bool resync);

  const Partitions& partitions_;
  RoomFeeds& feeds_;
  RangeReader& ranges_;
  std::uint64_t& resyncs_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
