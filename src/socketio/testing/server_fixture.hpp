// A server on a manual clock, and sessions that have connected to it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/testing/manual_executor.hpp"
#include "socketio/server.hpp"
#include "socketio/testing/fake_session.hpp"

namespace skat::socketio::testing {

using Texts = std::vector<std::string>;

class ServerFixture : public ::testing::Test {
 protected:
  std::unique_ptr<FakeSession> open_session() {
    auto session = std::make_unique<FakeSession>();
    session->listen(server_->accept(*session));
    return session;
  }

  // Connects `session` to `nsp`, which must accept at once; the socket that came of it.
  std::shared_ptr<Socket> join(FakeSession& session, const std::string& nsp = "/") {
    session.receive(nsp == "/" ? "40" : "40" + nsp + ",");
    const auto sent = session.take();
    if (sent.empty()) return nullptr;
    const auto id_at = sent.front().find(R"("sid":")");
    return id_at == std::string::npos ? nullptr : server_->find(nsp)->find(sent.front().substr(id_at + 7, 20));
  }

  Config config_ = [] {
    Config config;
    config.connect_timeout = std::chrono::milliseconds(1'000);
    return config;
  }();
  base::testing::ManualExecutor loop_;
  std::unique_ptr<Server> server_ = make_server(config_, loop_);
};

}  // namespace skat::socketio::testing
