// Peers: questions to other nodes and their answers, over the bus.
// Lives on: the core executor.
// Ends by: destruction, which drops what is unanswered.
// Rule: an answer that does not come within its time is errc::unknown; one that comes later is dropped.
//   errc::shutting_down: the node asked does not answer for that room.
#pragma once

#include <deque>
#include <unordered_map>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/lifetime.hpp"
#include "chat/peer_message.hpp"

namespace skat::chat {

class Peers {
 public:
  // Answers questions of other nodes.
  using Serve = base::Function<void(Question, Done<Answer>)>;

  Peers(base::Executor& core, bus::Bus& bus, Incarnation self) : core_(core), bus_(bus), self_(self) {}
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  void start(Serve serve);
  // Limit: kMaxPending questions under way; one more is errc::busy.
  template <class Q>
  void ask(Incarnation node, Q question, base::Duration patience, Done<typename Q::Answer> done) {
    ask_any(node, std::move(question), patience, [done = std::move(done)](result<Answer> answer) mutable {
      if (!answer) {
        done(answer.error());
      } else if (auto* wanted = std::get_if<typename Q::Answer>(&*answer)) {
        done(std::move(*wanted));
      } else {
        done(errc::unavailable);
      }
    });
  }
  void on_question(Asked asked);
  void on_answer(Answered answered);

  static constexpr std::size_t kMaxPending = 65'536;
  static constexpr std::size_t kMaxServed = 4'096;  // questions of others under way; one more is answered errc::busy

 private:
  struct Pending {
    base::Executor::TimerId timer;
    Done<Answer> done;
  };

  void ask_any(Incarnation node, Question question, base::Duration patience, Done<Answer> done);

  // set at construction
  base::Executor& core_;
  bus::Bus& bus_;
  Incarnation self_;
  Serve serve_;

  std::unordered_map<std::uint64_t, Pending> pending_;
  std::uint64_t last_id_ = 0;
  std::size_t served_ = 0;
  Lifetime lifetime_;
};

}  // namespace skat::chat
