#include "chat/node.hpp"

#include <gtest/gtest.h>

#include "chat/testing/chat_world.hpp"
#include "log/errc.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::MemoryLog;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;
using testing::seqs;

TEST(Node, AnEmptyHouseGetsItsLobbyOnce) {
  ChatWorld world;
  for (int i = 0; i < 3; ++i) {
    world.start();
    const Identity ada = world.guest("Ada");
    const auto page = world.history({model::kLobby, ada.user, {}, {}, 10});
    EXPECT_EQ(page->head, model::Seq{1});
    EXPECT_EQ(page->events.at(0)->sender, model::kSystemUser);
    world.stop();
  }
  EXPECT_EQ(world.log_disk.partitions[0].entries.size(), 1u);
}

TEST(Node, ALobbyWhoseAppendWasNotSeenIsStillMadeOnce) {
  ChatWorld world;
  for (std::uint64_t operations = 1; operations < 8; ++operations) {
    world.boot();
    world.power.cut_after(operations);
    world.node().start([](const result<void>&) {});
    world.advance(seconds(1));
  }
  world.start();
  const Identity ada = world.guest("Ada");
  EXPECT_EQ(world.history({model::kLobby, ada.user, {}, {}, 10})->head, model::Seq{1});
}

TEST(Node, UntilItIsReadyEverythingIsUnavailable) {
  ChatWorld world;
  world.boot();
  EXPECT_EQ(world.authenticate({"Ada", std::nullopt, false}).error(), errc::unavailable);
  EXPECT_EQ(world.send({}, model::kLobby, "x").error(), errc::unavailable);
  EXPECT_EQ(world.history({model::kLobby, {}, {}, {}, 10}).error(), errc::unavailable);
}

TEST(Node, ItWaitsForTheStoreAndTheLogToCome) {
  ChatWorld world;
  world.boot();
  world.life->store.away = true;
  world.life->log.mode = MemoryLog::Mode::away;
  bool ready = false;
  world.node().start([&](const result<void>& outcome) { ready = outcome.has_value(); });
  world.advance(seconds(30));
  EXPECT_FALSE(ready);
  world.life->store.away = false;
  world.advance(seconds(10));
  EXPECT_FALSE(ready) << "the lobby is missing";
  world.life->log.mode = MemoryLog::Mode::up;
  world.advance(seconds(10));
  EXPECT_TRUE(ready);
}

TEST(Node, ItIsReadyOnlyWhenItHasFoldedUpToTheLogsEnd) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->store.fail_archives = ~std::size_t{0};
  for (std::uint64_t n = 1; n <= 2'500; ++n) ASSERT_TRUE(world.send(ada, model::kLobby, "x", n));
  world.boot();
  bool ready = false;
  world.node().start([&](const result<void>&) {
    ready = true;
    EXPECT_EQ(world.node().stats().events, 2'501u);
  });
  world.advance(seconds(1));
  EXPECT_TRUE(ready);
}

TEST(Node, LoadingWaitsForTheStoreWhenMoreIsUnarchivedThanItMayHold) {
  Config config;
  config.max_unarchived_events = 1'500;
  ChatWorld world(config);
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->store.fail_archives = ~std::size_t{0};
  std::uint64_t n = 0;
  while (world.send(ada, model::kLobby, "x", ++n)) {
  }
  world.config.max_unarchived_events = 1'000;
  world.boot();
  world.life->store.fail_archives = 1;
  bool ready = false;
  world.node().start([&](const result<void>&) { ready = true; });
  world.run();
  EXPECT_FALSE(ready);
  EXPECT_LE(world.node().stats().archive_lag, 1'000u);
  world.advance(seconds(5));
  EXPECT_TRUE(ready);
}

TEST(Node, WhatWasAckedIsThereAfterAKill) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  const auto acked = world.send(ada, model::kLobby, "not archived yet", 1);
  ASSERT_TRUE(acked);
  world.start();  // no stop
  const auto page = world.history({model::kLobby, ada.user, {}, {}, 10});
  EXPECT_EQ(seqs(page->events), numbers(1, 2));
  EXPECT_EQ(world.send(ada, model::kLobby, "not archived yet", 1)->seq, acked->seq);
}

TEST(Node, AnotherLogUnderTheStoreIsRefused) {
  ChatWorld world;
  world.start();
  world.stop();
  world.log_disk.id = "log-2";
  world.boot();
  EXPECT_EQ(world.try_start().error(), condition::corrupt);
}

TEST(Node, ALogThatEndsBeforeTheStoresPositionIsRefused) {
  ChatWorld world;
  world.start();
  world.stop();
  world.log_disk.partitions[0].entries.clear();
  world.log_disk.partitions[0].next_offset = 1;
  world.boot();
  EXPECT_EQ(world.try_start().error(), condition::corrupt);
}

TEST(Node, ALogThatLostWhatTheStoreLacksIsRefused) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->store.fail_archives = ~std::size_t{0};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "x"));
  auto& entries = world.log_disk.partitions[0].entries;
  while (entries.size() > 1) entries.pop_front();
  world.boot();
  EXPECT_EQ(world.try_start().error(), condition::corrupt);
}

TEST(Node, AnotherPartitionCountUnderTheStoreIsRefused) {
  ChatWorld world({}, 3);
  world.start();
  world.stop();
  world.log_disk.partitions.resize(4);
  world.boot();
  EXPECT_EQ(world.try_start().error(), condition::corrupt);
}

TEST(Node, RoomsOfManyPartitionsWorkAlike) {
  ChatWorld world({}, 5);
  world.start();
  const Identity ada = world.guest("Ada");
  std::vector<model::RoomId> rooms;
  for (int i = 0; i < 100; ++i) rooms.push_back(world.create(ada, "room " + std::to_string(i))->id);
  for (const auto& room : rooms) {
    ASSERT_TRUE(world.open(0, room, ada));
    ASSERT_TRUE(world.send(ada, room, "x"));
  }
  world.stop();
  world.start();
  for (const auto& room : rooms) EXPECT_EQ(seqs(world.whole_history(room, ada.user, 1)), numbers(1, 2));
  for (const auto& partition : world.log_disk.partitions) EXPECT_FALSE(partition.entries.empty());
}

TEST(Node, BytesThatAreNoRecordTakeNoNumberAndGoToTheDeadLetters) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->log.write(log::Partition{0}, model::kLobby.hex(), "not a record");
  world.life->log.write(log::Partition{0}, "not a key", "{}");
  world.run();
  EXPECT_EQ(world.send(ada, model::kLobby, "x")->seq, model::Seq{2});
  world.stop();
  ASSERT_EQ(world.store_disk.dead_letters.size(), 2u);
  EXPECT_EQ(world.store_disk.dead_letters.begin()->second.value, "not a record");
  world.start();
  EXPECT_EQ(world.node().stats().dead_letters, 0u) << "archived, not read again";
}

TEST(Node, StoppingArchivesEverythingAndTheNextStartReplaysNothing) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "x"));
  world.stop();
  EXPECT_EQ(world.store_disk.events[model::kLobby].size(), 51u);
  world.start();
  EXPECT_EQ(world.node().stats().events, 0u);
  EXPECT_EQ(world.send(ada, model::kLobby, "x")->seq, model::Seq{52});
}

TEST(Node, StoppingAnswersWhatIsUnderWayAndRefusesWhatIsNew) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->log.mode = MemoryLog::Mode::held;
  std::optional<result<Accepted>> under_way;
  world.node().submit(ChatWorld::submission(ada, model::kLobby, "x", 1),
                      [&](result<Accepted> answer) { under_way = std::move(answer); });
  bool stopped = false;
  world.node().stop([&] { stopped = true; });
  EXPECT_EQ(world.send(ada, model::kLobby, "y", 2).error(), errc::shutting_down);
  world.life->log.release();
  world.advance(seconds(1));
  ASSERT_TRUE(under_way);
  EXPECT_TRUE(*under_way);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(world.store_disk.events[model::kLobby].size(), 2u);
}

TEST(Node, StoppingEndsAtItsTimeLimitWhateverIsAway) {
  Config config;
  config.ack_timeout = seconds(60);
  ChatWorld world(config);
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->store.away = true;
  world.life->log.mode = MemoryLog::Mode::swallows;
  std::optional<result<Accepted>> under_way;
  world.advance(world.config.drain_timeout);
  world.node().submit(ChatWorld::submission(ada, model::kLobby, "x", 1),
                      [&](result<Accepted> answer) { under_way = std::move(answer); });
  bool stopped = false;
  world.node().stop([&] { stopped = true; });
  world.advance(world.config.drain_timeout);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(under_way->error(), errc::unknown);
}

TEST(Node, TheLogIsTrimmedBehindWhatIsCommittedAndOldButNotItsEnd) {
  ChatWorld world;
  world.log_disk.now = base::wall_now() - std::chrono::hours(72);
  world.start();
  const Identity ada = world.guest("Ada");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "x"));
  world.log_disk.now = base::wall_now();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "young"));
  world.advance(world.config.trim_interval + seconds(1));
  EXPECT_EQ(world.log_disk.partitions[0].entries.size(), 5u);
  world.stop();
  world.start();
  EXPECT_EQ(seqs(world.whole_history(model::kLobby, ada.user, 100)), numbers(1, 26));
}

TEST(Node, NothingIsTrimmedThatTheStoreLacks) {
  ChatWorld world;
  world.log_disk.now = base::wall_now() - std::chrono::hours(72);
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->store.fail_archives = ~std::size_t{0};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "x"));
  world.advance(world.config.trim_interval + seconds(1));
  EXPECT_EQ(world.log_disk.partitions[0].entries.size(), 21u);
}

TEST(Node, ALogTrimmedToItsLastRecordStillBelongsToTheStore) {
  ChatWorld world;
  world.log_disk.now = base::wall_now() - std::chrono::hours(72);
  world.start();
  const Identity ada = world.guest("Ada");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.send(ada, model::kLobby, "x"));
  world.advance(world.config.trim_interval + seconds(1));
  EXPECT_EQ(world.log_disk.partitions[0].entries.size(), 1u);
  world.start();
  EXPECT_EQ(world.send(ada, model::kLobby, "x")->seq, model::Seq{7});
}

TEST(Node, TheStatsCount) {
  ChatWorld world;
  world.start();
  const Identity ada = world.guest("Ada");
  ASSERT_TRUE(world.send(ada, model::kLobby, "x", 1));
  ASSERT_TRUE(world.send(ada, model::kLobby, "x", 1));
  EXPECT_FALSE(world.join(ada, model::kLobby));
  EXPECT_EQ(world.node().stats().archive_lag, 2u);
  world.advance(seconds(1));
  const auto stats = world.node().stats();
  EXPECT_EQ(stats.events, 2u);
  EXPECT_EQ(stats.duplicates, 1u);
  EXPECT_EQ(stats.refused, 1u);
  EXPECT_EQ(stats.archived, 2u);
  EXPECT_EQ(stats.archive_lag, 0u);
  EXPECT_EQ(stats.rooms, 1u);
  EXPECT_GE(stats.archive_commits, 1u);
}

}  // namespace
}  // namespace skat::chat
