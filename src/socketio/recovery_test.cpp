// Connection state recovery as a client sees it.
#include <gtest/gtest.h>

#include <optional>

#include "socketio/json_object.hpp"
#include "socketio/live_namespace.hpp"
#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using engineio::CloseReason;
using testing::Texts;

class RecoveryTest : public testing::ServerFixture {
 protected:
  void SetUp() override { start(); }
  void start(RecoveryConfig recovery = {}) {
    leave();
    config_.recovery = recovery;
    server_ = make_server(config_, loop_);
    nsp_ = &server_->of("/");
    nsp_->on_connection([this](const std::shared_ptr<Socket>& socket) {
      socket_ = socket;
      connections_.push_back(socket->recovered() ? "recovered" : "new");
    });
  }
  // The session of before, if it is still there, ends in a way that keeps nothing.
  void leave() {
    if (session_) session_->end(CloseReason::parse_error);
    session_.reset();
  }
  // Connects with that payload; what was sent up to the acceptance, and its two secrets.
  Texts connect(const std::string& payload = "") {
    leave();
    session_ = open_session();
    session_->receive("40" + payload);
    auto sent = session_->take();
    for (const auto& text : sent) {
      if (!text.starts_with("40")) continue;
      sid_ = json_string_member(text.substr(2), "sid").value_or("");
      pid_ = json_string_member(text.substr(2), "pid").value_or("");
    }
    return sent;
  }
  // Connects again with the pid and what is at the end of that event.
  Texts come_back(const std::string& last_event) { return connect(payload(last_event)); }
  std::string payload(const std::string& last_event) {
    return R"({"pid":")" + pid_ + R"(","offset":")" + offset(last_event) + "\"}";
  }
  static std::string offset(const std::string& event) {
    const auto end = event.rfind('"');
    const auto begin = event.rfind('"', end - 1);
    return event.substr(begin + 1, end - begin - 1);
  }

  Namespace* nsp_ = nullptr;
  std::unique_ptr<testing::FakeSession> session_;
  std::shared_ptr<Socket> socket_;
  Texts connections_;
  std::string sid_, pid_;
};

TEST_F(RecoveryTest, TheAcceptanceCarriesAPidAndEveryEventAnOffset) {
  const auto sent = connect();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], R"(40{"sid":")" + sid_ + R"(","pid":")" + pid_ + "\"}");
  EXPECT_EQ(pid_.size(), 28U);
  socket_->emit("m", "1");
  nsp_->everyone().emit("bin", R"({"_placeholder":true,"num":0})", {"b"});
  socket_->emit("none", "");
  const auto events = session_->take();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0], R"(42["m",1,")" + offset(events[0]) + "\"]");
  EXPECT_EQ(events[1], R"(451-["bin",{"_placeholder":true,"num":0},")" + offset(events[1]) + "\"]");
  EXPECT_EQ(events[2], "<b>");
  EXPECT_EQ(events[3], R"(42["none",")" + offset(events[3]) + "\"]");
  EXPECT_NE(offset(events[0]), offset(events[1]));
}

TEST_F(RecoveryTest, EventsWithAckIdsAndVolatileOnesHaveNoOffset) {
  connect();
  socket_->emit_with_ack("a", "1", std::chrono::seconds(1), [](const result<Answer>&) {});
  nsp_->everyone().emit_with_ack("b", "1", [](const BroadcastAnswers&) {});
  nsp_->everyone().volatile_().emit("c", "1");
  EXPECT_EQ(session_->take(), (Texts{R"(420["a",1])", R"(421["b",1])", R"(42["c",1])"}));
}

TEST_F(RecoveryTest, ComesBackWithIdRoomsDataAndWhatItMissedBeforeTheAcceptance) {
  connect();
  socket_->join("room");
  socket_->data = std::make_shared<int>(7);
  nsp_->everyone().emit("seen", "");
  const auto seen = session_->take().back();
  const auto sid = sid_, pid = pid_;
  session_->end(CloseReason::ping_timeout);
  nsp_->to("room").emit("missed", "1");
  nsp_->to("elsewhere").emit("not", "1");
  nsp_->except("room").emit("not", "2");
  nsp_->to(RoomName(sid)).emit("own", "2", {"b"});
  const auto sent = come_back(seen);
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_TRUE(sent[0].starts_with(R"(42["missed",1,")"));
  EXPECT_TRUE(sent[1].starts_with(R"(451-["own",2,")"));
  EXPECT_EQ(sent[2], "<b>");
  EXPECT_EQ(sent[3], R"(40{"sid":")" + sid + R"(","pid":")" + pid + "\"}");
  EXPECT_EQ(connections_, (Texts{"new", "recovered"}));
  EXPECT_EQ(socket_->id(), sid);
  EXPECT_EQ(socket_->rooms(), (std::vector<RoomName>{RoomName(sid), "room"}));
  EXPECT_EQ(*std::static_pointer_cast<int>(socket_->data), 7);
  nsp_->to("room").emit("live", "");
  EXPECT_EQ(session_->take().size(), 1U);
}

TEST_F(RecoveryTest, MayComeBackAgainAndAgainButNeverTwiceFromOneLoss) {
  connect();
  socket_->emit("seen", "");
  const auto seen = session_->take().back();
  const auto sid = sid_, first = payload(seen);
  for (int i = 0; i < 3; ++i) {
    session_->end(CloseReason::transport_close);
    come_back(seen);
    EXPECT_EQ(sid_, sid) << i;
  }
  const auto kept = std::move(session_);
  connect(first);  // somebody who has seen the pid, while its owner is connected
  EXPECT_NE(sid_, sid);
  EXPECT_FALSE(socket_->recovered());
  EXPECT_FALSE(kept->closed());
}

TEST_F(RecoveryTest, WhatIsUnknownGetsANewSocketSilently) {
  connect();
  socket_->emit("seen", "");
  const auto seen = session_->take().back();
  const auto sid = sid_, pid = pid_;
  session_->end(CloseReason::transport_close);
  for (const auto& wrong : std::vector<std::string>{
           R"({"pid":"nobody","offset":")" + offset(seen) + "\"}",
           R"({"offset":")" + offset(seen) + "\"}",
           R"({"pid":")" + pid + "\"}",
           R"({"pid":1,"offset":")" + offset(seen) + "\"}",
           R"({"pid":")" + pid + R"(","offset":7})",
           R"({"pid":{"a":1},"offset":[]})",
       }) {
    const auto sent = connect(wrong);
    ASSERT_EQ(sent.size(), 1U) << wrong;
    EXPECT_NE(sid_, sid);
    EXPECT_NE(pid_, pid);
    EXPECT_FALSE(socket_->recovered());
  }
  connect(R"({"pid":")" + pid + R"(","offset":"unknown"})");
  EXPECT_FALSE(socket_->recovered());
  connect(R"({"pid":")" + pid + R"(","offset":")" + offset(seen) + "\"}");
  EXPECT_FALSE(socket_->recovered()) << "the pid was used up by the one before";
}

TEST_F(RecoveryTest, OnlyALossKeepsTheSession) {
  const std::vector<std::pair<CloseReason, bool>> reasons{
      {CloseReason::transport_close, true},      {CloseReason::transport_error, true},
      {CloseReason::ping_timeout, true},         {CloseReason::forced_close, true},
      {CloseReason::server_shutting_down, true}, {CloseReason::slow_consumer, true},
      {CloseReason::parse_error, false}};
  for (const auto& [reason, kept] : reasons) {
    connect();
    socket_->emit("seen", "");
    const auto seen = session_->take().back();
    session_->end(reason);
    come_back(seen);
    EXPECT_EQ(socket_->recovered(), kept) << engineio::to_text(reason);
  }
  for (const bool by_client : {true, false}) {
    connect();
    socket_->emit("seen", "");
    const auto seen = session_->take().back();
    by_client ? session_->receive("41") : socket_->disconnect();
    session_->end(CloseReason::transport_close);
    come_back(seen);
    EXPECT_FALSE(socket_->recovered());
  }
}

TEST_F(RecoveryTest, RoomsAreThoseAtTheLoss) {
  connect();
  socket_->join("left");
  socket_->join("kept");
  socket_->leave("left");
  socket_->leave(RoomName(socket_->id()));
  socket_->on_disconnecting([socket = socket_.get()](std::string_view) { EXPECT_EQ(socket->rooms().size(), 1U); });
  nsp_->everyone().emit("seen", "");
  const auto seen = session_->take().back();
  session_->end(CloseReason::transport_close);
  come_back(seen);
  EXPECT_TRUE(socket_->recovered());
  EXPECT_EQ(socket_->rooms(), std::vector<RoomName>{"kept"});
}

TEST_F(RecoveryTest, MiddlewaresAreSkippedUnlessToldOtherwise) {
  for (const bool skip : {true, false}) {
    RecoveryConfig recovery;
    recovery.skip_middlewares = skip;
    start(recovery);
    Texts asked;
    nsp_->use([&](Socket& socket, const ConnectDecision& decision) {
      asked.emplace_back(socket.recovered() ? "recovered" : "new");
      decision.accept();
    });
    connect();
    socket_->emit("seen", "");
    const auto seen = session_->take().back();
    session_->end(CloseReason::transport_close);
    come_back(seen);
    EXPECT_TRUE(socket_->recovered());
    EXPECT_EQ(asked, skip ? Texts{"new"} : (Texts{"new", "recovered"}));
  }
}

class SlowMiddlewareTest : public RecoveryTest {
 protected:
  void SetUp() override {
    RecoveryConfig recovery;
    recovery.skip_middlewares = false;
    recovery.max_packets = 2;
    start(recovery);
    connect();
    socket_->emit("seen", "");
    seen_ = session_->take().back();
    session_->end(CloseReason::transport_close);
    nsp_->use([this](Socket&, ConnectDecision decision) { decision_ = std::move(decision); });
    first_sid_ = sid_;
  }

  std::string seen_, first_sid_;
  std::optional<ConnectDecision> decision_;
};

TEST_F(SlowMiddlewareTest, GetsWhatWasSentMeanwhileToo) {
  nsp_->everyone().emit("before", "");
  EXPECT_TRUE(come_back(seen_).empty());
  nsp_->everyone().emit("meanwhile", "");
  decision_->accept();
  const auto sent = session_->take();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_TRUE(sent[0].starts_with(R"(42["before")"));
  EXPECT_TRUE(sent[1].starts_with(R"(42["meanwhile")"));
  EXPECT_TRUE(sent[2].starts_with(R"(40{"sid":")" + first_sid_));
}

TEST_F(SlowMiddlewareTest, ThatTookTooLongMakesANewSocket) {
  come_back(seen_);
  for (int i = 0; i < 3; ++i) nsp_->everyone().emit("meanwhile", "");
  decision_->accept();
  const auto sent = session_->take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_FALSE(socket_->recovered());
  EXPECT_NE(socket_->id(), first_sid_);
  EXPECT_EQ(nsp_->find(socket_->id()), socket_);
  EXPECT_EQ(nsp_->sockets().size(), 1U);
}

TEST_F(SlowMiddlewareTest, ALossMeanwhileLeavesTheWayBackOpen) {
  const auto payload = this->payload(seen_);
  connect(payload);
  session_->end(CloseReason::transport_close);
  connect(payload);
  decision_->accept();
  EXPECT_TRUE(socket_->recovered());
  EXPECT_EQ(socket_->id(), first_sid_);
}

TEST_F(RecoveryTest, AClientThatOverflowsWhileItComesBackMayTryAgain) {
  connect();
  socket_->emit("seen", "");
  const auto seen = session_->take().back();
  const auto sid = sid_;
  session_->end(CloseReason::transport_close);
  nsp_->everyone().emit("missed", "");
  const auto payload = this->payload(seen);
  session_ = open_session();
  session_->overflow_on_send();
  session_->receive("40" + payload);
  EXPECT_TRUE(session_->closed());
  EXPECT_EQ(connections_, Texts{"new"});
  EXPECT_EQ(connect(payload).size(), 2U);
  EXPECT_EQ(sid_, sid);
}

TEST_F(RecoveryTest, WhenOffNothingOfItIsOnTheWire) {
  config_.recovery.reset();
  server_ = make_server(config_, loop_);
  server_->of("/");
  const auto session = open_session();
  session->receive(R"(40{"pid":"p","offset":"o"})");
  const auto socket = server_->of("/").sockets().front();
  socket->emit("m", "1");
  server_->of("/").everyone().emit("m", "2");
  EXPECT_EQ(session->take(),
            (Texts{R"(40{"sid":")" + std::string(socket->id()) + "\"}", R"(42["m",1])", R"(42["m",2])"}));
  EXPECT_FALSE(socket->recovered());
  session->end(CloseReason::transport_close);
  EXPECT_EQ(loop_.timer_count(), 0U);
}

}  // namespace
}  // namespace skat::socketio
