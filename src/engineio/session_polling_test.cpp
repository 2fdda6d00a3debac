// Sessions on polling: GET, POST, heartbeat, closing.
#include <gtest/gtest.h>

#include "engineio/testing/session_fixture.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;

class SessionPolling : public testing::SessionFixture {};

TEST_F(SessionPolling, TheHandshakeIsAnsweredAtOnceWithTheOpenPacket) {
  SessionImpl& session = open_polling();
  EXPECT_EQ(opened_->status, 200);
  EXPECT_EQ(opened_->body, R"(0{"sid":")" + std::string(session.sid()) +
                               R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
                               R"("maxPayload":1000000})");
  ASSERT_EQ(opened_->headers.size(), 2u);
  EXPECT_EQ(opened_->headers[0].value, "text/plain; charset=UTF-8");
  EXPECT_EQ(opened_->headers[1].name, "cache-control");
  EXPECT_EQ(opened_->headers[1].value, "no-store");
  EXPECT_EQ(table_.counts().polling, 1u);
}

TEST_F(SessionPolling, AGetIsHeldUntilThereIsSomethingToSend) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  executor_.run();
  EXPECT_TRUE(held->pending());
  EXPECT_TRUE(session.writable());
  session.send(make_text_frame("a"));
  EXPECT_FALSE(session.writable());
  session.send(make_binary_frame("\x01\x02"));
  EXPECT_TRUE(held->pending()) << "what is sent in one turn leaves together";
  executor_.run();
  EXPECT_EQ(held->body,
            "4a\x1e"
            "bAQI=");
  EXPECT_FALSE(session.writable());
}

TEST_F(SessionPolling, AGetTakesWhatIsQueuedAtOnce) {
  SessionImpl& session = open_polling();
  session.send({make_text_frame("a"), make_text_frame("b")});
  session.send(make_text_frame("c"));
  const auto answered = get(session);
  EXPECT_EQ(answered->body,
            "4a\x1e"
            "4b\x1e"
            "4c");
  EXPECT_TRUE(get(session)->pending());
}

TEST_F(SessionPolling, APostDeliversItsPacketsInOrderThenSaysOk) {
  SessionImpl& session = open_polling();
  const auto answered = post(session,
                             "4one\x1e"
                             "bAQID\x1e"
                             "4");
  EXPECT_EQ(heard_->messages, (Packets{"one", "b:\x01\x02\x03", ""}));
  EXPECT_EQ(answered->status, 200);
  EXPECT_EQ(answered->body, "ok");
  EXPECT_EQ(answered->headers.at(0).value, "text/html");
}

TEST_F(SessionPolling, ABadPacketClosesTheSessionAfterThePacketsBefore) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  const auto held = get(session);
  const auto answered = post(session,
                             "4one\x1e"
                             "abc\x1e"
                             "4two");
  EXPECT_EQ(answered->status, 400);
  EXPECT_EQ(held->body, "1");
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->messages, (Packets{"one"}));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::parse_error}));
  EXPECT_TRUE(heard_->destroyed);
}

TEST_F(SessionPolling, TooManyPacketsInABodyAreAParseError) {
  config_.max_packets_per_payload = 3;
  SessionImpl& session = open_polling();
  EXPECT_EQ(post(session,
                 "4\x1e"
                 "4\x1e"
                 "4")
                ->status,
            200);
  EXPECT_EQ(post(session,
                 "4\x1e"
                 "4\x1e"
                 "4\x1e"
                 "4")
                ->status,
            400);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::parse_error}));
}

TEST_F(SessionPolling, ABodyMayFollowItsRequest) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  const auto answered = begin_post(session);
  EXPECT_TRUE(answered->pending());
  answered->end_body(
      "4one\x1e"
      "4two");
  EXPECT_EQ(heard_->messages, (Packets{"one", "two"}));
  EXPECT_EQ(answered->body, "ok");
  EXPECT_TRUE(held->pending()) << "a POST never blocks a GET";
  EXPECT_EQ(post(session, "4three")->body, "ok");
  const auto bad = begin_post(session);
  bad->end_body("");
  EXPECT_EQ(bad->status, 400);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::parse_error}));
}

TEST_F(SessionPolling, ASecondPostWhileABodyIsComingClosesTheSessionAndCutsTheFirst) {
  for (const bool second_follows : {false, true}) {
    heard_ = std::make_shared<testing::Heard>();
    SessionImpl& session = open_polling();
    const std::string sid(session.sid());
    const auto held = get(session);
    const auto first = begin_post(session);
    const auto second = second_follows ? begin_post(session) : post(session, "4second");
    EXPECT_EQ(second->status, 400);
    EXPECT_EQ(second->body, "");
    EXPECT_TRUE(first->cut);
    EXPECT_FALSE(first->status);
    EXPECT_EQ(held->body, "1");
    EXPECT_FALSE(exists(sid));
    first->end_body("4first");
    executor_.run();
    EXPECT_TRUE(heard_->messages.empty());
    EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_error}));
  }
}

TEST_F(SessionPolling, APostThatIsLostInTheMiddleOfItsBodyClosesTheSession) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  begin_post(session)->lose();
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_error}));
}

TEST_F(SessionPolling, ABodyPastTheLimitIs413AndTheSessionLivesOn) {
  config_.max_payload_bytes = 10;
  SessionImpl& session = open_polling();
  const std::string most = "4123456789";
  EXPECT_EQ(post(session, most)->status, 200);
  const auto too_large = post(session, most + "x");
  EXPECT_EQ(too_large->status, 413);
  EXPECT_EQ(too_large->body, "");
  const auto followed = begin_post(session);
  followed->end_body(most);
  EXPECT_EQ(followed->status, 200);
  for (const auto& body : {std::optional(most + "x"), std::optional<std::string>()}) {
    const auto refused = begin_post(session);
    refused->end_body(body);
    EXPECT_EQ(refused->status, 413);
  }
  EXPECT_EQ(post(session, "4on")->body, "ok");
  EXPECT_EQ(heard_->messages, (Packets{"123456789", "123456789", "on"}));
}

TEST_F(SessionPolling, ABodyThatIsStillComingWhenTheSessionEndsIsCut) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  executor_.advance(25s);
  const auto answered = begin_post(session);
  executor_.advance(20s);
  EXPECT_TRUE(answered->cut);
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::ping_timeout}));
}

TEST_F(SessionPolling, ABodyThatComesWhileTheSessionClosesIsAnsweredAndIgnored) {
  SessionImpl& session = open_polling();
  const auto answered = begin_post(session);
  session.close(CloseReason::forced_close);
  executor_.run();
  answered->end_body("4late");
  EXPECT_EQ(answered->body, "ok");
  EXPECT_TRUE(heard_->messages.empty());
}

TEST_F(SessionPolling, ASecondGetClosesTheSession) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  const auto first = get(session);
  const auto second = get(session);
  EXPECT_EQ(second->status, 400);
  EXPECT_EQ(second->body, "");
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "1");
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_error}));
  EXPECT_EQ(table_.counts().polling, 0u);
}

TEST_F(SessionPolling, AnAbortedGetClosesTheSession) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  get(session)->lose();
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_error}));
}

TEST_F(SessionPolling, ARequestOfABadKindClosesTheSessionAndIsAnswered) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  const auto held = get(session);
  const auto answered = std::make_shared<testing::Answered>();
  testing::FakeAnswer answer(answered);
  session.on_bad_request(answer);
  EXPECT_EQ(answered->status, 400);
  EXPECT_EQ(held->body, "1");
  EXPECT_FALSE(exists(sid));
}

TEST_F(SessionPolling, ThePingComesByTheHeldGet) {
  SessionImpl& session = open_polling();
  for (int round = 0; round < 3; ++round) {
    const auto held = get(session);
    executor_.advance(25s);
    EXPECT_EQ(held->body, "2");
    EXPECT_EQ(post(session, "3")->body, "ok");
  }
  EXPECT_TRUE(exists(session.sid()));
}

TEST_F(SessionPolling, WithoutAPongAHeldGetIsClosedAndTheSessionGone) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  executor_.advance(25s);
  EXPECT_EQ(get(session)->body, "2");
  const auto held = get(session);
  executor_.advance(20s);
  EXPECT_EQ(held->body, "1");
  EXPECT_FALSE(exists(sid));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::ping_timeout}));
}

TEST_F(SessionPolling, ThePongTimerStartsWhenThePingIsQueuedNotWhenItIsFetched) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  executor_.advance(44'999ms);
  EXPECT_EQ(get(session)->body, "2");
  executor_.advance(1ms);
  EXPECT_FALSE(exists(sid));
}

// An executor whose timers are late.
class LateExecutor final : public base::Executor {
 public:
  void post(Task task) override { inner_.post(std::move(task)); }
  TimerId after(base::Duration delay, Task task) override { return inner_.after(delay, std::move(task)); }
  void cancel(TimerId id) override { inner_.cancel(id); }
  base::SteadyTime now() const override { return inner_.now() + lateness; }
  bool in_this_thread() const override { return true; }

  base::Duration lateness{};

 private:
  base::testing::ManualExecutor inner_;
};

TEST(SessionTable, FindsNoSessionWhoseTimeIsUpThoughItsTimerIsLate) {
  const Config config;
  LateExecutor executor;
  SessionTable table(config, executor);
  const Sid made = make_sid({});
  const std::string_view sid = made.text();
  SessionImpl& session = table.add(std::make_unique<SessionImpl>(table, made, TransportKind::polling, HandshakeInfo{}));
  session.start(std::make_unique<PollingTransport>(config, session));
  executor.lateness = 25s + 20ms;
  EXPECT_NE(table.find(sid), nullptr) << "its ping is due";
  executor.lateness = 45s - 1ms;
  EXPECT_NE(table.find(sid), nullptr);
  executor.lateness = 45s;
  EXPECT_EQ(table.find(sid), nullptr);
}

TEST_F(SessionPolling, TheClientsCloseAnswersTheHeldGetWithANoop) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  const auto held = get(session);
  EXPECT_EQ(post(session,
                 "4last\x1e"
                 "1\x1e"
                 "4ignored")
                ->body,
            "ok");
  EXPECT_EQ(held->body, "6");
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->messages, (Packets{"last"}));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::transport_close}));
}

TEST_F(SessionPolling, ACloseWithAGetHeldAnswersItWithTheClosePacket) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  const auto held = get(session);
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_EQ(held->body, "1");
  EXPECT_FALSE(exists(sid));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::forced_close}));
}

TEST_F(SessionPolling, ACloseWithoutAGetFlushesThenSaysNoopAndClose) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  session.send(make_text_frame("last"));
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::forced_close})) << "the listener does not wait for the flush";
  EXPECT_TRUE(heard_->destroyed);
  executor_.advance(29s);
  session.send(make_text_frame("too late"));
  EXPECT_EQ(get(session)->body, "4last");
  EXPECT_EQ(get(session)->body,
            "6\x1e"
            "1");
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed.size(), 1u);
}

TEST_F(SessionPolling, AClosingSessionWaitsThirtySecondsAtMost) {
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  session.close(CloseReason::forced_close);
  executor_.advance(29'999ms);
  EXPECT_TRUE(exists(sid));
  executor_.advance(1ms);
  EXPECT_FALSE(exists(sid));
}

TEST_F(SessionPolling, FramesSentBeforeACloseInTheSameTurnAreFlushed) {
  SessionImpl& session = open_polling();
  const auto held = get(session);
  session.send(make_text_frame("last"));
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_EQ(held->body, "4last");
  EXPECT_EQ(get(session)->body,
            "6\x1e"
            "1");
}

TEST_F(SessionPolling, PostsToAClosingSessionAreAnsweredAndIgnored) {
  SessionImpl& session = open_polling();
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_EQ(post(session, "4late")->body, "ok");
  EXPECT_TRUE(heard_->messages.empty());
}

TEST_F(SessionPolling, ASlowConsumerIsClosedAtTheLimitOfFrames) {
  config_.max_send_queue_frames = 3;
  SessionImpl& session = open_polling();
  const std::string sid(session.sid());
  for (int i = 0; i < 3; ++i) session.send(make_text_frame("x"));
  EXPECT_TRUE(exists(sid));
  session.send(make_text_frame("x"));
  session.send(make_text_frame("after the end"));
  EXPECT_FALSE(exists(sid));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::slow_consumer}));
  EXPECT_EQ(table_.counts().slow_consumers, 1u);
}

TEST_F(SessionPolling, ASlowConsumerIsClosedAtTheLimitOfBytes) {
  config_.max_send_queue_bytes = 100;
  SessionImpl& session = open_polling();
  session.send(make_text_frame(std::string(90, 'x')));
  session.send(make_text_frame(std::string(90, 'x')));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::slow_consumer}));
}

TEST_F(SessionPolling, AHeldGetTakesTheQueueBeforeItsLimitCounts) {
  config_.max_send_queue_frames = 3;
  SessionImpl& session = open_polling();
  const auto held = get(session);
  for (int i = 0; i < 4; ++i) session.send(make_text_frame("x"));
  EXPECT_EQ(held->body,
            "4x\x1e"
            "4x\x1e"
            "4x\x1e"
            "4x");
  executor_.run();
  EXPECT_TRUE(exists(session.sid()));
}

TEST_F(SessionPolling, AListenerMayCloseFromInsideACall) {
  SessionImpl& session = open_polling();
  heard_->on_text = [&session](std::string_view) {
    session.send(make_text_frame("bye"));
    session.close(CloseReason::forced_close);
  };
  EXPECT_EQ(post(session,
                 "4a\x1e"
                 "4b")
                ->body,
            "ok");
  EXPECT_TRUE(heard_->closed.empty()) << "on_close comes later in the turn";
  EXPECT_EQ(heard_->messages, (Packets{"a"}));
  executor_.run();
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::forced_close}));
  EXPECT_EQ(get(session)->body, "4bye");
}

TEST_F(SessionPolling, AListenerMayUseOtherSessionsWhileItsOwnEnds) {
  SessionImpl& other = open_polling();
  const auto other_heard = std::exchange(heard_, std::make_shared<testing::Heard>());
  const auto held = get(other);
  SessionImpl& session = open_polling();
  heard_->on_close = [&other] {
    other.send(make_text_frame("left"));
    other.close(CloseReason::forced_close);
  };
  session.close(CloseReason::forced_close);
  executor_.run();
  EXPECT_EQ(held->body, "4left");
  EXPECT_EQ(other_heard->closed, (std::vector{CloseReason::forced_close}));
}

TEST_F(SessionPolling, CloseAllEndsEverySession) {
  open_polling();
  const auto first = std::exchange(heard_, std::make_shared<testing::Heard>());
  open_websocket();
  table_.close_all(CloseReason::server_shutting_down);
  executor_.run();
  EXPECT_EQ(first->closed, (std::vector{CloseReason::server_shutting_down}));
  EXPECT_EQ(heard_->closed, (std::vector{CloseReason::server_shutting_down}));
  EXPECT_TRUE(wire_->closed);
}

}  // namespace
}  // namespace skat::engineio
