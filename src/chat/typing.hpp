// Typing: who is writing in which room. Never in the log; over the bus, coalesced, and the first thing to be dropped.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include <deque>
#include <unordered_map>
#include <utility>

#include "base/executor.hpp"
#include "chat/authority.hpp"
#include "chat/room_publisher.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class Typing {
 public:
  Typing(base::Executor& core, RoomPublisher& publisher, Authority& authority)
      : core_(core), publisher_(publisher), authority_(authority) {}

  // Nothing happens if the user may not read the room, or said the same a moment ago.
  // Limit: kMaxMarks marks at a time; what comes beyond is dropped.
  void set(const Identity& who, const model::RoomId& room, bool on);

  static constexpr std::size_t kMaxMarks = 65'536;
  static constexpr auto kRepeatAfter = model::kTypingLifetime / 2;  // saying it again sooner adds nothing

 private:
  using Mark = std::pair<model::RoomId, model::UserId>;
  struct MarkHash {
    std::size_t operator()(const Mark& mark) const noexcept {
      return model::Id128Hash{}(mark.first) ^ (model::Id128Hash{}(mark.second) * 3);
    }
  };
  struct Said {
    bool on = false;
    base::SteadyTime at;
  };

  void forget_old();

  base::Executor& core_;
  RoomPublisher& publisher_;
  Authority& authority_;
  std::unordered_map<Mark, Said, MarkHash> marks_;
  std::deque<std::pair<base::SteadyTime, Mark>> by_time_;  // the oldest first, one for each time it was said
  Lifetime lifetime_;
};

}  // namespace skat::chat
