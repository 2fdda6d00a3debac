// Sessions on WebSocket, and the upgrade to it.
#include <gtest/gtest.h>

#include "engineio/testing/session_fixture.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;

class SessionWebSocket : public testing::SessionFixture {};

TEST_F(SessionWebSocket, TextAndBinaryGoBothWaysAsFrames) {
  SessionImpl& session = open_websocket();
  EXPECT_EQ(session.transport(), "websocket");
  say("4hello");
  wire_->listener->on_binary("\x01\x02");
  say("bAQID");
  EXPECT_EQ(heard_->messages, (Packets{"hello", "b:\x01\x02", "b:\x01\x02\x03"}));
  session.send({make_text_frame("a"), make_binary_frame("b")});
  EXPECT_EQ(wire_->sent, (Packets{"\x81\x02"
                                  "4a",
                                  "\x82\x01"
                                  "b"}));
}

TEST_F(SessionWebSocket, BinaryGoesAsTextToWhoAskedForIt) {
  SessionImpl& session = open_websocket(WebSocketTransport::Binary::base64);
  session.send({make_text_frame("a"), make_binary_frame("\x01\x02\x03")});
  EXPECT_EQ(wire_->packets(), (Packets{"4a", "bAQID"}));
}

TEST_F(SessionWebSocket, IsNotWritableWhileBytesWait) {
  SessionImpl& session = open_websocket();
  EXPECT_TRUE(session.writable());
  wire_->queued_bytes = 1;
  EXPECT_FALSE(session.writable());
}

TEST_F(SessionWebSocket, PingsAndEndsWithoutAPong) {
  const std::string sid(open_websocket().sid());
  executor_.advance(25s);
  EXPECT_EQ(wire_->packets(), (Packets{"2"}));
  say("3");
  executor_.advance(25s);
  EXPECT_EQ(wire_->packets(), (Packets{"2", "2"}));
  executor_.advance(20s);
  EXPECT_TRUE(wire_->closed);
  EXPECT_FALSE(exists(sid));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::ping_timeout}));
}

TEST_F(SessionWebSocket, ManyIdleSessionsShareFourTimers) {
  for (int i = 0; i < 100; ++i) open_websocket();
  EXPECT_LE(executor_.timer_count(), 4u);
}

TEST_F(SessionWebSocket, ABadPacketClosesTheConnection) {
  const std::string sid(open_websocket().sid());
  say("abc");
  EXPECT_TRUE(wire_->closed);
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::parse_error}));
  EXPECT_FALSE(wire_->destroyed) << "it lingers until the connection lets go";
  say("4late");
  say("");
  end_wire();
  executor_.run();
  EXPECT_TRUE(wire_->destroyed);
  EXPECT_TRUE(heard_->messages.empty());
}

TEST_F(SessionWebSocket, TheReasonTellsAPeersEndFromItsErrors) {
  open_websocket();
  end_wire();
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_close}));
  EXPECT_TRUE(wire_->destroyed);
  heard_ = std::make_shared<testing::Heard>();
  open_websocket();
  end_wire(true);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_error}));
}

TEST_F(SessionWebSocket, AClosePacketEndsIt) {
  open_websocket();
  say("1");
  EXPECT_TRUE(wire_->closed);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_close}));
}

TEST_F(SessionWebSocket, AnOrderlyCloseComesAfterWhatWasSent) {
  SessionImpl& session = open_websocket();
  session.send(make_text_frame("last"));
  session.close(CloseReason::forced_close);
  session.send(make_text_frame("too late"));
  EXPECT_EQ(wire_->packets(), (Packets{"4last"}));
  EXPECT_TRUE(wire_->closed);
  EXPECT_FALSE(wire_->aborted);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::forced_close}));
}

TEST_F(SessionWebSocket, ASlowConsumerIsCut) {
  SessionImpl& session = open_websocket();
  wire_->max_frames = 2;
  session.send({make_text_frame("1"), make_text_frame("2"), make_text_frame("3"), make_text_frame("4")});
  EXPECT_TRUE(wire_->aborted);
  EXPECT_EQ(wire_->packets(), (Packets{"41", "42"}));
  wire_->listener->on_closed(1006, false);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::slow_consumer}));
  EXPECT_EQ(table_.counts().slow_consumers, 1u);
  EXPECT_EQ(table_.counts().websocket, 0u);
}

// ---- upgrade

class SessionUpgrade : public testing::SessionFixture {};

TEST_F(SessionUpgrade, ReleasesTheHeldGetAsSoonAsTheProbeIsAnswered) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  ASSERT_TRUE(upgrade(session));
  EXPECT_TRUE(held->pending());
  say("2probe");
  EXPECT_EQ(wire_->packets(), (Packets{"3probe"}));
  EXPECT_EQ(held->body, "6");
  EXPECT_EQ(get(session)->body, "6") << "a GET issued after the probe";
  EXPECT_EQ(session.transport(), "polling");
}

TEST_F(SessionUpgrade, FramesOfTheMeantimeLeaveOnTheNewTransportInOrder) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  session.send(make_text_frame("1"));
  session.send({make_text_frame("2"), make_binary_frame("3")});
  executor_.run();
  EXPECT_EQ(wire_->sent.size(), 1u) << "nothing but the probe's answer before the upgrade packet";
  say("5");
  session.send(make_text_frame("4"));
  EXPECT_EQ(wire_->packets(), (Packets{"3probe", "41", "42", "3", "44"}));
  EXPECT_EQ(session.transport(), "websocket");
  EXPECT_EQ(table_.counts().polling, 0u);
  EXPECT_EQ(table_.counts().websocket, 1u);
  EXPECT_EQ(table_.counts().upgrades, 1u);
}

TEST_F(SessionUpgrade, WhatAGetTookBeforeIsNotRepeated) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  session.send(make_text_frame("1"));
  EXPECT_EQ(get(session)->body, "41");
  session.send(make_text_frame("2"));
  say("5");
  EXPECT_EQ(wire_->packets(), (Packets{"3probe", "42"}));
}

TEST_F(SessionUpgrade, DataStillComesByPollingUntilTheUpgradePacket) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  EXPECT_EQ(post(session, "4by polling")->body, "ok");
  say("5");
  say("4by websocket");
  EXPECT_EQ(heard_->messages, (Packets{"by polling", "by websocket"}));
}

TEST_F(SessionUpgrade, APingByPollingMayBeAnsweredByWebSocket) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  executor_.advance(25s);
  EXPECT_EQ(held->body, "2");
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  say("5");
  say("3");
  executor_.advance(24s);
  EXPECT_TRUE(exists(session.sid()));
  executor_.advance(1s);
  EXPECT_EQ(wire_->packets(), (Packets{"3probe", "2"}));
}

TEST_F(SessionUpgrade, AMessageBeforeTheUpgradePacketClosesTheNewSocketOnly) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  ASSERT_TRUE(upgrade(session));
  say("4hello");
  EXPECT_TRUE(wire_->closed);
  EXPECT_TRUE(heard_->messages.empty());
  EXPECT_TRUE(held->pending());
  session.send(make_text_frame("still here"));
  executor_.run();
  EXPECT_EQ(held->body, "4still here");
  EXPECT_TRUE(upgrade(session)) << "the client may try again";
}

TEST_F(SessionUpgrade, WhatCannotBeDecodedClosesTheNewSocketOnly) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  say("abc");
  EXPECT_TRUE(wire_->closed);
  EXPECT_TRUE(exists(session.sid()));
}

TEST_F(SessionUpgrade, TheNewSocketsEndLeavesTheSession) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  end_wire();
  executor_.run();
  EXPECT_TRUE(wire_->destroyed);
  EXPECT_TRUE(get(session)->pending());
  EXPECT_TRUE(upgrade(session));
}

TEST_F(SessionUpgrade, AnUnfinishedOneIsDroppedAfterItsTime) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  executor_.advance(9'999ms);
  EXPECT_FALSE(wire_->closed);
  executor_.advance(1ms);
  EXPECT_TRUE(wire_->closed);
  EXPECT_TRUE(exists(session.sid()));
}

TEST_F(SessionUpgrade, ASecondOneIsRefusedDuringAndAfterTheFirst) {
  SessionImpl& session = open_polling();
  ASSERT_TRUE(upgrade(session));
  EXPECT_FALSE(session.begin_upgrade());
  say("2probe");
  say("5");
  EXPECT_FALSE(session.begin_upgrade());
  say("4hello");
  EXPECT_EQ(heard_->messages, (Packets{"hello"}));
}

TEST_F(SessionUpgrade, TheSessionsCloseClosesBoth) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  ASSERT_TRUE(upgrade(session));
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_TRUE(wire_->closed);
  EXPECT_EQ(held->body, "1");
}

TEST_F(SessionWebSocket, ABodyThatIsStillComingWhenTheUpgradeIsDoneIsRefused) {
  SessionImpl& session = open_polling();
  const auto answered = begin_post(session);
  ASSERT_TRUE(upgrade(session));
  say("2probe");
  say("5");
  EXPECT_EQ(answered->status, 400);
  EXPECT_EQ(answered->body, R"({"code":3,"message":"Bad request"})");
  executor_.run();
  EXPECT_TRUE(heard_->closed.empty());
}

}  // namespace
}  // namespace skat::engineio
