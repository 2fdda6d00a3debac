#include "socketio/ack.hpp"

#include <utility>

#include "socketio/errc.hpp"

namespace skat::socketio {

void Ack::operator()(std::string_view args_json, const std::vector<std::string>& attachments) const {
  if (!state_) return;
  const auto socket = std::exchange(state_->socket, {}).lock();
  if (socket) socket->acknowledge(state_->id, args_json, attachments);
}

PendingAcks::~PendingAcks() {
  for (auto& [id, waiting] : waiting_) loop_.cancel(waiting.timer);
}

std::optional<AckId> PendingAcks::add(std::chrono::milliseconds timeout, Done& done) {
  if (waiting_.size() >= limit_) return std::nullopt;
  const AckId id = next_id_++;
  const auto timer = loop_.after(timeout, [this, id] {
    auto late = waiting_.extract(id);
    late.mapped().done(make_error_code(errc::ack_timeout));
  });
  waiting_.emplace(id, Waiting{timer, std::move(done)});
  return id;
}

bool PendingAcks::resolve(AckId id, Answer& answer) {
  auto answered = waiting_.extract(id);
  if (!answered) return false;
  loop_.cancel(answered.mapped().timer);
  answered.mapped().done(std::move(answer));
  return true;
}

void PendingAcks::fail_all(error_code error) {
  auto waiting = std::exchange(waiting_, {});
  for (auto& [id, entry] : waiting) loop_.cancel(entry.timer);
  for (auto& [id, entry] : waiting) entry.done(error);
}

}  // namespace skat::socketio
