// A partition that cannot be followed: the others do not notice.
#include "chat/partitions.hpp"

#include <gtest/gtest.h>

#include "chat/partitioning.hpp"
#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::numbers;
using testing::seconds;
using testing::seqs;

class PartitionsTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kPartitions = 2;

  PartitionsTest() {
    world_.start();
    ada_ = world_.guest("Ada");
    for (int i = 0; healthy_ == model::RoomId{} || failing_ == model::RoomId{}; ++i) {
      const auto room = world_.create(ada_, "room " + std::to_string(i))->id;
      const bool with_lobby = partition_of(room, kPartitions) == partition_of(model::kLobby, kPartitions);
      (with_lobby ? healthy_ : failing_) = room;
    }
    world_.advance(seconds(2));  // archived
  }

  static Config cluster() {
    Config config;
    config.cluster = true;
    return config;
  }
  testing::LogDisk::Partition& failing_log() { return world_.log_disk.partitions[partition_of(failing_, kPartitions)]; }
  // Three records that nobody has read go, and all before them.
  void lose() {
    auto& log = world_.life->log;
    log.readers_stuck = true;
    for (int i = 0; i < 3; ++i) {
      world_.life->node->submit(ChatWorld::submission(ada_, failing_, "lost"), [](const result<Accepted>&) {});
    }
    world_.run();
    failing_log().entries.clear();
    log.unstick();
    world_.run();
  }
  void advance(base::Duration by) { world_.advance(by); }

  ChatWorld world_{cluster(), kPartitions};
  Identity ada_;
  model::RoomId healthy_, failing_;
};

TEST_F(PartitionsTest, AtAStartOneThatIsRefusedIsLeftOutAndTheOthersGoOn) {
  failing_log().entries.clear();
  failing_log().next_offset = 1;
  world_.boot();
  ASSERT_TRUE(world_.try_start());
  EXPECT_TRUE(world_.send(ada_, healthy_, "on we go"));
  EXPECT_EQ(world_.send(ada_, failing_, "not here").error(), errc::unavailable);
  EXPECT_TRUE(failing_log().entries.empty()) << "nothing more goes into a log that does not fit";
}

TEST_F(PartitionsTest, AStartWithNoneThatFitsIsRefused) {
  world_.log_disk.id = "log-2";
  world_.boot();
  EXPECT_EQ(world_.try_start().error(), condition::corrupt);
}

TEST_F(PartitionsTest, OneThatWasRefusedIsFollowedOnceItFits) {
  const auto healthy_again = failing_log();
  failing_log().entries.clear();
  failing_log().next_offset = 1;
  world_.boot();
  ASSERT_TRUE(world_.try_start());
  failing_log() = healthy_again;
  advance(seconds(6));
  EXPECT_TRUE(world_.send(ada_, failing_, "here again"));
}

TEST_F(PartitionsTest, OneWhoseLogWasLostIsDroppedAloneOnceAllThatItFoldedIsInTheStore) {
  world_.life->store.away = true;
  ASSERT_TRUE(world_.send(ada_, failing_, "acked"));
  lose();
  advance(seconds(1));
  EXPECT_TRUE(world_.send(ada_, healthy_, "on we go"));
  EXPECT_EQ(world_.send(ada_, failing_, "not here").error(), errc::unavailable);
  EXPECT_EQ(seqs(world_.history({failing_, ada_.user, std::nullopt, std::nullopt, 10})->events), numbers(1, 2))
      << "what was acked is told from memory";
  EXPECT_EQ(world_.store_disk.events[failing_].size(), 1u);
  world_.life->store.away = false;
  advance(seconds(10));
  EXPECT_EQ(world_.store_disk.events[failing_].size(), 2u);
  EXPECT_FALSE(world_.history({failing_, ada_.user, std::nullopt, std::nullopt, 10})) << "refused";
  EXPECT_TRUE(world_.send(ada_, healthy_, "on we go"));
}

TEST_F(PartitionsTest, ALogThatIsMendedIsFollowedAgainWithABackoff) {
  lose();
  advance(seconds(2));
  auto& progress = world_.store_disk.progress[partition_of(failing_, kPartitions)];
  progress.next_offset = progress.snapshots_as_of = failing_log().next_offset;  // as `skat log adopt` does
  advance(seconds(6));
  const auto sent = world_.send(ada_, failing_, "here again");
  ASSERT_TRUE(sent) << sent.error().message();
  EXPECT_EQ(sent->seq, model::Seq{2});
}

}  // namespace
}  // namespace skat::chat
