// What may be asked of whoever follows a room's partition, and the answers. Here, or over the bus (peer_message.hpp).
#pragma once

#include <variant>

#include "chat/event_key.hpp"
#include "chat/room_facts.hpp"
#include "store/store.hpp"

namespace skat::chat {

// Of many rooms in one question.
struct FactsQuestion {
  using Answer = std::vector<RoomFacts>;
  model::UserId user;
  std::vector<model::RoomId> rooms;  // Limit: kMaxRooms
  // Also the rooms in which the user's membership changed lately, so that the store may lack it.
  bool recent = false;

  static constexpr std::size_t kMaxRooms = 1'000;
};

struct HistoryQuestion {
  using Answer = HistoryPage;
  HistoryRequest request;
};

// A run of the room's events from after + 1 on, at least one, at most model::kMaxResumeEvents and about
// model::kMaxResumeBytes.
struct RangeQuestion {
  using Answer = std::vector<FeedEventPtr>;
  model::RoomId room;
  model::Seq after, up_to;
};

// What a stream begins with: the head, and the events from the cursor to it.
struct StreamQuestion {
  using Answer = StreamStart;
  model::RoomId room;
  model::UserId user;
  std::optional<Cursor> from;
};

struct MarkQuestion {
  using Answer = store::ReadMarker;
  model::RoomId room;
  model::UserId user;
  model::Seq seq;
  bool quiet = false;  // the user's other devices are not told
};

// What became of a record that the fold has passed.
struct OutcomeQuestion {
  using Answer = Accepted;
  EventKey key;
};

using Question =
    std::variant<FactsQuestion, HistoryQuestion, RangeQuestion, StreamQuestion, MarkQuestion, OutcomeQuestion>;
using Answer = std::variant<FactsQuestion::Answer, HistoryPage, RangeQuestion::Answer, StreamStart, store::ReadMarker,
                            Accepted>;  // in the order of Question

// The room that decides who is asked; of a FactsQuestion any of its rooms, which lie with one owner.
[[nodiscard]] inline model::RoomId room_of(const HistoryQuestion& question) {
  return question.request.room;
}
[[nodiscard]] inline model::RoomId room_of(const OutcomeQuestion& question) {
  return question.key.room;
}
template <class Q>
[[nodiscard]] model::RoomId room_of(const Q& question) {
  return question.room;
}

}  // namespace skat::chat
