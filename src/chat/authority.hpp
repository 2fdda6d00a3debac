// Authority: asks whoever knows a room: this node's own fold, the node that owns the partition, or, where neither
// answers, this node as soon as it has begun to follow the partition itself.
// Lives on: the core executor.
// Ends by: destruction.
#pragma once

#include <utility>

#include "chat/desk.hpp"
#include "chat/peers.hpp"

namespace skat::chat {

class Authority {
 public:
  Authority(base::Executor& core, Partitions& partitions, Peers& peers, Desk& desk)
      : core_(core), partitions_(partitions), peers_(peers), desk_(desk) {}
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  static constexpr std::chrono::milliseconds kPatience{1'000};        // with an owner
  static constexpr std::chrono::milliseconds kFollowPatience{4'000};  // until this node follows the partition

  // About one room. errc::unavailable: nobody can be asked now.
  template <class Q>
  void ask(Q question, Done<typename Q::Answer> done) {
    const model::RoomId room = room_of(question);
    const auto owner = partitions_.owner_of(room);
    if (!owner) {
      ask_here(room, std::move(question), std::move(done));
      return;
    }
    Q asked = question;
    auto on_answer = [this, room, question = std::move(question),
                      done = std::move(done)](result<typename Q::Answer> answer) mutable {
      if (answer || !look_elsewhere(room, answer.error())) {
        done(std::move(answer));
      } else {
        ask_here(room, std::move(question), std::move(done));
      }
    };
    peers_.ask(*owner, std::move(asked), kPatience, lifetime_.guard(std::move(on_answer)));
  }

  struct Facts {
    std::vector<RoomFacts> rooms;  // in no particular order; every room asked for, where `complete`
    bool complete = true;
  };
  // Of many rooms. `recent`: see FactsQuestion.
  void facts(model::UserId user, std::vector<model::RoomId> rooms, bool recent, base::Function<void(Facts)> done);
  // Of one.
  void facts(model::UserId user, const model::RoomId& room, Done<RoomFacts> done);

  // Another node asks.
  void serve(Question question, Done<Answer> done);

 private:
  struct Gathering;

  template <class Q>
  void ask_here(const model::RoomId& room, Q question, Done<typename Q::Answer> done) {
    if (partitions_.here(room)) {
      desk_.answer(std::move(question), std::move(done));
      return;
    }
    auto on_here = [this, question = std::move(question), done = std::move(done)](bool here) mutable {
      if (here) {
        desk_.answer(std::move(question), std::move(done));
      } else {
        done(errc::unavailable);
      }
    };
    partitions_.when_here(room, kFollowPatience, lifetime_.guard(std::move(on_here)));
  }
  // Whether the owner's answer means that it is not the one to ask.
  bool look_elsewhere(const model::RoomId& room, error_code error);

  base::Executor& core_;
  Partitions& partitions_;
  Peers& peers_;
  Desk& desk_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
