#include "socketio/live_namespace.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using testing::Texts;

class LiveNamespaceTest : public testing::ServerFixture {
 protected:
  Namespace& main_ = server_->of("/");
};

TEST_F(LiveNamespaceTest, AcceptsWithNothingButTheSid) {
  const auto session = open_session();
  session->receive("40");
  const auto sent = session->take();
  ASSERT_EQ(sent.size(), 1U);
  const auto sockets = main_.sockets();
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sent.front(), R"(40{"sid":")" + sockets.front()->id() + "\"}");
}

TEST_F(LiveNamespaceTest, GivesEverySocketAFreshIdThatIsNotTheSid) {
  server_->of("/chat");
  const auto session = open_session();
  const auto first = join(*session), second = join(*session, "/chat");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->id(), second->id());
  EXPECT_NE(first->id(), session->sid());
  for (const auto& socket : {first, second}) {
    EXPECT_EQ(socket->id().size(), 20U);
    EXPECT_EQ(socket->id().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
  }
}

TEST_F(LiveNamespaceTest, TheAcceptancePrecedesWhatTheConnectionHandlerEmits) {
  main_.on_connection([&](const std::shared_ptr<Socket>& socket) {
    EXPECT_EQ(socket->rooms(), std::vector<RoomName>{socket->id()});
    socket->emit("auth", socket->auth_json());
  });
  const auto session = open_session();
  session->receive(R"(40{"token":"123"})");
  auto sent = session->take();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_TRUE(sent[0].starts_with(R"(40{"sid":")"));
  EXPECT_EQ(sent[1], R"(42["auth",{"token":"123"}])");
  const auto other = open_session();
  other->receive("40");
  sent = other->take();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[1], R"(42["auth",{}])");
}

TEST_F(LiveNamespaceTest, KnowsItsNameWithTheSlash) {
  EXPECT_EQ(&server_->of("chat"), &server_->of("/chat"));
  EXPECT_EQ(server_->of("chat").name(), "/chat");
  EXPECT_EQ(&server_->of(""), &main_);
}

TEST_F(LiveNamespaceTest, MiddlewaresRunInOrderEachAfterTheOneBefore) {
  Texts order;
  std::optional<ConnectDecision> first, second;
  main_.use([&](Socket& socket, ConnectDecision decision) {
    order.push_back("first " + std::string(socket.auth_json()));
    first = std::move(decision);
  });
  main_.use([&](Socket&, ConnectDecision decision) {
    order.emplace_back("second");
    second = std::move(decision);
  });
  main_.on_connection([&](const std::shared_ptr<Socket>&) { order.emplace_back("connected"); });
  const auto session = open_session();
  session->receive("40{\"a\":1}");
  EXPECT_EQ(order, (Texts{"first {\"a\":1}"}));
  first->accept();
  EXPECT_EQ(order.back(), "second");
  EXPECT_TRUE(session->take().empty());
  EXPECT_TRUE(main_.sockets().empty());
  second->accept();
  EXPECT_EQ(order, (Texts{"first {\"a\":1}", "second", "connected"}));
  EXPECT_EQ(session->take().size(), 1U);
}

TEST_F(LiveNamespaceTest, TheFirstRefusalStopsTheChain) {
  int later = 0;
  main_.use([](Socket&, const ConnectDecision& decision) {
    decision.refuse({.message = "Not authorized", .data_json = R"({"code":7})"});
    decision.refuse({.message = "twice", .data_json = ""});
    decision.accept();
  });
  main_.use([&](Socket&, const ConnectDecision&) { ++later; });
  main_.on_connection([&](const std::shared_ptr<Socket>&) { ++later; });
  const auto session = open_session();
  session->receive("40");
  EXPECT_EQ(session->take(), Texts{R"(44{"message":"Not authorized","data":{"code":7}})"});
  EXPECT_EQ(later, 0);
  EXPECT_FALSE(session->closed());
  session->receive("40");
  EXPECT_EQ(session->take().size(), 1U);
}

TEST_F(LiveNamespaceTest, OneDecisionCountsOnce) {
  std::optional<ConnectDecision> decision;
  int connected = 0;
  main_.use([&](Socket&, ConnectDecision d) { decision = std::move(d); });
  main_.on_connection([&](const std::shared_ptr<Socket>&) { ++connected; });
  const auto session = open_session();
  session->receive("40");
  decision->accept();
  decision->accept();
  decision->refuse({.message = "late", .data_json = ""});
  EXPECT_EQ(connected, 1);
  EXPECT_EQ(session->take().size(), 1U);
}

TEST_F(LiveNamespaceTest, ADecisionAfterTheSessionsEndDoesNothing) {
  std::optional<ConnectDecision> decision;
  int connected = 0;
  main_.use([&](Socket&, ConnectDecision d) { decision = std::move(d); });
  main_.on_connection([&](const std::shared_ptr<Socket>&) { ++connected; });
  auto session = open_session();
  session->receive("40");
  session->end(engineio::CloseReason::transport_close);
  session.reset();
  decision->accept();
  decision->refuse({.message = "late", .data_json = ""});
  EXPECT_EQ(connected, 0);
  EXPECT_TRUE(main_.sockets().empty());
}

TEST_F(LiveNamespaceTest, ASocketInMiddlewareCanBePreparedButNotUsed) {
  main_.use([](Socket& socket, const ConnectDecision& decision) {
    socket.data = std::make_shared<int>(5);
    socket.emit("early", "");
    socket.join("room");
    socket.on_event([](const EventView&, const Ack& ack) { ack("\"set early\""); });
    decision.accept();
  });
  const auto session = open_session();
  const auto socket = join(*session);
  ASSERT_TRUE(socket);
  EXPECT_EQ(*std::static_pointer_cast<int>(socket->data), 5);
  EXPECT_EQ(main_.room_size("room"), 0U);
  session->receive("421[\"x\"]");
  EXPECT_EQ(session->take(), Texts{R"(431["set early"])"});
}

TEST_F(LiveNamespaceTest, AMiddlewareMayCloseTheConnection) {
  main_.use([](Socket& socket, const ConnectDecision& decision) {
    socket.disconnect(true);
    decision.accept();
  });
  const auto session = open_session();
  session->receive("40");
  EXPECT_TRUE(session->closed());
  EXPECT_TRUE(session->take().empty());
}

TEST_F(LiveNamespaceTest, NoConnectionHandlerForASocketThatItsAcceptanceOverflowed) {
  int connected = 0;
  main_.on_connection([&](const std::shared_ptr<Socket>&) { ++connected; });
  const auto session = open_session();
  session->overflow_on_send();
  session->receive("40");
  EXPECT_EQ(connected, 0);
  EXPECT_TRUE(main_.sockets().empty());
}

TEST_F(LiveNamespaceTest, BroadcastsOneFrameToWhomIsSelected) {
  auto& chat = server_->of("/chat");
  const auto ann = open_session(), bob = open_session(), cem = open_session();
  const auto ann_socket = join(*ann, "/chat"), bob_socket = join(*bob, "/chat");
  join(*cem);  // elsewhere
  ann_socket->join("room");
  bob_socket->join("room");
  const auto frame = encode_event("/chat", "event", "1");
  chat.broadcast("room", frame);
  EXPECT_EQ(ann->take(), Texts{R"(42/chat,["event",1])"});
  EXPECT_EQ(bob->take(), Texts{R"(42/chat,["event",1])"});
  chat.broadcast(Selection{.rooms = {"room"}, .except = {ann_socket->id()}}, frame);
  EXPECT_TRUE(ann->take().empty());
  EXPECT_EQ(bob->take().size(), 1U);
  bob->set_writable(false);
  chat.broadcast_volatile(Selection{}, frame);
  EXPECT_EQ(ann->take().size(), 1U);
  EXPECT_TRUE(bob->take().empty());
  chat.broadcast(Selection{}, nullptr);
  EXPECT_TRUE(ann->take().empty() && bob->take().empty() && cem->take().empty());
  EXPECT_EQ(frame.use_count(), 1);
}

TEST_F(LiveNamespaceTest, ABroadcastOutlivesTheSessionsItOverflows) {
  std::vector<std::unique_ptr<testing::FakeSession>> sessions;
  for (int i = 0; i < 5; ++i) {
    sessions.push_back(open_session());
    join(*sessions.back())->join("room");
  }
  sessions[0]->overflow_on_send();
  sessions[2]->overflow_on_send();
  main_.broadcast("room", encode_event("/", "x", ""));
  EXPECT_EQ(main_.room_size("room"), 3U);
  sessions[4]->overflow_on_send();
  main_.broadcast(Selection{.rooms = {"room", "other"}, .except = {}}, encode_event("/", "y", ""));
  EXPECT_EQ(main_.room_size("room"), 2U);
  EXPECT_EQ(sessions[1]->take(), (Texts{R"(42["x"])", R"(42["y"])"}));
  EXPECT_EQ(sessions[3]->take(), (Texts{R"(42["x"])", R"(42["y"])"}));
}

TEST_F(LiveNamespaceTest, FindsItsSockets) {
  const auto session = open_session();
  const auto socket = join(*session);
  socket->join("room");
  EXPECT_EQ(main_.find(socket->id()), socket);
  EXPECT_EQ(main_.find("somebody else"), nullptr);
  EXPECT_EQ(main_.sockets({.rooms = {"room"}, .except = {}}), std::vector{socket});
  EXPECT_TRUE(main_.sockets({.rooms = {}, .except = {"room"}}).empty());
  EXPECT_EQ(&socket->nsp(), &main_);
}

}  // namespace
}  // namespace skat::socketio
