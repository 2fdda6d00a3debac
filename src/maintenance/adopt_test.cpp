#include "maintenance/adopt.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "maintenance/testing/conversation.hpp"
#include "maintenance/verify.hpp"

namespace skat::maintenance {
namespace {

using testing::Conversation;
using testing::room_id;
using testing::World;

namespace fs = std::filesystem;

class Adopt : public ::testing::Test {
 protected:
  AdoptionPlan plan() {
    auto plan = plan_adoption_blocking(*world_.asker, *world_.log, *world_.store, *world_.maintenance, world_.progress);
    EXPECT_TRUE(plan);
    return plan ? std::move(*plan) : AdoptionPlan{};
  }
  static std::string consequences(const AdoptionPlan& plan) {
    std::string all;
    for (const auto& sentence : plan.consequences) all += sentence + "\n";
    return all;
  }
  void adopt(const AdoptionPlan& plan) {
    EXPECT_EQ(plan.refusal, "");
    ASSERT_TRUE(adopt_blocking(*world_.asker, *world_.maintenance, plan));
  }
  VerifyReport verify() {
    return verify_blocking(*world_.asker, *world_.log, *world_.maintenance, world_.progress).value();
  }
  // Everybody says one thing more, and it becomes the event behind the room's head.
  void expect_that_it_goes_on(std::uint64_t events_before) {
    for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "afterwards");
    world_.archive(World::Snapshots::none);
    const auto report = verify();
    EXPECT_EQ(report.findings.count(), 0u) << report.findings.sentences().front();
    EXPECT_EQ(report.events, events_before + 4);
    EXPECT_EQ(report.compared, 4u);
    EXPECT_EQ(report.older_rooms, 4u);
  }
  // The log as it was at `call`, under what the store has become since.
  void lose_log() {
    world_.close();
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(world_.log_path() + end);
    world_.open();
  }

  World world_;
  Conversation talk_{world_};
};

TEST_F(Adopt, AFittingLogIsNotAdopted) {
  talk_.talk();
  world_.archive();
  EXPECT_NE(plan().refusal.find("nothing to adopt"), std::string::npos);
}

TEST_F(Adopt, ALostLogIsFollowedByANewOneFromTheStoredHeads) {
  talk_.talk();
  world_.archive();
  for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "behind the snapshots");
  world_.archive(World::Snapshots::none);
  talk_.say(1, 1, "acknowledged, never archived");
  const auto epochs = std::pair(world_.stored(0).epoch, world_.stored(1).epoch);
  lose_log();
  EXPECT_NE(verify().findings.count(), 0u);
  const auto wanted = plan();
  EXPECT_NE(consequences(wanted).find("is given up at offset"), std::string::npos) << consequences(wanted);
  EXPECT_NE(consequences(wanted).find("resync"), std::string::npos);
  adopt(wanted);
  EXPECT_NE(world_.stored(0).epoch, epochs.first);
  EXPECT_NE(world_.stored(1).epoch, epochs.second);
  EXPECT_EQ(world_.stored(0).log_id, world_.log->log_id());
  expect_that_it_goes_on(Conversation::kTalkEvents + 4);
}

TEST_F(Adopt, ARepeatFromBeforeIsStillADuplicate) {
  talk_.create(1);
  talk_.say(1, 1, "once");
  world_.archive(World::Snapshots::none);
  lose_log();
  adopt(plan());
  talk_.repeat();
  world_.archive();
  EXPECT_EQ(verify().events, 2u);
}

TEST_F(Adopt, AnOlderCopyOfTheLogGoesOnAtItsEnd) {
  talk_.talk();
  world_.archive();
  world_.close();
  const auto copy = world_.directory / "yesterday.sqlite";
  fs::copy_file(world_.log_path(), copy);
  world_.open();
  for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "after the copy");
  world_.archive(World::Snapshots::none);
  const auto end = world_.bounds(0).end;
  lose_log();
  world_.close();
  fs::copy_file(copy, world_.log_path(), fs::copy_options::overwrite_existing);
  world_.open();
  ASSERT_LT(world_.bounds(0).end, end);
  const auto wanted = plan();
  EXPECT_NE(consequences(wanted).find("the log ends at offset"), std::string::npos) << consequences(wanted);
  adopt(wanted);
  EXPECT_EQ(world_.stored(0).next_offset, world_.bounds(0).end.value());
  expect_that_it_goes_on(Conversation::kTalkEvents + 4);
}

TEST_F(Adopt, ALogCutAtItsBeginningGoesOnBehindTheHole) {
  talk_.talk();
  world_.archive();
  for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "lost");
  for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "kept");
  for (std::uint32_t partition = 0; partition < 2; ++partition) {
    const auto next = world_.stored(partition).next_offset;
    const auto end = world_.bounds(partition).end.value();
    world_.trim(partition, next + (end - next) / 2);
    ASSERT_GT(world_.bounds(partition).start.value(), next);
  }
  const auto wanted = plan();
  EXPECT_NE(consequences(wanted).find("are gone from the log and were not archived"), std::string::npos);
  adopt(wanted);
  world_.archive(World::Snapshots::none);
  EXPECT_EQ(verify().events, Conversation::kTalkEvents + 4);
  EXPECT_EQ(verify().findings.count(), 0u);
}

TEST_F(Adopt, OnlyThePartitionThatDoesNotFitGetsANewEpoch) {
  talk_.talk();
  world_.archive();
  World::tamper(world_.store_path(), "UPDATE log_progress SET log_id = 'another' WHERE partition = 1");
  const auto epochs = std::pair(world_.stored(0).epoch, world_.stored(1).epoch);
  adopt(plan());
  EXPECT_EQ(world_.stored(0).epoch, epochs.first);
  EXPECT_NE(world_.stored(1).epoch, epochs.second);
}

TEST_F(Adopt, AStoreThatContradictsItselfIsNotAdopted) {
  talk_.talk();
  world_.archive(World::Snapshots::none);
  World::tamper(world_.store_path(), "DELETE FROM events WHERE seq = 3");
  lose_log();
  EXPECT_NE(plan().refusal.find("does not follow"), std::string::npos);
}

TEST_F(Adopt, AStoreThatHasMovedSinceThePlanIsLeftAlone) {
  talk_.talk();
  world_.archive();
  lose_log();
  const auto wanted = plan();
  World::tamper(world_.store_path(), "UPDATE log_progress SET next_offset = next_offset + 1 WHERE partition = 1");
  EXPECT_EQ(adopt_blocking(*world_.asker, *world_.maintenance, wanted).error(), store::errc::superseded);
  EXPECT_NE(world_.stored(0).log_id, world_.log->log_id());
}

}  // namespace
}  // namespace skat::maintenance
