#include "engineio/session_table.hpp"

#include <utility>

#include "base/check.hpp"

namespace skat::engineio {

namespace {
void on_session_deadline(DeadlineHook& hook) {
  static_cast<SessionImpl&>(hook).on_deadline();
}
void on_upgrade_deadline(DeadlineHook& hook) {
  static_cast<UpgradeAttempt&>(hook).session.on_upgrade_deadline();
}
}  // namespace

SessionTable::SessionTable(const Config& config, base::Executor& executor)
    : config_(config),
      executor_(executor),
      ping_due_(executor, on_session_deadline),
      pong_due_(executor, on_session_deadline),
      close_due_(executor, on_session_deadline),
      upgrade_due_(executor, on_upgrade_deadline) {}

SessionTable::~SessionTable() = default;

SessionImpl& SessionTable::add(std::unique_ptr<SessionImpl> session) {
  const auto [at, added] = sessions_.insert(std::move(session));
  SKAT_CHECK(added, "two sessions have one sid");
  return **at;
}

SessionImpl* SessionTable::find(std::string_view sid) {
  auto at = sessions_.find(sid);
  if (at == sessions_.end()) return nullptr;
  (*at)->on_deadline();
  at = sessions_.find(sid);
  return at == sessions_.end() ? nullptr : at->get();
}

void SessionTable::close_all(CloseReason reason) {
  std::vector<SessionImpl*> all;
  all.reserve(sessions_.size());
  for (const auto& session : sessions_) all.push_back(session.get());
  for (SessionImpl* session : all) session->close(reason);
}

void SessionTable::reject(std::shared_ptr<net::HttpExchange> exchange, std::vector<net::Header> headers) {
  auto transport = WebSocketTransport::accept(std::move(exchange), std::move(headers), config_,
                                              WebSocketTransport::Binary::frames, *this);
  transport->close();
  linger(std::move(transport));
}

void SessionTable::end_turn_later(SessionImpl& session) {
  if (std::exchange(session.end_turn_due, true)) return;
  ending_turn_.push_back(&session);
  wake();
}

void SessionTable::wake() {
  if (std::exchange(woken_, true)) return;
  executor_.post([this] { end_turn(); });
}

void SessionTable::end_turn() {
  // Sessions that ask again meanwhile are appended, so that each forgotten one has had its last call after the loop.
  for (std::size_t i = 0; i < ending_turn_.size(); ++i) {
    SessionImpl& session = *ending_turn_[i];
    session.end_turn_due = false;
    session.end_turn();
  }
  ending_turn_.clear();
  woken_ = false;
  // Moved out first: what dies here may cause more to die.
  const auto sessions = std::exchange(forgotten_, {});
  const auto transports = std::exchange(spent_transports_, {});
}

void SessionTable::forget(SessionImpl& session) {
  auto at = sessions_.find(session.sid());
  SKAT_CHECK(at != sessions_.end() && at->get() == &session, "a session is forgotten once");
  forgotten_.push_back(std::move(sessions_.extract(at).value()));
}

void SessionTable::wait(DeadlineHook& hook, Waiting what, base::SteadyTime until) {
  switch (what) {
    case Waiting::for_ping:
      return ping_due_.push(hook, until);
    case Waiting::for_pong:
      return pong_due_.push(hook, until);
    case Waiting::for_close:
      return close_due_.push(hook, until);
    case Waiting::for_upgrade:
      return upgrade_due_.push(hook, until);
  }
}

void SessionTable::linger(std::unique_ptr<Transport> transport) {
  if (transport->kind() == TransportKind::websocket) {
    auto& websocket = static_cast<WebSocketTransport&>(*transport);
    if (!websocket.ended()) {
      websocket.set_listener(*this);
      lingering_.insert(std::move(transport));
      return;
    }
  }
  spent_transports_.push_back(std::move(transport));
  wake();
}

bool SessionTable::on_packet(Transport&, const Packet&) {
  return false;
}

void SessionTable::on_transport_end(Transport& from, CloseReason) {
  // A lingering connection may also send what cannot be decoded; only its end counts.
  if (!static_cast<WebSocketTransport&>(from).ended()) return;
  const auto at = lingering_.find(&from);
  if (at == lingering_.end()) return;
  spent_transports_.push_back(std::move(lingering_.extract(at).value()));
  wake();
}

}  // namespace skat::engineio
