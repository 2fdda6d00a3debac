#include "relay/assembler.hpp"

#include <utility>

namespace skat::relay {

Assembler::Taken Assembler::take(const Frame& frame, base::SteadyTime now) {
  const Key key{{frame.from, frame.id}, frame.kind};
  auto at = partials_.find(key);
  if (frame.piece == 0) {
    if (at != partials_.end()) drop(at);  // it was begun again; the first attempt will not be finished
    if (frame.payload.size() > config_.max_message_bytes) return {Outcome::refused, {}};
    if (!frame.more) return {Outcome::whole, std::string(frame.payload)};
    if (partial_bytes_ + frame.payload.size() > config_.max_partial_bytes) return {Outcome::refused, {}};
    partials_.emplace(key, Partial{std::string(frame.payload), 1, now});
    partial_bytes_ += frame.payload.size();
    return {Outcome::more, {}};
  }
  if (at == partials_.end()) return {Outcome::ignored, {}};
  Partial& partial = at->second;
  if (frame.piece != partial.next_piece || partial.message.size() + frame.payload.size() > config_.max_message_bytes ||
      partial_bytes_ + frame.payload.size() > config_.max_partial_bytes) {
    drop(at);
    return {Outcome::refused, {}};
  }
  partial.message.append(frame.payload);
  partial_bytes_ += frame.payload.size();
  ++partial.next_piece;
  partial.last = now;
  if (frame.more) return {Outcome::more, {}};
  partial_bytes_ -= partial.message.size();
  auto message = std::move(partial.message);
  partials_.erase(at);
  return {Outcome::whole, std::move(message)};
}

Assembler::Partials::iterator Assembler::drop(Partials::iterator at) {
  partial_bytes_ -= at->second.message.size();
  return partials_.erase(at);
}

void Assembler::forget(Incarnation node) {
  for (auto at = partials_.begin(); at != partials_.end();) at = at->first.from.node == node ? drop(at) : std::next(at);
}

void Assembler::forget_all() {
  partials_.clear();
  partial_bytes_ = 0;
}

void Assembler::expire(base::SteadyTime now) {
  for (auto at = partials_.begin(); at != partials_.end();) {
    at = now - at->second.last >= config_.partial_timeout ? drop(at) : std::next(at);
  }
}

}  // namespace skat::relay
