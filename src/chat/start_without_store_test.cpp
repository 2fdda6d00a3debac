// A node of a cluster starts while the store is away, from the copies on its own disk.
#include <gtest/gtest.h>

#include "chat/fold_copier.hpp"
#include "chat/testing/cluster_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::ClusterWorld;
using testing::CopyDisk;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;
using testing::seqs;

Config without_bus() {
  Config config;
  config.cluster = true;
  return config;
}

// One node, in the profile without a bus; `world_[0]` keeps copies.
class StartWithoutStore : public ::testing::Test {
 protected:
  explicit StartWithoutStore(Config config = without_bus()) : world_(1, config) {
    node().copies.emplace();
    start();
    ada_ = *node().authenticate({"Ada", std::nullopt, false});
    room_ = node().create(who(), "Engine room")->id;
    say(3);
    world_.advance(seconds(60));
  }

  ClusterWorld::Place& node() { return world_[0]; }
  Identity who() const { return ada_.identity; }
  void say(int messages) {
    for (int i = 0; i < messages; ++i) {
      ++n_;
      ASSERT_TRUE(node().send(who(), room_, std::to_string(n_), n_));
    }
  }
  void start() {
    world_.start(0);
    world_.own(0);
  }
  // A new process, whose store is away from the beginning.
  void boot_without_store() {
    world_.boot(0);
    node().life->store.away = true;
    node().node().start([this](const result<void>& outcome) { ready_ = outcome; });
    world_.own(0);
    world_.advance(seconds(1));
  }
  void start_without_store() {
    boot_without_store();
    ASSERT_TRUE(ready_ && *ready_) << node().node().waiting_for();
  }
  std::vector<std::uint64_t> stored() const {
    std::vector<std::uint64_t> all;
    const auto events = world_.store_disk.events.find(room_);
    if (events == world_.store_disk.events.end()) return all;
    for (const model::Event& event : events->second) all.push_back(event.seq.value());
    return all;
  }
  // Everything is in the store, once, and the next start from it goes on with the same numbers.
  void expect_stored(std::uint64_t head) {
    EXPECT_EQ(stored(), numbers(1, head));
    world_.kill(0);
    start();
    EXPECT_EQ(seqs(node().whole_history(room_, who().user, 10)), numbers(1, head));
    EXPECT_EQ(node().send(who(), room_, "more", ++n_)->seq, model::Seq{head + 1});
  }

  ClusterWorld world_;
  Welcome ada_;
  model::RoomId room_;
  std::uint64_t n_ = 100;
  std::optional<result<void>> ready_;
};

TEST_F(StartWithoutStore, TheNodeIsReadyAndGoesOnWithTheNumbers) {
  start_without_store();
  const auto acked = node().send(who(), room_, "on we go", ++n_);
  ASSERT_TRUE(acked) << acked.error().message();
  EXPECT_EQ(acked->seq, model::Seq{5});
}

TEST_F(StartWithoutStore, WhatWasSentBeforeAndAfterIsInTheStoreOnceItIsBack) {
  node().life->store.away = true;
  say(4);  // in the log alone
  world_.kill(0);
  start_without_store();
  say(5);
  EXPECT_EQ(stored(), numbers(1, 4));
  node().life->store.away = false;
  world_.advance(seconds(30));
  expect_stored(13);
}

TEST_F(StartWithoutStore, ARepeatOfWhatWasSentBeforeHasTheFirstNumber) {
  node().life->store.away = true;
  const auto first = node().send(who(), room_, "once", 900);
  world_.kill(0);
  start_without_store();
  const auto again = node().send(who(), room_, "once", 900);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->seq, first->seq);
}

TEST_F(StartWithoutStore, ARepeatOfWhatOnlyTheStoreKnowsIsUnknownUntilTheStoreIsBack) {
  world_.kill(0);
  start_without_store();
  EXPECT_EQ(node().send(who(), room_, "101", 101).error(), errc::unknown);
  node().life->store.away = false;
  world_.advance(seconds(30));
  EXPECT_EQ(node().send(who(), room_, "101", 101)->seq, model::Seq{2});
}

TEST_F(StartWithoutStore, HistorySaysThatItIsIncompleteAndIsWholeWhenTheStoreIsBack) {
  node().life->store.away = true;
  say(2);
  world_.kill(0);
  start_without_store();
  const auto page = node().history({room_, who().user, std::nullopt, std::nullopt, 10});
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->complete);
  ASSERT_FALSE(page->events.empty());
  EXPECT_EQ(page->events.back()->seq, model::Seq{6});
  node().life->store.away = false;
  world_.advance(seconds(30));
  EXPECT_EQ(seqs(node().whole_history(room_, who().user, 10)), numbers(1, 6));
}

TEST_F(StartWithoutStore, ASessionTokenIsAcceptedAndASignUpIsNot) {
  start_without_store();
  const auto back = node().authenticate({std::nullopt, ada_.token, false});
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->identity.user, who().user);
  EXPECT_FALSE(back->rooms_complete) << "the list of rooms";
  EXPECT_EQ(node().authenticate({"Bob", std::nullopt, false}).error(), errc::unavailable);
}

TEST_F(StartWithoutStore, WhatAnotherWriterStoresMeanwhileIsNotWrittenAgain) {
  node().life->store.away = true;
  say(4);
  const auto copies = *node().copies;
  world_.kill(0);
  start();  // with the store: it archives what the log has
  say(1);
  world_.advance(seconds(30));
  world_.kill(0);
  node().copies = copies;  // and the old copy again
  start_without_store();
  say(1);
  node().life->store.away = false;
  world_.advance(seconds(30));
  expect_stored(10);
}

TEST_F(StartWithoutStore, WithoutACopyItWaitsSaysWhyAndGoesOnWhenTheStoreComes) {
  node().copies->folds.clear();
  boot_without_store();
  EXPECT_FALSE(ready_);
  EXPECT_NE(node().node().waiting_for().find("no usable copy"), std::string::npos) << node().node().waiting_for();
  node().life->store.away = false;
  world_.advance(seconds(10));
  ASSERT_TRUE(ready_ && *ready_);
  EXPECT_EQ(node().node().waiting_for(), "");
}

TEST_F(StartWithoutStore, TheFirstStartEverWaitsForTheStore) {
  node().copies.emplace();
  boot_without_store();
  EXPECT_FALSE(ready_);
  EXPECT_NE(node().node().waiting_for().find("no copy"), std::string::npos) << node().node().waiting_for();
  node().life->store.away = false;
  world_.advance(seconds(10));
  EXPECT_TRUE(ready_ && *ready_);
}

TEST_F(StartWithoutStore, ANodeThatKeepsNoCopiesWaits) {
  node().copies.reset();
  boot_without_store();
  EXPECT_FALSE(ready_);
  node().life->store.away = false;
  world_.advance(seconds(10));
  EXPECT_TRUE(ready_ && *ready_);
}

TEST_F(StartWithoutStore, ACopyThatTheLogNoLongerReachesIsLeftAside) {
  world_.kill(0);
  auto& partition = world_.log_disk.partitions[0];
  partition.entries.clear();
  partition.next_offset += 10;
  world_.log_disk.partitions[0].entries.push_back({});
  partition.entries.back().offset = log::Offset{partition.next_offset++};
  boot_without_store();
  EXPECT_FALSE(ready_);
}

TEST_F(StartWithoutStore, ACopyOfALogThatHasLostItsEndIsLeftAside) {
  world_.kill(0);
  auto& partition = world_.log_disk.partitions[0];
  partition.entries.pop_back();
  --partition.next_offset;
  boot_without_store();
  EXPECT_FALSE(ready_);
}

TEST_F(StartWithoutStore, ACopyOfAnotherLogIsLeftAside) {
  world_.kill(0);
  world_.log_disk.id = "log-2";
  boot_without_store();
  EXPECT_FALSE(ready_);
}

TEST_F(StartWithoutStore, AStoreOfAnotherEpochVoidsTheCopy) {
  start_without_store();
  world_.store_disk.progress[0].epoch = model::Epoch{99};
  const auto written = node().life->store.attempts.size();
  say(1);
  node().life->store.away = false;
  world_.advance(seconds(5));
  const auto page = node().history({room_, who().user, std::nullopt, std::nullopt, 10});
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->epoch, model::Epoch{99});
  for (std::size_t i = written; i < node().life->store.attempts.size(); ++i) {
    for (const auto& event : node().life->store.attempts[i].events) EXPECT_EQ(event.epoch, model::Epoch{99});
  }
}

TEST_F(StartWithoutStore, AnOlderStoreVoidsTheCopyAndIsFilledFromTheLog) {
  const auto older = world_.store_disk;
  say(4);
  world_.advance(seconds(60));  // archived, and in the copy
  world_.kill(0);
  world_.store_disk = older;
  start_without_store();
  say(1);
  node().life->store.away = false;
  world_.advance(seconds(30));
  expect_stored(9);
}

TEST_F(StartWithoutStore, ACopyNeverKnowsMoreThanTheStore) {
  node().life->store.fail_archives = ~std::size_t{0};
  const auto before = node().copies->folds[0];
  say(1);
  world_.advance(seconds(90));
  EXPECT_EQ(node().copies->folds[0], before) << "nothing is archived";
  node().life->store.fail_archives = 0;
  world_.advance(seconds(90));
  const auto file = decode_fold_file(node().copies->folds[0]).file;
  ASSERT_TRUE(file);
  EXPECT_EQ(as_stored(*file).next_offset, world_.store_disk.progress[0].next_offset);
}

TEST_F(StartWithoutStore, WhatDoesNotChangeIsNotWrittenAgain) {
  const auto writes = node().copies->writes;
  world_.advance(seconds(300));
  EXPECT_EQ(node().copies->writes, writes);
}

TEST_F(StartWithoutStore, AnotherSecretInTheCopyGivesWayToTheStores) {
  start_without_store();
  node().life->store.away = false;
  world_.advance(seconds(30));
  const auto settings = decode_settings_file(node().copies->settings).file;
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->values.at("server_secret"), world_.store_disk.settings.at("server_secret"));
}

// With a bus: node 0 owns everything, node 1 relies on it.
TEST(StartWithoutStoreOfOthers, WhoReliedOnAnOwnerTakesItsPartitionsOverFromItsOwnCopy) {
  ClusterWorld world(2);
  for (std::size_t i = 0; i < 2; ++i) world[i].copies.emplace();
  world.start_all();
  const Identity ada = world[1].guest("Ada");
  const auto room = world[1].create(ada, "Engine room")->id;
  world.advance(seconds(20));
  ASSERT_EQ(world[1].node().stats().relied_on, 1u);
  ASSERT_EQ(world[1].copies->folds.size(), 1u);
  for (std::size_t i = 0; i < 2; ++i) world[i].life->store.away = true;
  ASSERT_TRUE(world[1].send(ada, room, "to the owner", 900));
  world.kill(0);
  world.own(1);
  world.advance(seconds(5));
  EXPECT_EQ(world[1].send(ada, room, "to the owner", 900)->seq, model::Seq{2});
  EXPECT_EQ(world[1].send(ada, room, "to the new one", 901)->seq, model::Seq{3});
  world[1].life->store.away = false;
  world.advance(seconds(30));
  EXPECT_EQ(world.store_disk.events[room].size(), 3u);
}

// As many are copied at once as there are; each again after its interval, also while others never can be.
TEST(FoldCopierTest, CopiesWhatIsWantedInTurnAndAgainAfterTheInterval) {
  base::testing::ManualExecutor core;
  testing::Power power;
  testing::StoreDisk store_disk;
  CopyDisk disk;
  testing::MemoryStore store(core, store_disk, power);
  testing::MemoryCopies copies(core, disk, power);
  const Config config;
  std::uint32_t own = 1;
  FoldCopier copier(config, core, store, copies, "log-1", 4, [&](std::uint32_t partition) { return partition != own; });
  copier.start();
  core.advance(seconds(3));
  EXPECT_EQ(disk.folds.size(), 3u);
  EXPECT_FALSE(disk.folds.contains(1));
  core.advance(seconds(200));
  EXPECT_EQ(disk.writes, 3u);
  own = 4;
  core.advance(seconds(1));
  EXPECT_TRUE(disk.folds.contains(1));
  core.advance(seconds(200));
  EXPECT_EQ(disk.writes, 7u);
  store.away = true;
  core.advance(seconds(400));
  EXPECT_EQ(disk.writes, 7u);
  store.away = false;
  core.advance(seconds(10));
  EXPECT_EQ(disk.writes, 11u);
}

}  // namespace
}  // namespace skat::chat
