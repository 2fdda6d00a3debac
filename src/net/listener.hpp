// Listener: accepts TCP connections on one loop. Each loop of a server has one; they share the port by SO_REUSEPORT and
// the kernel spreads new connections over them.
// Lives on: its loop; made before, by open_listening_sockets().
// Ends by: destruction, on its loop or once that has stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/executor.hpp"
#include "net/config.hpp"
#include "net/fd.hpp"
#include "net/http_loop.hpp"
#include "net/poller.hpp"

namespace skat::net {

struct ListeningSockets {
  std::vector<Fd> sockets;
  std::uint16_t port = 0;  // the one that was picked, if 0 was asked for
};

// `count` sockets on one address and port. Any thread. Two processes of one user could share a port by SO_REUSEPORT
// without noticing, so a socket without that option is bound first: errc::port_taken if anybody listens there.
[[nodiscard]] result<ListeningSockets> open_listening_sockets(const ListenConfig& config, std::size_t count);

class Listener final : public Pollable {
 public:
  Listener(HttpLoop& part, Fd socket);
  ~Listener() override;

  void start();
  // The kernel refuses new connections of this socket from now on.
  void stop();

 private:
  void on_ready(std::uint32_t events) override;
  [[nodiscard]] bool accept_one();
  // Out of descriptors or memory: accepting now would spin.
  void pause(int error);

  HttpLoop& part_;
  Fd socket_;
  base::Executor::TimerId resume_ = base::Executor::TimerId::none;
  bool told_ = false;  // the shortage has been logged
};

}  // namespace skat::net
