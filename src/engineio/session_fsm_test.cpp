#include "engineio/session_fsm.hpp"

#include <gtest/gtest.h>

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;
using enum PacketType;

constexpr Packet kProbe{PacketType::ping, false, "probe"};
constexpr Packet kUpgrade{PacketType::upgrade, false, {}};

class SessionFsmTest : public testing::Test {
 protected:
  SessionFsm make(TransportKind transport) {
    SessionFsm fsm(config_, transport);
    fsm.start(at(0ms));
    return fsm;
  }
  static base::SteadyTime at(base::Duration since_start) { return base::SteadyTime{} + since_start; }

  Config config_;  // 25 s, 20 s; upgrade 10 s; closing 30 s
};

// ---- heartbeat

TEST_F(SessionFsmTest, PingsOneIntervalAfterTheOpenPacket) {
  auto fsm = make(TransportKind::polling);
  EXPECT_EQ(fsm.deadline(), at(25s));
  EXPECT_FALSE(fsm.on_deadline(at(24'999ms)).send_ping);
  EXPECT_TRUE(fsm.on_deadline(at(25s)).send_ping);
  EXPECT_EQ(fsm.wait(), SessionFsm::Wait::pong);
}

TEST_F(SessionFsmTest, ClosesWhenPongIsLate) {
  auto fsm = make(TransportKind::websocket);
  (void)fsm.on_deadline(at(25s));
  EXPECT_EQ(fsm.deadline(), at(45s));
  EXPECT_EQ(fsm.on_deadline(at(44'999ms)).end, std::nullopt);
  EXPECT_EQ(fsm.on_deadline(at(45s)).end, CloseReason::ping_timeout);
  EXPECT_TRUE(fsm.ended());
}

TEST_F(SessionFsmTest, TheNextPingCountsFromThePong) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.on_deadline(at(25s));
  (void)fsm.on_packet(pong, at(31s));
  EXPECT_EQ(fsm.wait(), SessionFsm::Wait::ping_due);
  EXPECT_EQ(fsm.deadline(), at(56s));
}

TEST_F(SessionFsmTest, ATimerRoundedByTheWheelDoesNotDelayTheTimeout) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.on_deadline(at(25'050ms));
  EXPECT_EQ(fsm.deadline(), at(45s));
}

TEST_F(SessionFsmTest, ABusyLoopDoesNotTakeThePeersTime) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.on_deadline(at(30s));
  EXPECT_EQ(fsm.deadline(), at(50s));
}

TEST_F(SessionFsmTest, TrafficRestartsThePongTimerOncePerPing) {
  auto fsm = make(TransportKind::websocket);
  (void)fsm.on_deadline(at(25s));
  EXPECT_TRUE(fsm.on_packet(message, at(40s)).deliver);
  EXPECT_EQ(fsm.deadline(), at(60s));
  EXPECT_TRUE(fsm.on_packet(message, at(50s)).deliver);
  EXPECT_EQ(fsm.deadline(), at(60s));
  (void)fsm.on_packet(pong, at(55s));
  (void)fsm.on_deadline(at(80s));
  (void)fsm.on_packet(message, at(90s));
  EXPECT_EQ(fsm.deadline(), at(110s));
}

TEST_F(SessionFsmTest, TrafficDoesNotDelayThePing) {
  auto fsm = make(TransportKind::websocket);
  (void)fsm.on_packet(message, at(24s));
  EXPECT_EQ(fsm.deadline(), at(25s));
}

TEST_F(SessionFsmTest, APongNobodyAskedForIsAccepted) {
  auto fsm = make(TransportKind::websocket);
  const Step step = fsm.on_packet(pong, at(10s));
  EXPECT_EQ(step.end, std::nullopt);
  EXPECT_EQ(fsm.deadline(), at(35s));
}

TEST_F(SessionFsmTest, APingFromTheClientIsFatal) {
  auto fsm = make(TransportKind::websocket);
  EXPECT_EQ(fsm.on_packet(ping, at(1s)).end, CloseReason::transport_error);
}

TEST_F(SessionFsmTest, IgnoresPacketsThatOnlyTheServerSends) {
  auto fsm = make(TransportKind::websocket);
  for (const PacketType type : {PacketType::open, noop, PacketType::upgrade}) {
    const Step step = fsm.on_packet(type, at(1s));
    EXPECT_FALSE(step.deliver);
    EXPECT_EQ(step.end, std::nullopt);
  }
}

// ---- upgrade

TEST_F(SessionFsmTest, TheProbeIsAnsweredAndEndsTheHeldGet) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  const Step step = fsm.on_upgrade_packet(kProbe);
  EXPECT_TRUE(step.answer_probe);
  EXPECT_TRUE(step.release_poll);
  EXPECT_FALSE(step.take_upgrade);
  EXPECT_EQ(fsm.transport(), TransportKind::polling);
}

TEST_F(SessionFsmTest, AGetAfterTheProbeIsAnsweredAtOnce) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::empty), PollAnswer::hold);
  (void)fsm.on_upgrade_packet(kProbe);
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::empty), PollAnswer::noop);
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::filled), PollAnswer::queued);
}

TEST_F(SessionFsmTest, EveryProbeIsAnswered) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  EXPECT_TRUE(fsm.on_upgrade_packet(kProbe).answer_probe);
  EXPECT_TRUE(fsm.on_upgrade_packet(kProbe).answer_probe);
}

TEST_F(SessionFsmTest, TheUpgradePacketSwitchesTheTransport) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  (void)fsm.on_upgrade_packet(kProbe);
  EXPECT_TRUE(fsm.on_upgrade_packet(kUpgrade).take_upgrade);
  EXPECT_EQ(fsm.transport(), TransportKind::websocket);
  EXPECT_FALSE(fsm.on_upgrade_deadline(at(20s)).drop_upgrade);
}

TEST_F(SessionFsmTest, AnythingElseBeforeTheUpgradePacketClosesTheNewSocketOnly) {
  const Packet others[] = {{message, false, "hello"},      {ping, false, {}},
                           {ping, false, "other"},         {pong, false, "probe"},
                           {PacketType::close, false, {}}, kUpgrade};
  for (const Packet& other : others) {
    auto fsm = make(TransportKind::polling);
    ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
    const Step step = fsm.on_upgrade_packet(other);
    EXPECT_TRUE(step.drop_upgrade);
    EXPECT_FALSE(step.deliver);
    EXPECT_EQ(step.end, std::nullopt);
    EXPECT_TRUE(fsm.open());
    EXPECT_TRUE(fsm.begin_upgrade(at(2s))) << "the client may try again";
  }
}

TEST_F(SessionFsmTest, AnUnfinishedUpgradeEndsWithItsTime) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  (void)fsm.on_upgrade_packet(kProbe);
  EXPECT_EQ(fsm.upgrade_deadline(), at(11s));
  EXPECT_FALSE(fsm.on_upgrade_deadline(at(10'999ms)).drop_upgrade);
  EXPECT_TRUE(fsm.on_upgrade_deadline(at(11s)).drop_upgrade);
  EXPECT_TRUE(fsm.open());
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::empty), PollAnswer::hold);
}

TEST_F(SessionFsmTest, ASecondUpgradeIsRefusedWhateverTheStateIs) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  EXPECT_FALSE(fsm.begin_upgrade(at(1s)));
  (void)fsm.on_upgrade_packet(kProbe);
  (void)fsm.on_upgrade_packet(kUpgrade);
  EXPECT_FALSE(fsm.begin_upgrade(at(2s)));
  EXPECT_FALSE(make(TransportKind::websocket).begin_upgrade(at(1s)));
  auto closing = make(TransportKind::polling);
  (void)closing.close(CloseReason::forced_close, at(1s));
  EXPECT_FALSE(closing.begin_upgrade(at(1s)));
}

TEST_F(SessionFsmTest, TheHeartbeatRunsOnAcrossAnUpgrade) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(24s)));
  (void)fsm.on_upgrade_packet(kProbe);
  EXPECT_TRUE(fsm.on_deadline(at(25s)).send_ping);
  (void)fsm.on_upgrade_packet(kUpgrade);
  (void)fsm.on_packet(pong, at(26s));
  EXPECT_EQ(fsm.deadline(), at(51s));
}

TEST_F(SessionFsmTest, TheEndOfTheSessionEndsAnUpgradeToo) {
  auto fsm = make(TransportKind::polling);
  ASSERT_TRUE(fsm.begin_upgrade(at(1s)));
  const Step step = fsm.on_transport_end(CloseReason::transport_error);
  EXPECT_TRUE(step.drop_upgrade);
  EXPECT_EQ(step.end, CloseReason::transport_error);
  EXPECT_FALSE(fsm.on_upgrade_packet(kProbe).answer_probe);
}

// ---- closing

TEST_F(SessionFsmTest, TheClientsCloseReleasesTheHeldGet) {
  auto fsm = make(TransportKind::polling);
  const Step step = fsm.on_packet(PacketType::close, at(1s));
  EXPECT_TRUE(step.release_poll);
  EXPECT_EQ(step.end, CloseReason::transport_close);
}

TEST_F(SessionFsmTest, TheClientsCloseOnWebSocketEndsTheSession) {
  auto fsm = make(TransportKind::websocket);
  const Step step = fsm.on_packet(PacketType::close, at(1s));
  EXPECT_FALSE(step.release_poll);
  EXPECT_EQ(step.end, CloseReason::transport_close);
}

TEST_F(SessionFsmTest, AnOrderlyCloseOnWebSocketIsDoneAtOnce) {
  auto fsm = make(TransportKind::websocket);
  EXPECT_EQ(fsm.close(CloseReason::forced_close, at(1s)).end, CloseReason::forced_close);
}

TEST_F(SessionFsmTest, AnOrderlyCloseOnPollingFlushesThenCloses) {
  auto fsm = make(TransportKind::polling);
  const Step step = fsm.close(CloseReason::forced_close, at(1s));
  EXPECT_TRUE(step.begin_closing);
  EXPECT_EQ(step.end, std::nullopt);
  EXPECT_FALSE(fsm.open());
  EXPECT_EQ(fsm.answer_poll(Poll::held, Queue::empty), PollAnswer::close);
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::filled), PollAnswer::queued);
  EXPECT_EQ(fsm.answer_poll(Poll::arrived, Queue::empty), PollAnswer::noop_and_close);
  EXPECT_EQ(fsm.on_closed_by_poll().end, CloseReason::forced_close);
}

TEST_F(SessionFsmTest, ClosingWaitsThirtySecondsForAGet) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.close(CloseReason::server_shutting_down, at(1s));
  EXPECT_EQ(fsm.on_deadline(at(30'999ms)).end, std::nullopt);
  EXPECT_EQ(fsm.on_deadline(at(31s)).end, CloseReason::server_shutting_down);
}

TEST_F(SessionFsmTest, WhileClosingMessagesAreIgnoredAndTheReasonStands) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.close(CloseReason::forced_close, at(1s));
  EXPECT_FALSE(fsm.on_packet(message, at(2s)).deliver);
  EXPECT_EQ(fsm.on_packet(ping, at(2s)).end, std::nullopt);
  EXPECT_FALSE(fsm.close(CloseReason::slow_consumer, at(2s)).begin_closing);
  EXPECT_EQ(fsm.on_transport_end(CloseReason::transport_error).end, CloseReason::forced_close);
}

TEST_F(SessionFsmTest, AnEndedSessionDoesNothing) {
  auto fsm = make(TransportKind::polling);
  (void)fsm.on_transport_end(CloseReason::parse_error);
  EXPECT_FALSE(fsm.on_packet(message, at(1s)).deliver);
  EXPECT_EQ(fsm.on_packet(PacketType::close, at(1s)).end, std::nullopt);
  EXPECT_EQ(fsm.on_transport_end(CloseReason::transport_error).end, std::nullopt);
  EXPECT_EQ(fsm.close(CloseReason::forced_close, at(1s)).end, std::nullopt);
  EXPECT_EQ(fsm.on_deadline(at(1h)).end, std::nullopt);
  EXPECT_FALSE(fsm.begin_upgrade(at(1s)));
}

}  // namespace
}  // namespace skat::engineio
