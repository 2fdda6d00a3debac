#include "socketio/host.hpp"

#include <latch>
#include <utility>

#include "engineio/sid.hpp"
#include "net/http_server.hpp"
#include "net/loop_group.hpp"
#include "socketio/loop_cluster.hpp"

namespace skat::socketio {

// In the order of construction; destroyed in reverse, once the loops have stopped.
struct Host::Parts {
  explicit Parts(std::size_t count) : loops("loop", count) {}

  net::LoopGroup loops;
  std::optional<LoopCluster> cluster;  // engaged for more than one loop
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<std::unique_ptr<engineio::Engine>> engines;
  std::unique_ptr<net::HttpServer> http;
  bool running = false;
};

void add_engine_route(net::Router& router, const engineio::Config& config, const std::vector<net::Loop*>& loops,
                      const std::vector<std::unique_ptr<engineio::Engine>>& engines) {
  router.add_prefix(
      "*", engineio::mount_path(config),
      [&loops, &engines](net::HttpRequest request, net::Responder responder) {
        for (std::size_t i = 0; i < engines.size(); ++i) {
          if (loops[i] != &responder.loop()) continue;
          return engines[i]->handle(std::move(request), std::move(responder));
        }
      },
      engineio::route_options(config));
}

std::optional<std::string> validate(const HostConfig& config) {
  if (auto problem = net::validate(config.listen)) return problem;
  if (auto problem = net::validate(config.http)) return problem;
  if (auto problem = engineio::validate(config.engine)) return problem;
  if (config.loops < 1 || config.loops > engineio::kMaxLoops) {
    return "loops must be 1 to " + std::to_string(engineio::kMaxLoops);
  }
  return std::nullopt;
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Host::~Host() {
  stop(std::chrono::milliseconds(0));
}

result<std::unique_ptr<Host>> Host::open(const HostConfig& config, SetUp set_up, AddRoutes add_routes,
                                         engineio::EngineHooks hooks) {
  auto parts = std::make_unique<Parts>(config.loops);
  const auto& loops = parts->loops.loops();
  std::vector<base::Executor*> executors;
  std::vector<Server*> servers;
  for (net::Loop* loop : loops) {
    auto& server = *parts->servers.emplace_back(make_server(config.socketio, *loop));
    set_up(server, *loop);
    executors.push_back(loop);
    servers.push_back(&server);
  }
  if (servers.size() > 1) parts->cluster.emplace(executors, servers);
  parts->engines = engineio::make_engines(
      config.engine, loops,
      [&servers](std::size_t i) -> engineio::Engine::Accept {
        return [server = servers[i]](engineio::Session& session) { return server->accept(session); };
      },
      std::move(hooks));
  net::Router router;
  add_engine_route(router, config.engine, loops, parts->engines);
  if (add_routes) add_routes(router, loops);
  auto http = net::HttpServer::open(config.listen, config.http, std::move(router), loops);
  if (!http) return http.error();
  parts->http = std::move(*http);
  return std::unique_ptr<Host>(new Host(std::move(parts)));
}

std::uint16_t Host::port() const noexcept {
  return parts_->http->port();
}

result<void> Host::renew_tls() {
  return parts_->http->renew_tls();
}

void Host::start() {
  parts_->running = true;
  parts_->http->start();
  parts_->loops.start();
}

void Host::stop(std::chrono::milliseconds farewell) {
  if (!std::exchange(parts_->running, false)) return;
  parts_->http->stop_accepting();
  const auto& loops = parts_->loops.loops();
  std::latch done(static_cast<std::ptrdiff_t>(loops.size()));
  for (std::size_t i = 0; i < loops.size(); ++i) {
    loops[i]->post([loop = loops[i], engine = parts_->engines[i].get(), farewell, &done] {
      engine->shut_down();
      static_cast<void>(loop->after(farewell, [&done] { done.count_down(); }));
    });
  }
  done.wait();
  parts_->loops.stop();
  parts_->loops.join();
}

}  // namespace skat::socketio
