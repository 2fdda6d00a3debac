#include "socketio/live_socket.hpp"

#include <gtest/gtest.h>

#include "socketio/errc.hpp"
#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using testing::Texts;
using Attachments = std::vector<std::string>;

class LiveSocketTest : public testing::ServerFixture {
 protected:
  void SetUp() override {
    server_->of("/");
    server_->of("/chat");
    session_ = open_session();
    socket_ = join(*session_);
    ASSERT_TRUE(socket_);
  }

  std::unique_ptr<testing::FakeSession> session_;
  std::shared_ptr<Socket> socket_;
};

TEST_F(LiveSocketTest, HandsEventsOverAsRawParts) {
  std::string seen;
  socket_->on_event([&](const EventView& event, const Ack& ack) {
    EXPECT_EQ(event.name, "msg");
    EXPECT_EQ(event.name_json, "\"msg\"");
    EXPECT_EQ(event.args, (std::vector<std::string_view>{"1", R"({"b":1.0,"a":[ ]})", "\"\\ud800\""}));
    EXPECT_TRUE(event.attachments.empty());
    EXPECT_FALSE(ack);
    seen = event.args_json;
  });
  session_->receive(R"(42["msg",1,{"b":1.0,"a":[ ]},"\ud800"])");
  EXPECT_EQ(seen, R"(1,{"b":1.0,"a":[ ]},"\ud800")");
}

TEST_F(LiveSocketTest, DecodesTheEventsName) {
  Texts names;
  socket_->on_event([&](const EventView& event, const Ack&) {
    names.emplace_back(event.name);
    EXPECT_EQ(event.args_json, "");
  });
  session_->receive(R"(42["a\u0062\n"])");
  session_->receive(R"(42[17])");
  session_->receive(R"(42["error"])");
  EXPECT_EQ(names, (Texts{"ab\n", "17", "error"}));
}

TEST_F(LiveSocketTest, AnEchoKeepsKeyOrderNumberFormsAndDuplicateKeys) {
  socket_->on_event(
      [&](const EventView& event, const Ack&) { socket_->emit("message-back", event.args_json, event.attachments); });
  session_->receive(R"(42["message",{"z":1,"a":1.0,"z":-0,"n":1e21,"big":9007199254740993},"\ud800",1])");
  EXPECT_EQ(session_->take(),
            Texts{R"(42["message-back",{"z":1,"a":1.0,"z":-0,"n":1e21,"big":9007199254740993},"\ud800",1])"});
}

TEST_F(LiveSocketTest, AnEchoOfABinaryEventCarriesItsAttachments) {
  socket_->on_event(
      [&](const EventView& event, const Ack&) { socket_->emit("message-back", event.args_json, event.attachments); });
  session_->receive(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  session_->receive_binary("one");
  EXPECT_TRUE(session_->take().empty());
  session_->receive_binary("two");
  EXPECT_EQ(
      session_->take(),
      (Texts{R"(452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", "<one>", "<two>"}));
}

TEST_F(LiveSocketTest, AnswersAnEventAtMostOnce) {
  Ack kept;
  socket_->on_event([&](const EventView& event, const Ack& ack) {
    EXPECT_TRUE(ack);
    ack(event.args_json);
    ack("2");
    kept = ack;
  });
  session_->receive(R"(42456["ask",1,"2",{"3":[false]}])");
  kept("3");
  EXPECT_EQ(session_->take(), Texts{R"(43456[1,"2",{"3":[false]}])"});
}

TEST_F(LiveSocketTest, AnswersUpToTwoToTheFiftyThird) {
  socket_->on_event([](const EventView&, const Ack& ack) { ack(""); });
  session_->receive(R"(429007199254740992["ask"])");
  session_->receive(R"(42007["ask"])");
  EXPECT_EQ(session_->take(), (Texts{"439007199254740992[]", "437[]"}));
}

TEST_F(LiveSocketTest, AnswersWithAttachments) {
  socket_->on_event([](const EventView& event, const Ack& ack) { ack(event.args_json, event.attachments); });
  session_->receive(R"(451-789["ask",{"_placeholder":true,"num":0}])");
  session_->receive_binary("\x01\x02");
  EXPECT_EQ(session_->take(), (Texts{R"(461-789[{"_placeholder":true,"num":0}])", "<\x01\x02>"}));
}

TEST_F(LiveSocketTest, AnAnswerAfterTheEndIsDropped) {
  Ack kept;
  socket_->on_event([&](const EventView&, const Ack& ack) { kept = ack; });
  session_->receive(R"(421["ask"])");
  session_->receive("41");
  kept("1");
  EXPECT_TRUE(session_->take().empty());
  EXPECT_FALSE(session_->closed());
}

TEST_F(LiveSocketTest, ResolvesEachAcknowledgementOnce) {
  std::vector<std::string> answers;
  for (int i = 0; i < 2; ++i) {
    socket_->emit_with_ack("ask", "1", std::chrono::seconds(5),
                           [&](result<Answer> answer) { answers.push_back(answer->args_json); });
  }
  EXPECT_EQ(session_->take(), (Texts{R"(420["ask",1])", R"(421["ask",1])"}));
  session_->receive(R"(431["b", 2])");
  session_->receive(R"(431["again"])");
  session_->receive(R"(430[])");
  session_->receive(R"(4399["unknown"])");
  session_->receive(R"(43["no id"])");
  EXPECT_EQ(answers, (std::vector<std::string>{R"("b", 2)", ""}));
  loop_.advance(std::chrono::seconds(10));
  EXPECT_EQ(answers.size(), 2U);
  EXPECT_FALSE(session_->closed());
}

TEST_F(LiveSocketTest, AsksAndIsAnsweredWithAttachments) {
  Answer got;
  socket_->emit_with_ack("ask", R"({"_placeholder":true,"num":0})", std::chrono::seconds(5),
                         [&](result<Answer> answer) { got = std::move(*answer); }, {"question"});
  EXPECT_EQ(session_->take(), (Texts{R"(451-0["ask",{"_placeholder":true,"num":0}])", "<question>"}));
  session_->receive(R"(461-0[{"_placeholder":true,"num":0},2])");
  session_->receive_binary("answer");
  EXPECT_EQ(got.args_json, R"({"_placeholder":true,"num":0},2)");
  EXPECT_EQ(got.attachments, Attachments{"answer"});
}

TEST_F(LiveSocketTest, AnAcknowledgementTimesOutAndALateOneIsIgnored) {
  error_code error;
  int calls = 0;
  socket_->emit_with_ack("ask", "", std::chrono::milliseconds(200), [&](result<Answer> answer) {
    ++calls;
    error = answer.error();
  });
  loop_.advance(std::chrono::milliseconds(199));
  EXPECT_EQ(calls, 0);
  loop_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(error, errc::ack_timeout);
  EXPECT_EQ(error.message(), "operation has timed out");
  session_->receive("430[]");
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(session_->closed());
}

TEST_F(LiveSocketTest, PendingAcknowledgementsFailWithTheSocket) {
  std::vector<error_code> errors;
  const auto note = [&](result<Answer> answer) { errors.push_back(answer.error()); };
  socket_->emit_with_ack("ask", "", std::chrono::seconds(5), note);
  session_->end(engineio::CloseReason::transport_close);
  socket_->emit_with_ack("ask", "", std::chrono::seconds(5), note);
  EXPECT_EQ(errors, (std::vector<error_code>{errc::disconnected, errc::disconnected}));
  EXPECT_TRUE(errors.front() == condition::gone);
  EXPECT_EQ(loop_.timer_count(), 0U);
}

TEST_F(LiveSocketTest, TooManyPendingAcknowledgementsAreRefusedAndNotSent) {
  config_.max_pending_acks = 2;
  server_ = make_server(config_, loop_);
  server_->of("/");
  const auto session = open_session();
  const auto socket = join(*session);
  std::vector<error_code> errors;
  for (int i = 0; i < 3; ++i) {
    socket->emit_with_ack("ask", "", std::chrono::seconds(5),
                          [&](result<Answer> answer) { errors.push_back(answer.error()); });
  }
  EXPECT_EQ(errors, (std::vector<error_code>{errc::too_many_acks}));
  EXPECT_EQ(session->take(), (Texts{R"(420["ask"])", R"(421["ask"])"}));
}

TEST_F(LiveSocketTest, RefusesToEmitWhatTheClientWouldTakeForAViolation) {
  socket_->emit("disconnect", "1");
  socket_->emit("x", "1", Attachments(11));
  error_code error;
  socket_->emit_with_ack("connect", "", std::chrono::seconds(1), [&](result<Answer> r) { error = r.error(); });
  socket_->send(encode_event("/", "connect_error", ""));
  EXPECT_EQ(error, errc::violation);
  EXPECT_TRUE(session_->take().empty());
}

TEST_F(LiveSocketTest, VolatileFramesAreDroppedUnlessTheTransportIsReady) {
  session_->set_writable(false);
  socket_->send_volatile(encode_event("/", "typing", "1"));
  socket_->send(encode_event("/", "message", "2"));
  session_->set_writable(true);
  socket_->send_volatile(encode_event("/", "typing", "3"));
  EXPECT_EQ(session_->take(), (Texts{R"(42["message",2])", R"(42["typing",3])"}));
}

TEST_F(LiveSocketTest, LeavesOnTheClientsDisconnectWithoutAnAnswer) {
  Texts calls;
  socket_->join("room");
  socket_->on_disconnecting([&](std::string_view reason) {
    EXPECT_EQ(socket_->rooms(), (std::vector<RoomName>{socket_->id(), "room"}));
    calls.push_back("disconnecting: " + std::string(reason));
  });
  socket_->on_disconnect([&](std::string_view reason) {
    EXPECT_TRUE(socket_->rooms().empty());
    EXPECT_EQ(server_->of("/").room_size("room"), 0U);
    calls.push_back("disconnect: " + std::string(reason));
  });
  session_->receive("41");
  EXPECT_EQ(calls, (Texts{"disconnecting: client namespace disconnect", "disconnect: client namespace disconnect"}));
  EXPECT_FALSE(socket_->connected());
  EXPECT_TRUE(session_->take().empty());
  EXPECT_FALSE(session_->closed());
}

TEST_F(LiveSocketTest, AKickSendsDisconnectAndKeepsTheConnection) {
  std::string reason;
  const auto chat = join(*session_, "/chat");
  chat->on_disconnect([&](std::string_view r) { reason = r; });
  chat->disconnect();
  chat->disconnect();
  EXPECT_EQ(session_->take(), Texts{"41/chat,"});
  EXPECT_EQ(reason, "server namespace disconnect");
  EXPECT_FALSE(session_->closed());
  EXPECT_TRUE(socket_->connected());
}

TEST_F(LiveSocketTest, AKickThatClosesLeavesEveryNamespaceFirst) {
  Texts reasons;
  const auto chat = join(*session_, "/chat");
  for (const auto& socket : {socket_, chat}) {
    socket->on_disconnect([&](std::string_view r) { reasons.emplace_back(r); });
  }
  socket_->disconnect(true);
  EXPECT_EQ(session_->take(), (Texts{"41", "41/chat,"}));
  EXPECT_TRUE(session_->closed());
  EXPECT_EQ(session_->close_reason(), engineio::CloseReason::forced_close);
  EXPECT_EQ(reasons, (Texts{"server namespace disconnect", "server namespace disconnect"}));
}

TEST_F(LiveSocketTest, TheSessionsEndReachesEveryNamespaceInItsOwnWords) {
  Texts reasons;
  const auto chat = join(*session_, "/chat");
  for (const auto& socket : {socket_, chat}) {
    socket->on_disconnect([&](std::string_view r) { reasons.emplace_back(r); });
  }
  session_->end(engineio::CloseReason::ping_timeout);
  EXPECT_EQ(reasons, (Texts{"ping timeout", "ping timeout"}));
  EXPECT_TRUE(server_->of("/").sockets().empty());
  EXPECT_TRUE(server_->of("/chat").sockets().empty());
}

TEST_F(LiveSocketTest, AShutdownSendsNoDisconnect) {
  std::string reason;
  socket_->on_disconnect([&](std::string_view r) { reason = r; });
  session_->end(engineio::CloseReason::server_shutting_down);
  EXPECT_EQ(reason, "server shutting down");
  EXPECT_TRUE(session_->take().empty());
}

TEST_F(LiveSocketTest, IsInertAfterItsEnd) {
  session_->handshake_.address = "127.0.0.1";
  EXPECT_EQ(socket_->handshake().address, "127.0.0.1");
  socket_->on_disconnect([&](std::string_view) { EXPECT_EQ(socket_->handshake().address, "127.0.0.1"); });
  session_->end(engineio::CloseReason::transport_close);
  session_.reset();
  socket_->emit("x", "");
  socket_->send(encode_event("/", "x", ""));
  socket_->join("room");
  socket_->leave("room");
  socket_->disconnect();
  socket_->disconnect(true);
  EXPECT_EQ(socket_->handshake().address, "");
  EXPECT_EQ(server_->of("/").room_size("room"), 0U);
}

TEST_F(LiveSocketTest, AHandlerMayEndItsOwnConnection) {
  socket_->on_event([held = socket_, text = std::string(100, 'x')](const EventView& event, const Ack& ack) {
    held->disconnect(true);
    EXPECT_EQ(text.size(), 100U);
    EXPECT_EQ(event.name, "bye");
    ack("1");
  });
  socket_->on_disconnect([held = socket_](std::string_view) { held->disconnect(true); });
  const std::weak_ptr<Socket> weak = socket_;
  socket_ = nullptr;
  session_->receive(R"(421["bye"])");
  EXPECT_TRUE(session_->closed());
  EXPECT_TRUE(weak.expired());
}

TEST_F(LiveSocketTest, AHandlerMayReplaceItself) {
  int second = 0;
  socket_->on_event([&, text = std::string(100, 'x')](const EventView&, const Ack&) {
    socket_->on_event([&](const EventView&, const Ack&) { ++second; });
    EXPECT_EQ(text.size(), 100U);
  });
  session_->receive(R"(42["a"])");
  session_->receive(R"(42["b"])");
  EXPECT_EQ(second, 1);
}

TEST_F(LiveSocketTest, SurvivesAnOverflowInsideItsOwnSend) {
  std::string reason;
  socket_->on_disconnect([&](std::string_view r) { reason = r; });
  session_->overflow_on_send();
  socket_->disconnect();
  EXPECT_EQ(reason, engineio::to_text(engineio::CloseReason::slow_consumer));
  EXPECT_FALSE(socket_->connected());
}

TEST_F(LiveSocketTest, OneJoinPastTheLimitIsIgnored) {
  config_.max_rooms_per_socket = 2;
  server_ = make_server(config_, loop_);
  server_->of("/");
  const auto session = open_session();
  const auto socket = join(*session);
  for (const auto* room : {"a", "b", "c"}) socket->join(room);
  EXPECT_EQ(socket->rooms(), (std::vector<RoomName>{socket->id(), "a", "b"}));
}

TEST_F(LiveSocketTest, AJoinToALongerNameIsIgnored) {
  const RoomName longest(config_.max_room_name_bytes, 'r');
  socket_->join(longest);
  socket_->join(longest + "r");
  EXPECT_EQ(socket_->rooms(), (std::vector<RoomName>{RoomName(socket_->id()), longest}));
}

TEST_F(LiveSocketTest, ItsDataGoesWithIt) {
  const auto data = std::make_shared<int>(7);
  socket_->data = data;
  socket_ = nullptr;
  EXPECT_EQ(data.use_count(), 2);
  session_->end(engineio::CloseReason::transport_close);
  EXPECT_EQ(data.use_count(), 1);
}

}  // namespace
}  // namespace skat::socketio
