#include "socketio/client.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using std::chrono::milliseconds;
using testing::Texts;

class ClientTest : public testing::ServerFixture {
 protected:
  void SetUp() override {
    for (const auto* name : {"/", "/chat"}) {
      server_->of(name).on_connection([this](const std::shared_ptr<Socket>& socket) {
        socket->on_event([this](const EventView& event, const Ack&) { events_.emplace_back(event.name); });
        socket->on_disconnect([this](std::string_view reason) { reasons_.emplace_back(reason); });
      });
    }
    session_ = open_session();
  }

  void expect_closed() {
    EXPECT_TRUE(session_->closed());
    EXPECT_EQ(session_->close_reason(), engineio::CloseReason::forced_close);
  }

  std::unique_ptr<testing::FakeSession> session_;
  Texts events_, reasons_;
};

TEST_F(ClientTest, RefusesAnUnknownNamespaceAndStaysOpen) {
  session_->receive("40/random");
  session_->receive("40/chat?a=1,");
  EXPECT_EQ(session_->take(),
            (Texts{R"(44/random,{"message":"Invalid namespace"})", R"(44/chat?a=1,{"message":"Invalid namespace"})"}));
  EXPECT_FALSE(session_->closed());
  EXPECT_TRUE(join(*session_, "/chat"));
}

TEST_F(ClientTest, AViolationClosesEveryNamespace) {
  join(*session_);
  join(*session_, "/chat");
  session_->receive("4abc");
  expect_closed();
  EXPECT_EQ(reasons_, (Texts{"forced close", "forced close"}));
  EXPECT_TRUE(session_->take().empty());
}

TEST_F(ClientTest, AnythingButConnectNeedsAConnectedNamespace) {
  for (const auto* text : {R"(42["x"])", "41", R"(430[])", R"(42/chat,["x"])", "41/chat,"}) {
    session_ = open_session();
    if (std::string_view(text).find("/chat") != std::string_view::npos) join(*session_);
    session_->receive(text);
    expect_closed();
  }
  EXPECT_TRUE(events_.empty());
}

TEST_F(ClientTest, ASecondConnectToANamespaceClosesTheConnection) {
  join(*session_);
  session_->receive("40");
  expect_closed();
}

TEST_F(ClientTest, ConnectErrorFromAClientClosesTheConnection) {
  join(*session_);
  session_->receive(R"(44{"message":"x"})");
  expect_closed();
}

TEST_F(ClientTest, AnEventBeforeTheAcceptanceClosesTheConnection) {
  std::optional<ConnectDecision> decision;
  server_->of("/").use([&](Socket&, ConnectDecision d) { decision = std::move(d); });
  for (const auto* text : {R"(42["x"])", "41", "430[]"}) {
    session_ = open_session();
    session_->receive("40");
    session_->receive(text);
    expect_closed();
    decision->accept();
    EXPECT_TRUE(session_->take().empty());
  }
}

TEST_F(ClientTest, ASecondConnectWhileTheFirstIsInMiddlewareClosesTheConnection) {
  std::optional<ConnectDecision> decision;
  server_->of("/").use([&](Socket&, ConnectDecision d) { decision = std::move(d); });
  session_->receive("40");
  session_->receive("40");
  expect_closed();
}

TEST_F(ClientTest, AnEventAfterTheClientsOwnDisconnectClosesTheConnection) {
  join(*session_);
  session_->receive("41");
  EXPECT_FALSE(session_->closed());
  session_->receive(R"(42["x"])");
  expect_closed();
}

TEST_F(ClientTest, LeavingOneNamespaceLeavesTheOthersAlone) {
  join(*session_);
  join(*session_, "/chat");
  session_->receive("41/chat");
  session_->receive(R"(42["still here"])");
  EXPECT_EQ(events_, Texts{"still here"});
  EXPECT_EQ(reasons_, Texts{"client namespace disconnect"});
  EXPECT_FALSE(session_->closed());
}

TEST_F(ClientTest, DisconnectThenConnectMakesANewSocket) {
  const auto first = join(*session_);
  session_->receive("41");
  const auto second = join(*session_);
  ASSERT_TRUE(second);
  EXPECT_NE(first->id(), second->id());
}

TEST_F(ClientTest, PacketsThatCrossAKickAreIgnoredForAWhile) {
  join(*session_);
  const auto chat = join(*session_, "/chat");
  chat->disconnect();
  session_->receive(R"(42/chat,1["crossed"])");
  session_->receive(R"(43/chat,1[])");
  session_->receive(R"(451-/chat,["crossed"])");
  session_->receive_binary("x");
  session_->receive("41/chat,");
  EXPECT_FALSE(session_->closed());
  session_->receive(R"(42["other namespace"])");
  EXPECT_EQ(events_, Texts{"other namespace"});
  loop_.advance(config_.crossing_tolerance);
  session_->receive(R"(42/chat,["too late"])");
  expect_closed();
}

TEST_F(ClientTest, AKickedClientMayConnectAgain) {
  const auto first = join(*session_, "/chat");
  first->disconnect();
  session_->take();
  const auto second = join(*session_, "/chat");
  ASSERT_TRUE(second);
  EXPECT_NE(first->id(), second->id());
  session_->receive(R"(42/chat,["x"])");
  EXPECT_EQ(events_, Texts{"x"});
}

TEST_F(ClientTest, OfManyKicksTheOldestIsForgotten) {
  config_.max_namespaces_per_client = 2;
  server_ = make_server(config_, loop_);
  for (const auto* name : {"/1", "/2", "/3"}) server_->of(name);
  session_ = open_session();
  for (const auto* name : {"/1", "/2", "/3"}) {
    join(*session_, name)->disconnect();
    session_->take();
  }
  session_->receive(R"(42/2,["crossed"])");
  session_->receive(R"(42/3,["crossed"])");
  EXPECT_FALSE(session_->closed());
  session_->receive(R"(42/1,["crossed"])");
  expect_closed();
}

TEST_F(ClientTest, NothingIsReadAfterAViolation) {
  join(*session_);
  session_->receive("4abc");
  session_->receive(R"(42["x"])");
  EXPECT_TRUE(events_.empty());
}

TEST_F(ClientTest, ATextBetweenAttachmentsClosesTheConnection) {
  join(*session_);
  session_->receive(R"(451-["x"])");
  session_->receive(R"(42["y"])");
  expect_closed();
  session_ = open_session();
  session_->receive_binary("unannounced");
  expect_closed();
}

TEST_F(ClientTest, WithoutANamespaceTheConnectionClosesAtTheTimeout) {
  loop_.advance(milliseconds(999));
  EXPECT_FALSE(session_->closed());
  loop_.advance(milliseconds(1));
  expect_closed();
}

TEST_F(ClientTest, RefusedAttemptsDoNotStopTheConnectTimeout) {
  session_->receive("40/random");
  loop_.advance(milliseconds(1'000));
  expect_closed();
}

TEST_F(ClientTest, TheFirstSuccessStopsTheConnectTimeoutForGood) {
  join(*session_);
  EXPECT_EQ(loop_.timer_count(), 0U);
  session_->receive("41");
  loop_.advance(milliseconds(100'000));
  EXPECT_FALSE(session_->closed());
}

TEST_F(ClientTest, TheSessionsEndStopsTheConnectTimeout) {
  session_->end(engineio::CloseReason::transport_close);
  EXPECT_EQ(loop_.timer_count(), 0U);
}

TEST_F(ClientTest, OneNamespaceTooManyIsRefused) {
  config_.max_namespaces_per_client = 2;
  server_ = make_server(config_, loop_);
  for (const auto* name : {"/1", "/2", "/3"}) server_->of(name);
  session_ = open_session();
  EXPECT_TRUE(join(*session_, "/1"));
  EXPECT_TRUE(join(*session_, "/2"));
  session_->receive("40/3,");
  EXPECT_EQ(session_->take(), Texts{R"(44/3,{"message":"Too many namespaces"})"});
  session_->receive("41/1,");
  EXPECT_TRUE(join(*session_, "/3"));
}

TEST_F(ClientTest, AnAuthPayloadPastTheLimitIsRefused) {
  session_->receive(R"(40{"t":")" + std::string(config_.max_auth_bytes, 'x') + "\"}");
  EXPECT_EQ(session_->take(), Texts{R"(44{"message":"Auth payload too large"})"});
  EXPECT_FALSE(session_->closed());
}

TEST_F(ClientTest, ADisconnectHandlerMayDisconnectTheOtherNamespaces) {
  const auto main = join(*session_);
  const auto chat = join(*session_, "/chat");
  main->on_disconnect([&](std::string_view) { chat->disconnect(); });
  chat->on_disconnect([&](std::string_view) { main->disconnect(true); });
  session_->end(engineio::CloseReason::transport_error);
  EXPECT_FALSE(main->connected());
  EXPECT_FALSE(chat->connected());
}

TEST_F(ClientTest, ConnectAndEventRightBehindItWork) {
  session_->receive("40");
  session_->receive(R"(42["x"])");
  EXPECT_EQ(events_, Texts{"x"});
}

TEST_F(ClientTest, AnEventNamePastTheLimitClosesTheConnection) {
  join(*session_);
  const std::string longest(config_.max_event_name_bytes, 'e');
  session_->receive("42[\"" + longest + "\"]");
  EXPECT_EQ(events_, Texts{longest});
  session_->receive("42[\"" + longest + "e\"]");
  expect_closed();
}

TEST_F(ClientTest, OneElementTooManyClosesTheConnection) {
  config_.max_elements = 3;
  server_ = make_server(config_, loop_);
  for (const auto* text : {R"(42["x",1,2])", R"(430[1,2,3])", R"(42["x",[1,2,3,4],{"a":1,"b":2,"c":3,"d":4}])"}) {
    server_->of("/");
    session_ = open_session();
    join(*session_);
    session_->receive(text);
    EXPECT_FALSE(session_->closed()) << text;
    session_->end(engineio::CloseReason::transport_close);
  }
  for (const auto* text : {R"(42["x",1,2,3])", R"(430[1,2,3,4])", R"(42["x",1,2,[]])"}) {
    session_ = open_session();
    join(*session_);
    session_->receive(text);
    expect_closed();
  }
}

TEST_F(ClientTest, AFloodClosesTheConnection) {
  config_.max_packets_per_second = 5;
  server_ = make_server(config_, loop_);
  server_->of("/");
  session_ = open_session();
  join(*session_);
  for (int i = 0; i < 100; ++i) {  // five a second, for a while
    loop_.advance(milliseconds(200));
    session_->receive(R"(42["x"])");
  }
  EXPECT_FALSE(session_->closed());
  for (int i = 0; i < 10; ++i) session_->receive(R"(42["x"])");
  expect_closed();
}

TEST_F(ClientTest, ThePacketsOfOneSecondMayComeAtOnce) {
  config_.max_packets_per_second = 5;
  server_ = make_server(config_, loop_);
  server_->of("/");
  session_ = open_session();
  join(*session_);
  for (int i = 0; i < 4; ++i) session_->receive(R"(42["x"])");
  EXPECT_FALSE(session_->closed());
  session_->receive(R"(42["x"])");
  expect_closed();
}

TEST_F(ClientTest, AConnectThatIsInMiddlewareDoesNotStopTheConnectTimeout) {
  std::optional<ConnectDecision> decision;
  server_->of("/").use([&](Socket&, ConnectDecision d) { decision = std::move(d); });
  session_->receive("40");
  loop_.advance(milliseconds(1'000));
  expect_closed();
  decision->accept();
  EXPECT_TRUE(server_->of("/").sockets().empty());
}

TEST_F(ClientTest, AfterAKickAndANewConnectEverythingIsStrictAgain) {
  join(*session_)->disconnect();
  session_->take();
  join(*session_);
  session_->receive("41");
  session_->receive(R"(42["x"])");
  expect_closed();
}

// The rules of decoding, each broken once: every namespace's sockets end with "forced close", no packet is sent.
class ViolationTest : public ClientTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(ViolationTest, ClosesTheConnectionWithoutAWord) {
  join(*session_);
  join(*session_, "/chat");
  session_->receive(GetParam());
  expect_closed();
  EXPECT_EQ(reasons_, (Texts{"forced close", "forced close"}));
  EXPECT_TRUE(session_->take().empty());
  EXPECT_TRUE(events_.empty());
  const auto other = open_session();
  EXPECT_TRUE(join(*other)) << "others are served";
}

INSTANTIATE_TEST_SUITE_P(
    Decoding, ViolationTest,
    ::testing::Values("4", "47", "4a", "4-1",                                                     // the type
                      "45-[\"x\"]", "45[\"x\"]", "451[\"x\"]", "450-[\"x\"]",                     // attachments
                      "45+1-[\"x\"]", "45-1-[\"x\"]", "451.5-[\"x\"]", "4511-[\"x\"]", "46-1[]",  //
                      "4299999999999999999999[\"x\"]", "429007199254740993[\"x\"]",               // ack id
                      "42[\"x\"]trailing", "42[\"x\"", "42[\"x\",]", "42[\"x\"],[]",              // one JSON text
                      "40null", "40[]", "40\"x\"", "401",                                         // CONNECT
                      "41{}", "41[]",                                                             // DISCONNECT
                      "42", "42{}", "42[]", "42[null]", "42[{}]", "42[[]]", "42[true]",           // EVENT
                      "42[\"connect\"]", "42[\"connect_error\"]", "42[\"disconnect\"]",           //
                      "42[\"disconnecting\"]", "42[\"newListener\"]", "42[\"removeListener\"]",
                      "42[\"\\u0063onnect\"]",                          // an escaped reserved name
                      "430", "430{}", "430\"x\"",                       // ACK
                      "44", "44{}", "44\"x\"",                          // CONNECT_ERROR
                      "451-[{\"_placeholder\":true,\"num\":0}]",        // a placeholder as name
                      "451-[\"x\",{\"_placeholder\":true,\"num\":1}]",  // its index
                      "451-[\"x\",{\"_placeholder\":true,\"num\":-1}]",
                      "451-[\"x\",{\"_placeholder\":true,\"num\":\"0\"}]",
                      "451-[\"x\",{\"_placeholder\":true,\"num\":0.5}]", "451-[\"x\",{\"_placeholder\":true}]"));

}  // namespace
}  // namespace skat::socketio
