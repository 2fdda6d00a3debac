// TestServer: an HttpServer on a free port of 127.0.0.1 with loops of its own, for tests.
#pragma once

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "net/http_server.hpp"
#include "net/loop_group.hpp"

namespace skat::net::testing {

class TestServer {
 public:
  explicit TestServer(Router router, HttpConfig config = {}, std::size_t loops = 1,
                      std::optional<TlsConfig> tls = std::nullopt)
      : group_("test", loops) {
    auto opened = HttpServer::open({.address = "127.0.0.1", .port = 0, .tls = std::move(tls)}, config,
                                   std::move(router), group_.loops());
    SKAT_CHECK(opened.has_value(), "no free port");
    server_ = std::move(*opened);
    server_->start();
    group_.start();
  }
  ~TestServer() { stop(); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] HttpServer& server() { return *server_; }
  [[nodiscard]] Loop& loop(std::size_t i = 0) { return *group_.loops()[i]; }

  // Runs `f` on the loop and waits for what it returns.
  template <class F>
  auto on_loop(F f, std::size_t i = 0) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto done = task.get_future();
    loop(i).post([&task] { task(); });
    return done.get();
  }
  // What the loops held may be looked at, and destroyed, afterwards.
  void stop() {
    group_.stop();
    group_.join();
  }

 private:
  LoopGroup group_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace skat::net::testing
