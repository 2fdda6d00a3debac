#include "engineio/session_fsm.hpp"

#include <utility>

namespace skat::engineio {

namespace {
// A timer that fired this much late was rounded by the loop's wheel or held up for a moment: the next one counts from
// the time it was due. Later than this the loop was busy, and the peer gets its full time from now.
constexpr std::chrono::milliseconds kTimerGrain{50};
}  // namespace

void SessionFsm::start(base::SteadyTime now) {
  wait_for(Wait::ping_due, now + config_.ping_interval);
}

void SessionFsm::wait_for(Wait wait, base::SteadyTime until) noexcept {
  wait_ = wait;
  deadline_ = until;
}

Step SessionFsm::finish(CloseReason reason) noexcept {
  if (state_ == State::ended) return {};
  Step step;
  step.drop_upgrade = std::exchange(upgrade_, Upgrade::none) != Upgrade::none;
  step.end = reason;
  state_ = State::ended;
  wait_ = Wait::none;
  return step;
}

Step SessionFsm::on_packet(PacketType type, base::SteadyTime now) {
  if (state_ == State::ended) return {};
  if (type == PacketType::close) {
    Step step = finish(state_ == State::closing ? close_reason_ : CloseReason::transport_close);
    step.release_poll = transport_ == TransportKind::polling;
    return step;
  }
  if (state_ == State::closing) return {};

  if (type == PacketType::ping) return finish(CloseReason::transport_error);
  if (type == PacketType::pong) {
    wait_for(Wait::ping_due, now + config_.ping_interval);
    return {};
  }
  if (wait_ == Wait::pong && !pong_extended_) {
    pong_extended_ = true;
    wait_for(Wait::pong, now + config_.ping_timeout);
  }
  Step step;
  step.deliver = type == PacketType::message;
  return step;
}

Step SessionFsm::on_transport_end(CloseReason reason) {
  return finish(state_ == State::closing ? close_reason_ : reason);
}

Step SessionFsm::close(CloseReason reason, base::SteadyTime now) {
  if (state_ != State::open) return {};
  if (transport_ == TransportKind::websocket) return finish(reason);
  state_ = State::closing;
  close_reason_ = reason;
  wait_for(Wait::closing, now + config_.close_timeout);
  Step step;
  step.drop_upgrade = std::exchange(upgrade_, Upgrade::none) != Upgrade::none;
  step.begin_closing = true;
  return step;
}

Step SessionFsm::on_deadline(base::SteadyTime now) {
  if (wait_ == Wait::none || now < deadline_) return {};
  if (wait_ == Wait::pong) return finish(CloseReason::ping_timeout);
  if (wait_ == Wait::closing) return finish(close_reason_);
  const base::SteadyTime queued_at = now - deadline_ <= kTimerGrain ? deadline_ : now;
  pong_extended_ = false;
  wait_for(Wait::pong, queued_at + config_.ping_timeout);
  Step step;
  step.send_ping = true;
  return step;
}

bool SessionFsm::begin_upgrade(base::SteadyTime now) {
  if (state_ != State::open || transport_ != TransportKind::polling || upgrade_ != Upgrade::none) return false;
  upgrade_ = Upgrade::opened;
  upgrade_deadline_ = now + config_.upgrade_timeout;
  return true;
}

Step SessionFsm::on_upgrade_packet(const Packet& packet) {
  if (upgrade_ == Upgrade::none) return {};
  Step step;
  if (packet.type == PacketType::ping && packet.data == "probe") {
    upgrade_ = Upgrade::probed;
    step.answer_probe = true;
    step.release_poll = true;
  } else if (packet.type == PacketType::upgrade && packet.data.empty() && upgrade_ == Upgrade::probed) {
    upgrade_ = Upgrade::none;
    transport_ = TransportKind::websocket;
    step.take_upgrade = true;
  } else {
    return on_upgrade_end();
  }
  return step;
}

Step SessionFsm::on_upgrade_end() {
  Step step;
  step.drop_upgrade = std::exchange(upgrade_, Upgrade::none) != Upgrade::none;
  return step;
}

Step SessionFsm::on_upgrade_deadline(base::SteadyTime now) {
  if (upgrade_ == Upgrade::none || now < upgrade_deadline_) return {};
  return on_upgrade_end();
}

PollAnswer SessionFsm::answer_poll(Poll poll, Queue queue) const noexcept {
  if (queue == Queue::filled) return PollAnswer::queued;
  if (state_ == State::closing) return poll == Poll::arrived ? PollAnswer::noop_and_close : PollAnswer::close;
  return upgrade_ == Upgrade::probed ? PollAnswer::noop : PollAnswer::hold;
}

}  // namespace skat::engineio
