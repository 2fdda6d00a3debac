#include "chat/peers.hpp"

#include <utility>

#include "chat/errc.hpp"

namespace skat::chat {

void Peers::start(Serve serve) {
  serve_ = std::move(serve);
  bus_.subscribe(node_channel(self_), [] {});
}

void Peers::ask_any(Incarnation node, Question question, base::Duration patience, Done<Answer> done) {
  if (pending_.size() >= kMaxPending) {
    done(errc::busy);
    return;
  }
  const std::uint64_t id = ++last_id_;
  const auto timer = core_.after(patience, lifetime_.guard([this, id] { on_answer(Answered{id, errc::unknown}); }));
  pending_.emplace(id, Pending{timer, std::move(done)});
  bus_.publish(node_channel(node), base::share(encode(Asked{self_, id, std::move(question)})));
}

void Peers::on_answer(Answered answered) {
  const auto found = pending_.find(answered.id);
  if (found == pending_.end()) return;
  auto pending = std::move(found->second);
  pending_.erase(found);
  core_.cancel(pending.timer);
  pending.done(std::move(answered.answer));
}

void Peers::on_question(Asked asked) {
  const auto reply = [this, from = asked.from, id = asked.id](result<Answer> answer) {
    bus_.publish(node_channel(from), base::share(encode(Answered{id, std::move(answer)})));
  };
  if (served_ >= kMaxServed) {
    reply(errc::busy);
    return;
  }
  ++served_;
  serve_(std::move(asked.question), lifetime_.guard([this, reply](result<Answer> answer) {
    --served_;
    reply(std::move(answer));
  }));
}

}  // namespace skat::chat
