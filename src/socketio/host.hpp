// Host: a whole Socket.IO server in one object: loops, HTTP, Engine.IO, a Server for each loop, and the loops joined
// into one cluster. An application that needs another arrangement puts the parts together itself, as this does. Lives
// on: the thread that opens it; set_up runs there, everything it registers runs on the loops. Ends by: stop(), or
// destruction.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "engineio/config.hpp"
#include "engineio/engine.hpp"
#include "net/config.hpp"
#include "net/loop.hpp"
#include "net/router.hpp"
#include "socketio/config.hpp"
#include "socketio/server.hpp"

namespace skat::socketio {

struct HostConfig {
  net::ListenConfig listen;
  net::HttpConfig http;
  engineio::Config engine;  // its path is Socket.IO's
  Config socketio;
  std::size_t loops = 1;  // threads; a connection stays on the one that accepted it
};

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const HostConfig& config);

// Sends the requests under mount_path(config) to the engine of the loop they came to; `engines` in the order of
// `loops`, both outlive the server that gets the router.
void add_engine_route(net::Router& router, const engineio::Config& config, const std::vector<net::Loop*>& loops,
                      const std::vector<std::unique_ptr<engineio::Engine>>& engines);

class Host {
 public:
  // Registers namespaces and handlers; once for every loop's server.
  using SetUp = base::Function<void(Server& server, base::Executor& loop)>;
  // More routes beside Socket.IO's.
  using AddRoutes = base::Function<void(net::Router& router, const std::vector<net::Loop*>& loops)>;

  // Binds; nothing is accepted before start(). `config` has passed validate(); `hooks` (AllowRequest and the like) go
  // to make_engines. Errors: those of net::HttpServer::open.
  [[nodiscard]] static result<std::unique_ptr<Host>> open(const HostConfig& config, SetUp set_up,
                                                          AddRoutes add_routes = nullptr,
                                                          engineio::EngineHooks hooks = {});
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  void start();
  // See net::HttpServer::renew_tls.
  [[nodiscard]] result<void> renew_tls();
  // Closes the port and every session ("server shutting down", so clients reconnect), gives the last bytes `farewell`
  // to leave, and joins the loops. Waits.
  void stop(std::chrono::milliseconds farewell = std::chrono::milliseconds(100));

 private:
  struct Parts;
  explicit Host(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace skat::socketio
