// Desk: answers questions about rooms whose partitions this node follows, from its folds, its hot tail and the store.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: is asked only while Partitions::here(); an answer says what held at one moment not before the question.
#pragma once

#include <memory>

#include "chat/end_offsets.hpp"
#include "chat/history.hpp"
#include "chat/partitions.hpp"
#include "chat/questions.hpp"
#include "chat/range_reader.hpp"
#include "chat/read_markers.hpp"
#include "chat/recent_memberships.hpp"

namespace skat::chat {

class Desk {
 public:
  Desk(const Partitions& partitions, EndOffsets& end_offsets, const HotTail& hot_tail, RangeReader& ranges,
       History& history, ReadMarkers& markers, RecentMemberships& recent, store::Conversations& conversations)
      : partitions_(partitions),
        end_offsets_(end_offsets),
        hot_tail_(hot_tail),
        ranges_(ranges),
        history_(history),
        markers_(markers),
        recent_(recent),
        conversations_(conversations) {}

  void answer(FactsQuestion question, Done<FactsQuestion::Answer> done);
  void answer(HistoryQuestion question, Done<HistoryPage> done);
  void answer(RangeQuestion question, Done<RangeQuestion::Answer> done);
  void answer(StreamQuestion question, Done<StreamStart> done);
  void answer(MarkQuestion question, Done<store::ReadMarker> done);
  void answer(OutcomeQuestion question, Done<Accepted> done);

  [[nodiscard]] RoomFacts facts(const model::RoomId& room, const model::UserId& user) const;

  // How often new events may overtake one opening that waits for the store; then errc::busy.
  static constexpr std::uint32_t kMaxRounds = 32;

 private:
  struct Opening {
    StreamQuestion question;
    Done<StreamStart> done;
    std::vector<FeedEventPtr> events;
    model::Seq have;        // events up to here are collected
    std::size_t bytes = 0;  // of `events`
    std::uint32_t rounds = 0;
    bool at_end = false;  // the fold has passed what the log held when this was asked
  };
  using OpeningPtr = std::unique_ptr<Opening>;

  void round(OpeningPtr opening);
  void wait_for_end(OpeningPtr opening);
  static void append(Opening& opening, std::vector<FeedEventPtr> run);

  const Partitions& partitions_;
  EndOffsets& end_offsets_;
  const HotTail& hot_tail_;
  RangeReader& ranges_;
  History& history_;
  ReadMarkers& markers_;
  RecentMemberships& recent_;
  store::Conversations& conversations_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
