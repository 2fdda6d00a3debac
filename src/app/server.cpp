#include "app/server.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "app/backends.hpp"
#include "app/data_directory.hpp"
#include "app/environment.hpp"
#include "app/errors.hpp"
#include "base/latest.hpp"
#include "base/logger.hpp"
#include "base/worker.hpp"
#include "bus/channel_router.hpp"
#include "chat/fold_files.hpp"
#include "chat/node.hpp"
#include "engineio/engine.hpp"
#include "gateway/gateway.hpp"
#include "gateway/http_routes.hpp"
#include "gateway/static_files.hpp"
#include "net/errc.hpp"
#include "net/http_server.hpp"
#include "net/loop_group.hpp"
#include "relay/relay.hpp"

namespace skat::app {
namespace {

constexpr std::chrono::seconds kNumbersInterval{1};     // how often /metrics' numbers are refreshed
constexpr std::chrono::milliseconds kCloseTime{1'000};  // what closing connections may take after the drain
constexpr std::chrono::milliseconds kCloseStep{10};     // how often a loop looks whether they are gone

// Every connection is a descriptor: take what the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t loop_count(const Config& config) {
  if (config.loops > 0) return config.loops;
  cpu_set_t cores;  // those this process may use, which taskset and containers limit
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&cores)));
}

// Until the node takes requests, its load balancer and its clients get a short answer instead of none.
net::HttpResponse not_yet() {
  auto response = net::HttpResponse::text(503, "not ready; /readyz says why\n", "text/plain; charset=UTF-8");
  response.headers.push_back({"Retry-After", "1"});
  response.close = true;
  return response;
}

}  // namespace

// In the order of construction; the destructor joins the threads first, then everything goes in reverse.
struct Server::Parts {
  explicit Parts(const Config& c) : config(c), loops("loop-", loop_count(config)), core("core", 1) {
    if (uses_data(config) || keeps_copies(config)) data.emplace(config.data);
  }
  ~Parts() {
    starter.reset();
    loops.stop();
    loops.join();
    core.stop();
    core.join();
  }

  [[nodiscard]] net::Loop& core_loop() { return *core.loops().front(); }

  // Main thread: binds the port; health is answered from now on.
  void listen();
  // Starter's thread. Each blocks until it is done, and throws StartError.
  void open();
  void load();
  // Loop i: sets its promise once the loop's last session has gone.
  void tell_when_closed(std::size_t i, std::shared_ptr<std::vector<std::promise<void>>> closed);
  // Core thread, while the node starts: says once a second what it waits for.
  void tell_waiting(std::string loading_from, std::string told);
  // Core thread: copies what engines and chat count to where /metrics reads it.
  void refresh_numbers();

  const Config config;
  base::Latest<std::string> failure{{}};
  std::optional<DataDirectory> data;
  net::LoopGroup loops, core;
  Backends backends;
  std::unique_ptr<bus::ChannelRouter> bus;  // takes the backend's; chat and relay each have a view
  std::vector<std::unique_ptr<socketio::Server>> socketio;
  std::unique_ptr<gateway::Gateway> gateway;
  std::unique_ptr<chat::FoldFiles> copies;
  std::unique_ptr<chat::Node> node;
  std::unique_ptr<relay::Relay> relay;  // when there are other nodes and a bus to them
  std::vector<std::unique_ptr<engineio::Engine>> engines;
  std::vector<char> is_open;  // [i] is loop i's: Socket.IO requests are taken
  std::unique_ptr<net::HttpServer> http;
  std::atomic<bool> cancelled = false, loading = false;  // the start; loading: the core runs and has a node
  std::unique_ptr<base::Worker> starter;
};

void Server::Parts::listen() {
  std::vector<gateway::Gateway::Loop> gateway_loops;
  for (auto* loop : loops.loops()) {
    socketio.push_back(socketio::make_server(config.socketio, *loop));
    gateway_loops.push_back({loop, socketio.back().get()});
  }
  gateway = std::make_unique<gateway::Gateway>(config.gateway, core_loop(), gateway_loops);
  is_open.resize(loops.loops().size());

  net::Router router;
  router.add_prefix(
      "*", engineio::mount_path(config.engineio),
      [this](net::HttpRequest request, net::Responder responder) {
        for (std::size_t i = 0; i < loops.loops().size(); ++i) {
          if (loops.loops()[i] != &responder.loop()) continue;
          if (is_open[i] == 0) return responder.respond(not_yet());
          return engines[i]->handle(std::move(request), std::move(responder));
        }
      },
      engineio::route_options(config.engineio));
  gateway::add_http_routes(router, *gateway, kVersion, gateway::embedded_web_files());
  auto opened = net::HttpServer::open(config.listen, config.http, std::move(router), loops.loops());
  if (!opened) {
    const auto error = opened.error();
    if (error == net::errc::bad_certificate || error == net::errc::bad_key || error == net::errc::key_mismatch) {
      const auto& tls = *config.listen.tls;
      const auto& file = error == net::errc::bad_certificate ? tls.certificate_file : tls.key_file;
      throw StartError(fmt::format("TLS: {}: {}", file, error.message()));
    }
    throw StartError(
        fmt::format("cannot listen on {}:{}: {}", config.listen.address, config.listen.port, error.message()));
  }
  http = std::move(*opened);
  loops.start();
  http->start();
}

void Server::Parts::open() {
  gateway->readiness().set_waiting("opening the log, the bus and the store");
  const Patience patience{.began = std::chrono::steady_clock::now(),
                          .limit = config.start_timeout,
                          .tell =
                              [this](const std::string& line) {
                                gateway->readiness().set_waiting(line);
                                base::log(base::LogLevel::warn, "app", "{}", line);
                              },
                          .cancelled = [this] { return cancelled.load(); }};
  backends = open_backends(config, core_loop(), patience, [this](std::string problem) {
    failure.set(std::move(problem));
    ::kill(::getpid(), SIGTERM);
  });
  // The loops run, but nothing on them knows of what is made here before the core has told them (load()).
  bus = std::make_unique<bus::ChannelRouter>(std::move(backends.bus));
  auto& chat_bus = bus->add_view({"room/", "partition/", "beats", "node/", "user/", "presence"});
  if (keeps_copies(config)) copies = std::make_unique<chat::FoldFiles>(config.data, core_loop());
  node = chat::make_node(config.chat, core_loop(), *backends.log, chat_bus, *backends.store, gateway->fanout(),
                         copies.get());
  gateway->connect(*node);
  auto of_engines = config.engineio;
  engineio::EngineHooks hooks;
  if (config.profile == Profile::cluster) {
    relay = relay::make_relay(config.relay, core_loop(), bus->add_view({"relay/"}),
                              {loops.loops().begin(), loops.loops().end()});
    of_engines.node = relay->tag();
    hooks.session_forwarder = [this](std::size_t i) { return relay->forwarder(i); };
  }
  engines = engineio::make_engines(
      of_engines, loops.loops(),
      [this](std::size_t i) -> engineio::Engine::Accept {
        return [server = socketio[i].get()](engineio::Session& session) { return server->accept(session); };
      },
      std::move(hooks));
  if (relay) {
    std::vector<engineio::Engine*> answering;
    for (const auto& engine : engines) answering.push_back(engine.get());
    relay->connect(answering);
  }
}

void Server::Parts::load() {
  const auto* database = std::get_if<store::postgres::Config>(&config.store);
  const auto loading_from =
      "loading the conversations" + (database != nullptr ? " from " + without_password(database->url) : std::string());
  gateway->readiness().set_waiting(loading_from);
  core.start();
  loading = true;
  std::promise<error_code> loaded;
  core_loop().post([this, loading_from, &loaded] {
    if (relay) relay->start();
    tell_waiting(loading_from, {});
    node->start([this, &loaded](result<void> outcome) {
      if (outcome) {
        refresh_numbers();
        gateway->open();
        gateway->on_every_loop([this](std::size_t i) -> base::Executor::Task { return [this, i] { is_open[i] = 1; }; });
        gateway->readiness().set_ready();
      }
      loaded.set_value(outcome ? error_code{} : outcome.error());
    });
  });
  const auto error = loaded.get_future().get();
  if (!error) return;
  const auto where = uses_data(config) ? " in " + config.data.string() : std::string();
  throw StartError(fmt::format("the conversations{} cannot be loaded: {}", where, error.message()));
}

void Server::Parts::tell_waiting(std::string loading_from, std::string told) {
  [[maybe_unused]] const auto timer = core_loop().after(
      kNumbersInterval, [this, loading_from = std::move(loading_from), told = std::move(told)]() mutable {
        auto why = node->waiting_for();
        if (why.empty() || cancelled) return;
        auto line = loading_from + ": " + why;
        gateway->readiness().set_waiting(line);
        if (line != told) base::log(base::LogLevel::info, "app", "not ready yet: {}", line);
        tell_waiting(std::move(loading_from), std::move(line));
      });
}

void Server::Parts::refresh_numbers() {
  const auto stats = node->stats();
  auto& numbers = gateway->core_numbers();
  numbers.events.set(stats.events);
  numbers.duplicates.set(stats.duplicates);
  numbers.refused.set(stats.refused);
  numbers.archived.set(stats.archived);
  numbers.pending.set(stats.pending);
  numbers.feeds.set(stats.feeds);
  numbers.rooms.set(stats.rooms);
  numbers.archive_lag.set(stats.archive_lag);
  numbers.archive_commits.set(stats.archive_commits);
  numbers.resyncs.set(stats.resyncs);
  numbers.owned.set(stats.owned);
  numbers.relied_on.set(stats.relied_on);
  numbers.tail.set(stats.tail);
  numbers.dead_letters.set(stats.dead_letters);
  gateway->on_every_loop([this](std::size_t i) -> base::Executor::Task {
    return [engine = engines[i].get(), &to = gateway->numbers(i)] {
      const auto now = engine->stats();
      to.polling.set(now.polling);
      to.websocket.set(now.websocket);
      to.opened.set(now.opened);
      to.upgrades.set(now.upgrades);
      to.frames_in.set(now.frames_in);
      to.frames_out.set(now.frames_out);
      to.slow_consumers.set(now.slow_consumers);
    };
  });
  [[maybe_unused]] const auto timer = core_loop().after(kNumbersInterval, [this] { refresh_numbers(); });
}

void Server::Parts::tell_when_closed(std::size_t i, std::shared_ptr<std::vector<std::promise<void>>> closed) {
  // The timer also lets the turn end in which the last session went: that is when its last bytes leave.
  const bool gone = engines[i]->stats().sessions == 0;
  [[maybe_unused]] const auto timer = loops.loops()[i]->after(kCloseStep, [this, i, gone, closed = std::move(closed)] {
    if (gone) return (*closed)[i].set_value();
    tell_when_closed(i, closed);
  });
}

Server::Server(const Config& config) {
  raise_descriptor_limit();
  parts_ = std::make_unique<Parts>(config);
  parts_->listen();
}

std::future<void> Server::start() {
  auto started = std::make_shared<std::promise<void>>();
  parts_->starter = std::make_unique<base::Worker>("start", 1);
  (void)parts_->starter->submit([parts = parts_.get(), started] {
    try {
      parts->open();
      parts->load();
      started->set_value();
    } catch (...) {
      started->set_exception(std::current_exception());
    }
  });
  return started->get_future();
}

void Server::cancel_start() {
  parts_->gateway->readiness().set_waiting("stopping");
  parts_->http->drain();
  parts_->cancelled = true;
  if (!parts_->loading) return;
  parts_->core_loop().post([this] { parts_->node->stop([] {}); });
}

Server::~Server() = default;

std::string Server::failure() const {
  return parts_->failure.get();
}

void Server::renew_tls() {
  if (!parts_->config.listen.tls) return;
  const auto& tls = *parts_->config.listen.tls;
  if (const auto renewed = parts_->http->renew_tls(); !renewed) {
    base::log(base::LogLevel::error, "app", "the certificate stays as it was: {}, {}: {}", tls.certificate_file,
              tls.key_file, renewed.error().message());
  } else {
    base::log(base::LogLevel::info, "app", "the certificate was read again: {}", tls.certificate_file);
  }
}

std::uint16_t Server::port() const noexcept {
  return parts_->http->port();
}

void Server::stop() {
  parts_->gateway->readiness().set_waiting("stopping");
  parts_->http->drain();
  std::promise<void> stopped;
  parts_->core_loop().post([this, &stopped] { parts_->node->stop([&stopped] { stopped.set_value(); }); });
  stopped.get_future().wait_for(parts_->config.chat.drain_timeout + kCloseTime);

  // Answers that chat gave are in the loops' mailboxes by now: each loop sends them, then closes its sessions.
  auto closing = std::make_shared<std::vector<std::promise<void>>>(parts_->engines.size());
  std::vector<std::future<void>> closed;
  for (auto& promise : *closing) closed.push_back(promise.get_future());
  parts_->core_loop().post([this, closing] {
    parts_->gateway->on_every_loop([this, closing](std::size_t i) -> base::Executor::Task {
      return [parts = parts_.get(), closing, i] {
        parts->engines[i]->shut_down();
        parts->tell_when_closed(i, closing);
      };
    });
  });
  const auto end = std::chrono::steady_clock::now() + kCloseTime;
  for (auto& done : closed) done.wait_until(end);
  parts_->core_loop().post([parts = parts_.get()] {
    if (parts->relay) parts->relay->stop();
  });
}

}  // namespace skat::app
