// SessionFsm: the rules of one session: heartbeat, upgrade, closing. Sans I/O: it is told events and the time, and says
// what to do.
// Lives on: the session's loop, inside SessionImpl.
// Ends by: Step::end; afterwards every event gets an empty Step.
// Spec: Engine.IO protocol v4, "Heartbeat", "Upgrade from polling to WebSocket", "Closing".
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "engineio/config.hpp"
#include "engineio/packet.hpp"
#include "engineio/session.hpp"
#include "engineio/transport_kind.hpp"

namespace skat::engineio {

// What to do now, in this order.
struct Step {
  bool deliver = false;        // the message goes to the listener
  bool send_ping = false;      // a ping is queued on the transport in use
  bool answer_probe = false;   // "3probe" on the new WebSocket
  bool take_upgrade = false;   // the new WebSocket is the transport from here on: what is queued leaves on it, a GET
                               // that is still held gets a noop
  bool release_poll = false;   // a held GET is answered: what is queued, else a noop
  bool drop_upgrade = false;   // the new WebSocket is closed, the session goes on
  bool begin_closing = false;  // polling: the listener hears of the end now, the queue is flushed by later GETs
  std::optional<CloseReason> end;
};

// How a GET is answered.
enum class PollAnswer : std::uint8_t { hold, queued, noop, close, noop_and_close };
// Whether the GET just came, or was held when something changed.
enum class Poll : std::uint8_t { arrived, held };
enum class Queue : std::uint8_t { empty, filled };

class SessionFsm {
 public:
  // What deadline() is of.
  enum class Wait : std::uint8_t { none, ping_due, pong, closing };

  SessionFsm(const Config& config, TransportKind transport) : config_(config), transport_(transport) {}

  // The open packet has been queued.
  void start(base::SteadyTime now);

  // A packet on the transport in use.
  [[nodiscard]] Step on_packet(PacketType type, base::SteadyTime now);
  // The transport in use failed or ended, or its peer sent something undecodable.
  [[nodiscard]] Step on_transport_end(CloseReason reason);
  [[nodiscard]] Step close(CloseReason reason, base::SteadyTime now);
  // deadline() has passed. Called earlier it does nothing.
  [[nodiscard]] Step on_deadline(base::SteadyTime now);

  // Upgrade. False: the new WebSocket is to be closed.
  [[nodiscard]] bool begin_upgrade(base::SteadyTime now);
  [[nodiscard]] Step on_upgrade_packet(const Packet& packet);
  [[nodiscard]] Step on_upgrade_end();  // it closed, or sent something undecodable
  [[nodiscard]] Step on_upgrade_deadline(base::SteadyTime now);

  // `close` and `noop_and_close` end the session: on_closed_by_poll() follows once the GET has been answered.
  [[nodiscard]] PollAnswer answer_poll(Poll poll, Queue queue) const noexcept;
  [[nodiscard]] Step on_closed_by_poll() { return finish(close_reason_); }

  [[nodiscard]] bool open() const noexcept { return state_ == State::open; }
  [[nodiscard]] bool ended() const noexcept { return state_ == State::ended; }
  [[nodiscard]] TransportKind transport() const noexcept { return transport_; }
  [[nodiscard]] Wait wait() const noexcept { return wait_; }
  [[nodiscard]] base::SteadyTime deadline() const noexcept { return deadline_; }
  [[nodiscard]] base::SteadyTime upgrade_deadline() const noexcept { return upgrade_deadline_; }

 private:
  enum class State : std::uint8_t { open, closing, ended };
  enum class Upgrade : std::uint8_t { none, opened, probed };

  void wait_for(Wait wait, base::SteadyTime until) noexcept;
  Step finish(CloseReason reason) noexcept;

  // Set at construction.
  const Config& config_;
  // Loop only.
  base::SteadyTime deadline_{};
  base::SteadyTime upgrade_deadline_{};
  TransportKind transport_;
  State state_ = State::open;
  Upgrade upgrade_ = Upgrade::none;
  Wait wait_ = Wait::none;
  bool pong_extended_ = false;  // traffic has restarted the pong timer of this ping
  CloseReason close_reason_ = CloseReason::forced_close;
};

}  // namespace skat::engineio
