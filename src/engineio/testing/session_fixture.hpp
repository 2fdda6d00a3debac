// One loop's session table with a manual clock, and a peer that speaks to its sessions without a network.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/testing/manual_executor.hpp"
#include "engineio/polling_transport.hpp"
#include "engineio/session_table.hpp"
#include "engineio/sid.hpp"
#include "engineio/testing/fakes.hpp"

namespace skat::engineio::testing {

class SessionFixture : public ::testing::Test {
 protected:
  // A session that has got its open packet.
  SessionImpl& open_polling() {
    SessionImpl& session = add(TransportKind::polling);
    session.start(std::make_unique<PollingTransport>(config_, session));
    session.set_listener(std::make_unique<RecordingListener>(heard_));
    opened_ = get(session);
    return session;
  }
  SessionImpl& open_websocket(WebSocketTransport::Binary binary = WebSocketTransport::Binary::frames) {
    SessionImpl& session = add(TransportKind::websocket);
    session.start(connect(session, binary));
    session.set_listener(std::make_unique<RecordingListener>(heard_));
    wire_->sent.clear();
    return session;
  }

  std::shared_ptr<Answered> get(SessionImpl& session) {
    auto answered = std::make_shared<Answered>();
    session.on_get(std::make_unique<FakeAnswer>(answered));
    return answered;
  }
  std::shared_ptr<Answered> post(SessionImpl& session, std::string_view body) {
    auto answered = std::make_shared<Answered>();
    FakeAnswer answer(answered);
    session.on_post(body, answer);
    return answered;
  }

  // Its body is still coming: Answered::end_body.
  std::shared_ptr<Answered> begin_post(SessionImpl& session) {
    auto answered = std::make_shared<Answered>();
    session.on_post_begun(std::make_unique<FakeAnswer>(answered));
    return answered;
  }

  // A new WebSocket for the session; false: there is nothing to upgrade.
  bool upgrade(SessionImpl& session) {
    if (!session.begin_upgrade()) return false;
    session.start_upgrade(connect(session, WebSocketTransport::Binary::frames));
    return true;
  }
  void say(std::string_view text) { wire_->listener->on_text(text); }
  void end_wire(bool peer_error = false) { wire_->listener->on_closed(1005, peer_error); }

  [[nodiscard]] bool exists(std::string_view sid) { return table_.find(sid) != nullptr; }
  using Packets = std::vector<std::string>;

  base::testing::ManualExecutor executor_;
  Config config_;
  SessionTable table_{config_, executor_};
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
  std::shared_ptr<Answered> opened_;  // the answer to the handshake
  std::shared_ptr<Wire> wire_;        // the newest WebSocket

 private:
  SessionImpl& add(TransportKind transport) {
    return table_.add(std::make_unique<SessionImpl>(table_, make_sid({}), transport, HandshakeInfo{}));
  }
  std::unique_ptr<WebSocketTransport> connect(SessionImpl& session, WebSocketTransport::Binary binary) {
    wire_ = std::make_shared<Wire>();
    return std::make_unique<WebSocketTransport>(
        [this](net::WebSocketListener& listener) {
          wire_->listener = &listener;
          return std::make_unique<FakeConnection>(wire_);
        },
        binary, session);
  }
};

}  // namespace skat::engineio::testing
