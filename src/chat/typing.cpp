#include "chat/typing.hpp"

#include "chat/feed_message.hpp"

namespace skat::chat {

void Typing::set(const Identity& who, const model::RoomId& room, bool on) {
  forget_old();
  if (by_time_.size() >= kMaxMarks) return;
  const Mark mark{room, who.user};
  const auto found = marks_.find(mark);
  const bool was_on = found != marks_.end() && found->second.on;
  if (!on && !was_on) return;
  if (on && was_on && core_.now() - found->second.at < kRepeatAfter) return;
  marks_[mark] = {on, core_.now()};
  by_time_.emplace_back(core_.now(), mark);
  authority_.facts(who.user, room, lifetime_.guard([this, who, room, on](const result<RoomFacts>& facts) {
    if (facts && facts->may_read) publisher_.publish(room, encode_typing(who, on), RoomPublisher::To::everyone);
  }));
}

void Typing::forget_old() {
  while (!by_time_.empty() && core_.now() - by_time_.front().first >= model::kTypingLifetime) {
    const auto& [at, mark] = by_time_.front();
    const auto found = marks_.find(mark);
    if (found != marks_.end() && found->second.at == at) marks_.erase(found);
    by_time_.pop_front();
  }
}

}  // namespace skat::chat
