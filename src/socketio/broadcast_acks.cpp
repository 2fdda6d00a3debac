#include "socketio/broadcast_acks.hpp"

#include <utility>

namespace skat::socketio {

bool BroadcastAcks::open(AckId id, OnAnswer& on_answer) {
  if (open_.size() >= limit_) return false;
  open_.emplace(id, Broadcast{{}, std::make_shared<OnAnswer>(std::move(on_answer))});
  return true;
}

void BroadcastAcks::expect(AckId id, const Recipient& receiver) {
  const auto it = open_.find(id);
  if (it != open_.end()) it->second.waiting.insert(&receiver);
}

std::size_t BroadcastAcks::waiting_for(AckId id) const {
  const auto it = open_.find(id);
  return it == open_.end() ? 0 : it->second.waiting.size();
}

void BroadcastAcks::resolve(AckId id, const Recipient& receiver, Answer answer) {
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.waiting.erase(&receiver) == 0) return;
  const auto on_answer = it->second.on_answer;
  (*on_answer)(std::move(answer));
}

void BroadcastAcks::forget(const Recipient& receiver) {
  for (auto& [id, broadcast] : open_) broadcast.waiting.erase(&receiver);
}

}  // namespace skat::socketio
