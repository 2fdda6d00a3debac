// SessionImpl: a session's parts put together: the rules (SessionFsm), the transport in use, an upgrade under way.
// Lives on: the loop that made the handshake; owned by SessionTable.
// Ends by: a Step::end of the rules; the listener hears of it at the end of that turn, then the table destroys it.
// Spec: Engine.IO protocol v4.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engineio/answer.hpp"
#include "engineio/deadline_queue.hpp"
#include "engineio/session.hpp"
#include "engineio/session_fsm.hpp"
#include "engineio/session_host.hpp"
#include "engineio/sid.hpp"
#include "engineio/transport.hpp"
#include "engineio/websocket_transport.hpp"

namespace skat::engineio {

class PollingTransport;

// UpgradeAttempt: a new WebSocket beside the polling transport, until "5" or the end of either.
struct UpgradeAttempt : DeadlineHook {
  UpgradeAttempt(SessionImpl& s, std::unique_ptr<WebSocketTransport> t) : session(s), transport(std::move(t)) {}
  SessionImpl& session;
  std::unique_ptr<WebSocketTransport> transport;
};

// The hook is that of the heartbeat, and of the closing timeout later.
class SessionImpl final : public Session, public TransportListener, public DeadlineHook {
 public:
  SessionImpl(SessionHost& host, const Sid& sid, TransportKind transport, HandshakeInfo handshake);
  ~SessionImpl() override;

  // Opening, once, in this order: the open packet is queued, then the listener made.
  void start(std::unique_ptr<Transport> transport);
  void set_listener(std::unique_ptr<SessionListener> listener) { listener_ = std::move(listener); }

  // Polling requests; the session's transport is polling.
  void on_get(std::unique_ptr<Answer> answer);
  void on_post(std::string_view body, Answer& answer);
  void on_post_begun(std::unique_ptr<Answer> answer);  // its body is still coming
  // A request that ends the session whatever it carries; it gets 400.
  void on_bad_request(Answer& answer);

  // False: there is nothing to upgrade. Else start_upgrade follows at once.
  [[nodiscard]] bool begin_upgrade();
  void start_upgrade(std::unique_ptr<WebSocketTransport> transport);

  // Timers. Called before their time they do nothing.
  void on_deadline();
  void on_upgrade_deadline();

  // By the table, at the end of a turn that asked for it.
  void end_turn();
  // Kept here for SessionTable: whether end_turn() is due.
  bool end_turn_due = false;

  // Session
  [[nodiscard]] std::string_view sid() const noexcept override { return sid_.text(); }
  [[nodiscard]] const HandshakeInfo& handshake() const noexcept override { return handshake_; }
  [[nodiscard]] std::string_view transport() const noexcept override { return to_text(fsm_.transport()); }
  void send(Frame frame) override;
  void send(std::vector<Frame> frames) override;
  [[nodiscard]] bool writable() const noexcept override;
  void close(CloseReason reason) override;

  [[nodiscard]] TransportKind transport_kind() const noexcept { return fsm_.transport(); }

  // TransportListener
  bool on_packet(Transport& from, const Packet& packet) override;
  void on_transport_end(Transport& from, CloseReason reason) override;

 private:
  [[nodiscard]] PollingTransport& polling() noexcept;
  void apply(const Step& step);
  void deliver(const Packet& packet);
  void enqueue(Frame frame);
  void answer_poll(Poll poll);
  void release_poll();
  void take_upgrade();
  void drop_upgrade();
  void end(CloseReason reason);
  void reschedule();

  // Set at construction.
  SessionHost& host_;
  const HandshakeInfo handshake_;
  // Loop only.
  SessionFsm fsm_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<UpgradeAttempt> upgrade_;
  std::unique_ptr<SessionListener> listener_;
  const Sid sid_;                           // set at construction; 20 bytes that share a word with the next
  std::optional<CloseReason> closed_with_;  // the listener is still to be told
};

}  // namespace skat::engineio
