#include "socketio/recovery_store.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"

namespace skat::socketio {
namespace {

using std::chrono::milliseconds;
using Rooms = std::vector<RoomName>;

class RecoveryStoreTest : public ::testing::Test {
 protected:
  // The offset of a packet to these rooms.
  std::string send(Rooms rooms = {}, Rooms except = {}, std::size_t bytes = 1) {
    auto offset = store_->next_offset();
    store_->append({std::move(rooms), std::move(except)},
                   {engineio::make_text_frame(std::string(bytes, 'x') + offset)});
    return offset;
  }
  std::string lose(const std::string& sid, Rooms rooms = {}) {
    auto pid = RecoveryStore::make_pid();
    store_->keep({pid, sid, std::move(rooms), nullptr});
    return pid;
  }
  void restart() { store_ = std::make_unique<RecoveryStore>(config_, loop_); }
  // How many packets the session would get; nothing if it cannot be recovered.
  std::optional<std::size_t> returns(const std::string& pid, const std::string& offset) {
    const auto taken = store_->take(pid, offset);
    if (!taken) return std::nullopt;
    const auto missed = store_->missed(taken->session, taken->seen);
    if (!missed) return std::nullopt;
    return missed->size();
  }

  RecoveryConfig config_;
  base::testing::ManualExecutor loop_;
  std::unique_ptr<RecoveryStore> store_ = std::make_unique<RecoveryStore>(config_, loop_);
};

TEST_F(RecoveryStoreTest, GivesWhatCameAfterTheOffsetToTheRoomsOfTheSession) {
  const auto pid = lose("sid", {"sid", "a", "b"});
  const auto seen = send();
  send();                // to all
  send({"a", "z"});      // to one of its rooms
  send({"sid"});         // to itself
  send({"z"});           // elsewhere
  send({}, {"b"});       // without one of its rooms
  send({"a"}, {"sid"});  // without itself
  const auto taken = store_->take(pid, seen);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->session.sid, "sid");
  EXPECT_EQ(taken->session.rooms, (Rooms{"sid", "a", "b"}));
  EXPECT_EQ(store_->missed(taken->session, taken->seen)->size(), 3U);
}

TEST_F(RecoveryStoreTest, APidIsGoodOnce) {
  const auto seen = send();
  const auto pid = lose("sid");
  EXPECT_EQ(returns(pid, seen), 0U);
  EXPECT_EQ(returns(pid, seen), std::nullopt);
  EXPECT_EQ(store_->sessions(), 0U);
}

TEST_F(RecoveryStoreTest, APidIsA168BitSecretOfWhichEveryPartCounts) {
  const auto seen = send();
  const auto pid = lose("sid");
  EXPECT_EQ(pid.size(), 28U);
  for (std::size_t i = 0; i < pid.size(); ++i) {
    auto wrong = pid;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(returns(wrong, seen), std::nullopt) << i;
  }
  for (const auto& wrong : {pid.substr(0, 27), pid + "A", pid.substr(0, 8), std::string()}) {
    EXPECT_EQ(returns(wrong, seen), std::nullopt) << wrong;
  }
  EXPECT_EQ(returns(pid, seen), 0U) << "wrong guesses do not use it up";
}

TEST_F(RecoveryStoreTest, AnOffsetThatIsNotOursIsUnknown) {
  const auto seen = send();
  const auto epoch = seen.substr(0, 9);
  for (const auto& wrong :
       {std::string(), std::string("1"), epoch, epoch + "2", epoch + "x", epoch + "1x", epoch + "-1",
        epoch + "99999999999999999999999", "AAAAAAAA.1" + std::string(), epoch.substr(0, 8) + "1"}) {
    EXPECT_EQ(returns(lose("sid"), wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(returns(lose("sid"), seen), 0U);
  RecoveryStore other(config_, loop_);
  EXPECT_NE(other.next_offset().substr(0, 8), epoch.substr(0, 8));
}

TEST_F(RecoveryStoreTest, ASessionIsForgottenAfterItsTime) {
  const auto seen = send();
  const auto early = lose("early");
  loop_.advance(milliseconds(1));
  const auto late = lose("late");
  loop_.advance(config_.max_disconnection_duration - milliseconds(1));
  EXPECT_EQ(returns(early, seen), std::nullopt);
  EXPECT_EQ(returns(late, seen), 0U);
}

TEST_F(RecoveryStoreTest, HoldsNothingWhenItsTimeIsUp) {
  send();
  lose("sid");
  loop_.advance(3 * config_.max_disconnection_duration);
  EXPECT_EQ(store_->sessions(), 0U);
  EXPECT_EQ(store_->packets(), 0U);
  EXPECT_EQ(loop_.timer_count(), 0U);
}

TEST_F(RecoveryStoreTest, AnOldOffsetIsGoodWhileNothingCameAfterIt) {
  const auto seen = send();
  loop_.advance(3 * config_.max_disconnection_duration);
  EXPECT_EQ(returns(lose("sid"), seen), 0U);
  send();
  loop_.advance(3 * config_.max_disconnection_duration);
  EXPECT_EQ(returns(lose("sid"), seen), std::nullopt) << "the packet behind it is gone";
}

TEST_F(RecoveryStoreTest, OneSessionTooManyForgetsTheOldest) {
  config_.max_sessions = 2;
  restart();
  const auto seen = send();
  const auto first = lose("1"), second = lose("2"), third = lose("3");
  EXPECT_EQ(returns(first, seen), std::nullopt);
  EXPECT_EQ(returns(second, seen), 0U);
  EXPECT_EQ(returns(third, seen), 0U);
}

TEST_F(RecoveryStoreTest, SessionsPastTheByteLimitForgetTheOldest) {
  config_.max_session_bytes = 4'000;
  restart();
  const auto seen = send();
  const auto first = lose("1", {RoomName(1'500, 'r')}), second = lose("2", {RoomName(1'500, 'r')});
  EXPECT_EQ(store_->sessions(), 2U);
  lose("3", {RoomName(1'500, 'r')});
  EXPECT_EQ(store_->sessions(), 2U);
  EXPECT_EQ(returns(first, seen), std::nullopt);
  EXPECT_EQ(returns(second, seen), 0U);
  lose("4", {RoomName(5'000, 'r')});
  EXPECT_EQ(store_->sessions(), 0U) << "too large by itself";
}

TEST_F(RecoveryStoreTest, OnePacketTooManyForgetsTheOldest) {
  config_.max_packets = 2;
  restart();
  const auto first = send(), second = send();
  send();
  EXPECT_EQ(returns(lose("sid"), first), 2U) << "all that came after it is here";
  send();
  EXPECT_EQ(returns(lose("sid"), first), std::nullopt);
  EXPECT_EQ(returns(lose("sid"), second), 2U);
}

TEST_F(RecoveryStoreTest, PacketsPastTheByteLimitForgetTheOldest) {
  config_.max_packet_bytes = 4'000;
  restart();
  const auto first = send({}, {}, 1'500);
  send({}, {}, 1'500);
  EXPECT_EQ(store_->packets(), 2U);
  send({}, {}, 1'500);
  EXPECT_EQ(store_->packets(), 2U);
  send({}, {}, 5'000);
  EXPECT_EQ(store_->packets(), 0U);
  EXPECT_EQ(returns(lose("sid"), first), std::nullopt);
}

TEST_F(RecoveryStoreTest, AClientThatMissedTooMuchIsNotRecovered) {
  config_.max_missed_packets = 2;
  config_.max_missed_bytes = 2'000;
  restart();
  const auto seen = send();
  send();
  send();
  EXPECT_EQ(returns(lose("sid"), seen), 2U);
  const auto third = send();
  EXPECT_EQ(returns(lose("sid"), seen), std::nullopt);
  send({}, {}, 1'000);
  EXPECT_EQ(returns(lose("sid"), third), 1U);
  send({}, {}, 1'000);
  EXPECT_EQ(returns(lose("sid"), third), std::nullopt);
}

}  // namespace
}  // namespace skat::socketio
