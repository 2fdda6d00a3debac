#include "engineio/session_impl.hpp"

#include <utility>

#include "base/check.hpp"
#include "engineio/handshake.hpp"
#include "engineio/polling_transport.hpp"

namespace skat::engineio {

// What an idle session costs beside its strings and its transport; more needs a reason.
static_assert(sizeof(SessionImpl) <= 208);

SessionImpl::SessionImpl(SessionHost& host, const Sid& sid, TransportKind transport, HandshakeInfo handshake)
    : host_(host), handshake_(std::move(handshake)), fsm_(host.config(), transport), sid_(sid) {}

SessionImpl::~SessionImpl() = default;

void SessionImpl::start(std::unique_ptr<Transport> transport) {
  SKAT_CHECK(transport->kind() == fsm_.transport(), "a session starts on the transport it was made for");
  transport_ = std::move(transport);
  SessionCounts& counts = host_.counts();
  ++counts.opened;
  ++(fsm_.transport() == TransportKind::polling ? counts.polling : counts.websocket);
  enqueue(make_packet_frame('0', open_json(sid_.text(), fsm_.transport(), host_.config())));
  fsm_.start(host_.now());
  reschedule();
}

PollingTransport& SessionImpl::polling() noexcept {
  SKAT_CHECK(transport_ != nullptr && transport_->kind() == TransportKind::polling, "the transport is not polling");
  return static_cast<PollingTransport&>(*transport_);
}

// ---- requests

void SessionImpl::on_get(std::unique_ptr<Answer> answer) {
  if (polling().holds_get()) return on_bad_request(*answer);
  polling().hold(std::move(answer));
  answer_poll(Poll::arrived);
}

void SessionImpl::on_post(std::string_view body, Answer& answer) {
  if (polling().awaits_body()) return on_bad_request(answer);
  polling().receive(body, answer);
}

void SessionImpl::on_post_begun(std::unique_ptr<Answer> answer) {
  if (polling().awaits_body()) return on_bad_request(*answer);
  polling().await_body(std::move(answer));
}

void SessionImpl::on_bad_request(Answer& answer) {
  answer.respond(empty_response(400));
  apply(fsm_.on_transport_end(CloseReason::transport_error));
}

bool SessionImpl::begin_upgrade() {
  return fsm_.begin_upgrade(host_.now());
}

void SessionImpl::start_upgrade(std::unique_ptr<WebSocketTransport> transport) {
  upgrade_ = std::make_unique<UpgradeAttempt>(*this, std::move(transport));
  host_.wait(*upgrade_, Waiting::for_upgrade, fsm_.upgrade_deadline());
}

// ---- time

void SessionImpl::on_deadline() {
  if (fsm_.wait() == SessionFsm::Wait::none) return;
  apply(fsm_.on_deadline(host_.now()));
  reschedule();
}

void SessionImpl::on_upgrade_deadline() {
  apply(fsm_.on_upgrade_deadline(host_.now()));
}

void SessionImpl::reschedule() {
  if (waiting_until(fsm_.deadline())) return;
  switch (fsm_.wait()) {
    case SessionFsm::Wait::none:
      return unlink();
    case SessionFsm::Wait::ping_due:
      return host_.wait(*this, Waiting::for_ping, fsm_.deadline());
    case SessionFsm::Wait::pong:
      return host_.wait(*this, Waiting::for_pong, fsm_.deadline());
    case SessionFsm::Wait::closing:
      return host_.wait(*this, Waiting::for_close, fsm_.deadline());
  }
}

void SessionImpl::end_turn() {
  if (transport_ && transport_->kind() == TransportKind::polling && polling().holds_get()) answer_poll(Poll::held);
  if (closed_with_ && listener_) {
    const auto listener = std::move(listener_);
    listener->on_close(*closed_with_);
  }
  if (fsm_.ended() && transport_) host_.linger(std::move(transport_));
}

// ---- the floor above

void SessionImpl::send(Frame frame) {
  if (!fsm_.open()) return;
  ++host_.counts().frames_out;
  enqueue(std::move(frame));
}

void SessionImpl::send(std::vector<Frame> frames) {
  for (Frame& frame : frames) send(std::move(frame));
}

bool SessionImpl::writable() const noexcept {
  return fsm_.open() && transport_->writable();
}

void SessionImpl::close(CloseReason reason) {
  if (!fsm_.open()) return;
  const Step step = fsm_.close(reason, host_.now());
  if (step.begin_closing) closed_with_ = reason;
  apply(step);
  reschedule();
}

// ---- transports

bool SessionImpl::on_packet(Transport& from, const Packet& packet) {
  if (&from == transport_.get()) {
    ++host_.counts().frames_in;
    const Step step = fsm_.on_packet(packet.type, host_.now());
    reschedule();
    if (step.deliver) deliver(packet);
    apply(step);
    return !fsm_.ended();
  }
  if (!upgrade_ || &from != upgrade_->transport.get()) return false;
  apply(fsm_.on_upgrade_packet(packet));
  return true;
}

void SessionImpl::on_transport_end(Transport& from, CloseReason reason) {
  if (&from == transport_.get()) {
    if (reason == CloseReason::slow_consumer && !fsm_.ended()) ++host_.counts().slow_consumers;
    apply(fsm_.on_transport_end(reason));
  } else if (upgrade_ && &from == upgrade_->transport.get()) {
    apply(fsm_.on_upgrade_end());
  }
}

void SessionImpl::deliver(const Packet& packet) {
  if (!listener_) return;
  if (packet.binary) {
    listener_->on_binary(packet.data);
  } else {
    listener_->on_text(packet.data);
  }
}

void SessionImpl::enqueue(Frame frame) {
  transport_->send(std::move(frame));
  if (transport_->kind() == TransportKind::polling && polling().holds_get()) host_.end_turn_later(*this);
}

// ---- steps

void SessionImpl::apply(const Step& step) {
  if (step.send_ping) enqueue(ping_frame());
  if (step.answer_probe) upgrade_->transport->send(make_packet_frame('3', "probe"));
  if (step.take_upgrade) take_upgrade();
  if (step.release_poll) release_poll();
  if (step.drop_upgrade) drop_upgrade();
  if (step.begin_closing) host_.end_turn_later(*this);
  if (step.end) end(*step.end);
}

void SessionImpl::answer_poll(Poll poll) {
  PollingTransport& transport = polling();
  switch (fsm_.answer_poll(poll, transport.queue_empty() ? Queue::empty : Queue::filled)) {
    case PollAnswer::hold:
      return;
    case PollAnswer::queued:
      return transport.answer_queued();
    case PollAnswer::noop:
      return transport.answer("6");
    case PollAnswer::close:
      transport.answer("1");
      break;
    case PollAnswer::noop_and_close:
      transport.answer(
          "6\x1e"
          "1");
      break;
  }
  apply(fsm_.on_closed_by_poll());
}

void SessionImpl::release_poll() {
  PollingTransport& transport = polling();
  if (!transport.holds_get()) return;
  if (transport.queue_empty()) {
    transport.answer("6");
  } else {
    transport.answer_queued();
  }
}

void SessionImpl::take_upgrade() {
  PollingTransport& old = polling();
  std::vector<Frame> queued = old.take_queue();
  if (old.holds_get()) old.answer("6");
  if (old.awaits_body()) old.answer_post(error_response(RequestError::bad_request, false));
  host_.linger(std::exchange(transport_, std::move(upgrade_->transport)));
  upgrade_.reset();
  SessionCounts& counts = host_.counts();
  ++counts.upgrades;
  --counts.polling;
  ++counts.websocket;
  for (Frame& frame : queued) transport_->send(std::move(frame));
}

void SessionImpl::drop_upgrade() {
  if (!upgrade_) return;
  const auto attempt = std::move(upgrade_);
  attempt->transport->close();
  host_.linger(std::move(attempt->transport));
}

void SessionImpl::end(CloseReason reason) {
  SessionCounts& counts = host_.counts();
  --(fsm_.transport() == TransportKind::polling ? counts.polling : counts.websocket);
  unlink();
  if (transport_->kind() == TransportKind::polling) {
    if (polling().holds_get()) polling().answer("1");
    polling().cut_post();
  } else {
    static_cast<WebSocketTransport&>(*transport_).close();
  }
  if (!closed_with_) closed_with_ = reason;
  host_.forget(*this);
  host_.end_turn_later(*this);
}

}  // namespace skat::engineio
