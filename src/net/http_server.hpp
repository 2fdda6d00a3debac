// HttpServer: a port, served by all loops with one set of routes.
// Lives on: the thread that made it; start(), stop_accepting() and drain() may be called by any one thread at a time.
// Ends by: destruction, which closes its connections: after its loops have stopped, before they are destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "net/config.hpp"
#include "net/router.hpp"

namespace skat::net {

class Loop;
class Listener;
struct HttpService;

class HttpServer {
 public:
  // Binds; nothing is accepted before start(). The loops may run already or not yet.
  [[nodiscard]] static result<std::unique_ptr<HttpServer>> open(const ListenConfig& listen, const HttpConfig& config,
                                                                Router router, const std::vector<Loop*>& loops);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  void start();
  // Reads the certificate and key again, for connections from now on. After an error the old ones stay.
  [[nodiscard]] result<void> renew_tls();
  // The port is free again once every loop has heard of it.
  void stop_accepting();
  // stop_accepting(), and: idle connections close, others after their next answer. WebSockets go on.
  void drain();

 private:
  HttpServer();

  std::uint16_t port_ = 0;
  std::optional<TlsConfig> tls_;
  std::unique_ptr<HttpService> service_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // in the order of service_->loops
};

}  // namespace skat::net
