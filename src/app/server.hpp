// Server: one running Skat node. Wiring only: makes the parts, starts them in order, drains them in order.
// Lives on: the main thread; its loops and the core have threads of their own (docs/threads.md).
// Ends by: stop(), then destruction.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include "app/config.hpp"

namespace skat::app {

class Server {
 public:
  // Takes the data directory and binds the port: /healthz answers from now on, /readyz says why it is not ready. Throws
  // StartError.
  explicit Server(const Config& config);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  // Once. Opens the services and catches up with the log, on a thread of its own; ready when the future is, which
  // throws StartError.
  [[nodiscard]] std::future<void> start();
  // Why this process must not go on, found out after its start: it has sent itself a SIGTERM. Empty: it may. Any
  // thread.
  [[nodiscard]] std::string failure() const;
  // The start is no longer wanted: its future becomes ready, unless a service's library holds it up.
  void cancel_start();
  // Reads the TLS certificate and key again, for connections from now on; the log says how it went.
  void renew_tls();
  // After a start that succeeded. Accepts no more, lets chat finish what it has, closes the connections without a final
  // word to the clients, which reconnect by themselves. Takes config.chat.drain_timeout and a second at the most.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace skat::app
