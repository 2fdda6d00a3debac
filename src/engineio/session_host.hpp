// SessionHost: what a session needs of its loop. Implemented by SessionTable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/executor.hpp"
#include "engineio/config.hpp"
#include "engineio/deadline_queue.hpp"
#include "engineio/transport.hpp"

namespace skat::engineio {

class SessionImpl;

enum class Waiting : std::uint8_t { for_ping, for_pong, for_close, for_upgrade };

struct SessionCounts {
  std::size_t polling = 0, websocket = 0;  // now, those that are closing included
  std::uint64_t opened = 0, upgrades = 0, frames_in = 0, frames_out = 0, slow_consumers = 0;  // since the start
};

class SessionHost {
 public:
  virtual ~SessionHost() = default;
  [[nodiscard]] virtual const Config& config() const noexcept = 0;
  [[nodiscard]] virtual base::SteadyTime now() const = 0;
  [[nodiscard]] virtual SessionCounts& counts() noexcept = 0;

  // Calls session.end_turn() at the end of this turn, once however often it is asked.
  virtual void end_turn_later(SessionImpl& session) = 0;
  // No request finds the session from now on. It is destroyed after its end_turn().
  virtual void forget(SessionImpl& session) = 0;
  virtual void wait(DeadlineHook& hook, Waiting what, base::SteadyTime until) = 0;
  // Keeps a transport that its session has done with until its connection lets go, and for the rest of the turn.
  virtual void linger(std::unique_ptr<Transport> transport) = 0;
};

}  // namespace skat::engineio
