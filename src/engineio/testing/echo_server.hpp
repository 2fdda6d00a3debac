// An Engine.IO server on 127.0.0.1 that sends every message back, with two loops; its clients may choose their loop.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engineio/engine.hpp"
#include "engineio/testing/loopback_client.hpp"
#include "net/http_server.hpp"
#include "net/loop_group.hpp"

namespace skat::engineio::testing {

class EchoListener final : public SessionListener {
 public:
  EchoListener(Session& session, std::atomic<int>& ended) : session_(session), ended_(ended) {}
  void on_text(std::string_view text) override { session_.send(make_text_frame(text)); }
  void on_binary(std::string_view bytes) override { session_.send(make_binary_frame(bytes)); }
  void on_close(CloseReason) override { ++ended_; }

 private:
  Session& session_;
  std::atomic<int>& ended_;
};

class EchoServer {
 public:
  explicit EchoServer(const Config& config, EngineHooks hooks = {}) : config_(config) {
    engines_ = make_engines(
        config, loops_.loops(),
        [this](std::size_t) {
          return Engine::Accept([this](Session& session) { return std::make_unique<EchoListener>(session, ended); });
        },
        std::move(hooks));
    net::Router router;
    router.add_prefix(
        "*", mount_path(config),
        [this](net::HttpRequest request, net::Responder responder) {
          engine_of(responder).handle(std::move(request), std::move(responder));
        },
        route_options(config));
    router.add("GET", "/loop", [this](net::HttpRequest, net::Responder responder) {
      auto response = net::HttpResponse::text(200, std::to_string(index_of(responder.loop())));
      responder.respond(std::move(response));
    });
    auto server = net::HttpServer::open({.address = "127.0.0.1", .port = 0}, net::HttpConfig{}, std::move(router),
                                        loops_.loops());
    EXPECT_TRUE(server.has_value());
    server_ = std::move(*server);
    server_->start();
    loops_.start();
  }
  ~EchoServer() {
    stop();
    server_.reset();
  }
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  // No loop runs any more.
  void stop() {
    loops_.stop();
    loops_.join();
  }
  // Runs `f` on the loop and waits for it.
  void on_loop(std::size_t index, base::Function<void()> f) {
    std::promise<void> done;
    loop(index).post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }

  // A connection on that loop; the kernel deals them out, so it takes some tries.
  LoopbackClient connect(std::size_t loop = 0) const {
    for (;;) {
      LoopbackClient client(server_->port());
      if (client.request("GET", "/loop").body == std::to_string(loop)) return client;
    }
  }
  std::string target(std::string_view transport, std::string_view sid = {}) const {
    std::string out = mount_path(config_) + "?EIO=4&transport=" + std::string(transport);
    if (!sid.empty()) out.append("&sid=").append(sid);
    return out;
  }
  std::string polling(std::string_view sid = {}) const { return target("polling", sid); }
  std::string websocket(std::string_view sid = {}) const { return target("websocket", sid); }
  std::string open_polling(std::size_t loop = 0) const { return sid_of(connect(loop).request("GET", polling()).body); }
  static std::string sid_of(std::string_view open_packet) {
    const std::size_t at = open_packet.find(R"("sid":")");
    return at == std::string_view::npos ? "" : std::string(open_packet.substr(at + 7, 20));
  }
  Engine& engine(std::size_t loop) { return *engines_[loop]; }
  net::Loop& loop(std::size_t index) { return *loops_.loops()[index]; }

  std::atomic<int> ended = 0;  // sessions

 private:
  std::size_t index_of(const net::Loop& loop) const { return &loop == loops_.loops()[0] ? 0 : 1; }
  Engine& engine_of(const net::Responder& responder) { return *engines_[index_of(responder.loop())]; }

  const Config config_;
  net::LoopGroup loops_{"echo", 2};
  std::vector<std::unique_ptr<Engine>> engines_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace skat::engineio::testing
