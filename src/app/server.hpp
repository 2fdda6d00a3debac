// Server: one running Skat node. Wiring only: makes the parts, starts them in order, drains them in order.
// Lives on: the main thread; its loops and the core have threads of their own (docs/threads.md).
// Ends by: stop(), then destruction.
#pragma once

#include <cstdint>
#include <memory>

#include "app/config.hpp"

namespace skat::app {

class Server {
 public:
  // Opens the data, binds the port, catches up with the log. Ready when it returns; throws StartError.
  explicit Server(const Config& config);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  // Reads the TLS certificate and key again, for connections from now on; the log says how it went.
  void renew_tls();
  // Accepts no more, lets chat finish what it has, closes the connections without a final word to the clients, which
  // reconnect by themselves. Takes config.chat.drain_timeout and a second at the most.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace skat::app
