// Three nodes on one log and one store: whoever is killed, cut off, deaf or moved, and whenever, each stream sees each
// number once in order, an ack is never lost, and all nodes tell the history that the log alone gives.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "chat/testing/cluster_world.hpp"
#include "chat/testing/log_truth.hpp"
#include "fold/fold.hpp"
#include "log/record_format.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::ClusterWorld;
using testing::MemoryLog;
using testing::milliseconds;
using testing::seconds;

class ClusterChaos {
 public:
  ClusterChaos(std::uint64_t seed, bool live) : random_(seed), world_(kNodes, config(live), kPartitions) {}

  void run() {
    world_.start_all();
    for (int i = 0; i < kUsers; ++i) users_.push_back(world_[0].guest("user " + std::to_string(i)));
    rooms_.push_back(model::kLobby);
    for (int i = 0; i < 4; ++i) {
      const auto room = world_[0].create(users_[0], "room " + std::to_string(i));
      ASSERT_TRUE(room);
      rooms_.push_back(room->id);
      for (int user = 1; user < kUsers; ++user) ASSERT_TRUE(world_[0].join(users_[user], room->id));
    }
    for (int step = 0; step < kSteps; ++step) {
      const auto what = roll(20);
      if (what < 13) {
        submit();
      } else if (what < 16) {
        open();
      } else if (what < 17) {
        close();
      } else {
        trouble();
      }
      if (roll(3) > 0) world_.advance(milliseconds(roll(300)));
      take_live();
      if (::testing::Test::HasFatalFailure()) return;
    }
    heal();
    take_live();
    check();
  }

 private:
  static constexpr std::size_t kNodes = 3, kPartitions = 2;
  static constexpr int kUsers = 4, kSteps = 250;

  // A simulated client's stream of one room on one node.
  struct Follow {
    std::uint64_t last = 0;  // newest number that the client has
    bool open = false;
    bool opening = false;
    std::size_t taken = 0;  // of what the fanout recorded
  };

  Config config(bool live) {
    Config config = ClusterWorld::live();
    config.tail_whole_rooms = static_cast<std::uint32_t>(roll(2) * 1'000);
    config.live = live;
    config.room_channels = roll(4);  // of a partition: the switch to its channel and back goes on all the time
    config.feed_linger = milliseconds(200);
    config.archive_batch_events = 7;
    config.snapshot_interval = seconds(1);
    return config;
  }
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }
  ClusterWorld::Place& somewhere() { return world_[roll(kNodes)]; }

  void submit() {
    const auto who = roll(kUsers);
    Submission wanted =
        ChatWorld::submission(users_[who], rooms_[roll(rooms_.size())], "text " + std::to_string(random_()));
    auto& n = n_[{who, wanted.room}];
    if (n == 0) n = 1;  // 1 made the room, or came to it
    const bool again = n > 1 && roll(3) == 0;
    wanted.n = model::N{again ? n - roll(std::min<std::uint64_t>(n - 1, 3)) : ++n};
    const EventKey key{wanted.room, users_[who].user, users_[who].device, *wanted.n};
    somewhere().node().submit(std::move(wanted),
                              [this, key](const result<Accepted>& answer) { testing::note_ack(acked_, key, answer); });
  }

  void open() {
    const std::size_t at = roll(kNodes);
    const auto room = rooms_[roll(rooms_.size())];
    auto& follow = follows_[{at, room}];
    if (follow.open || follow.opening) return;
    follow.opening = true;
    const auto& who = users_[roll(kUsers)];
    const std::uint64_t newest = newest_seen_[room];
    const std::uint64_t last = newest - roll(newest + 1);
    const auto life = lives_[at];
    world_[at].node().open_stream({0, room, who.user, Cursor{epoch_of(room), model::Seq{last}}},
                                  [this, at, room, last, life](const result<StreamStart>& start) {
                                    if (life != lives_[at]) return;
                                    auto& mine = follows_[{at, room}];
                                    mine.opening = false;
                                    if (!start) return;
                                    mine.taken = world_[at].life->fanout.seqs(0, room).size();
                                    mine.open = true;
                                    mine.last = start->head.value();
                                    EXPECT_FALSE(start->resync) << "from " << last << ", head " << mine.last;
                                    EXPECT_EQ(testing::seqs(start->events), testing::numbers(last + 1, mine.last));
                                    world_[at].life->fanout.resyncs.erase({0, room});
                                  });
  }

  void close() {
    const std::size_t at = roll(kNodes);
    const auto room = rooms_[roll(rooms_.size())];
    auto& follow = follows_[{at, room}];
    if (!std::exchange(follow.open, false)) return;
    world_[at].node().close_stream(0, room);
  }

  void trouble() {
    const std::size_t at = roll(kNodes);
    auto& life = *world_[at].life;
    switch (roll(12)) {
      case 0:
        life.store.away = !life.store.away;
        break;
      case 1:
        life.store.lose_answers = roll(2);
        break;
      case 2:
        life.store.delay = milliseconds(roll(60));
        break;
      case 3:
        life.bus.loses = [this] { return roll(3) == 0; };
        break;
      case 4:
        life.bus.deaf = [this] { return roll(3) == 0; };
        break;
      case 5:
        if (life.bus.up()) {
          life.bus.disconnect();
        } else {
          life.bus.reconnect();
        }
        break;
      case 6:
        life.log.release();
        break;
      case 7:
        life.log.readers_stuck = true;
        break;
      case 8:
        life.log.unstick();
        break;
      case 9:
        move(roll(kPartitions), at);
        break;
      case 10:
        restart(at);
        break;
      default:
        constexpr MemoryLog::Mode kModes[] = {MemoryLog::Mode::up, MemoryLog::Mode::away, MemoryLog::Mode::unsure,
                                              MemoryLog::Mode::swallows, MemoryLog::Mode::held};
        life.log.mode = kModes[roll(5)];
        break;
    }
  }

  // To `at`; now and then the one before does not hear that it is no longer the owner.
  void move(std::uint64_t partition, std::size_t at) {
    const log::Partition number{static_cast<std::uint32_t>(partition)};
    const std::string group = world_.config.group_prefix + "-live";
    for (std::size_t i = 0; i < kNodes && roll(4) > 0; ++i) world_[i].life->log.take(group, {number});
    world_[at].life->log.give(group, {number});
  }

  void restart(std::size_t at) {
    ++lives_[at];
    for (auto& [place, follow] : follows_) {
      if (place.first == at) follow = {};
    }
    world_.kill(at);
    world_.boot(at).node->start([](const result<void>&) {});
    for (std::uint64_t partition = 0; partition < kPartitions; ++partition) move(partition, roll(kNodes));
  }

  // What went to each loop since is dense from where each stream stands.
  void take_live() {
    for (auto& [place, follow] : follows_) {
      if (!follow.open) continue;
      const auto& [at, room] = place;
      auto& fanout = world_[at].life->fanout;
      const auto all = fanout.seqs(0, room);
      for (; follow.taken < all.size(); ++follow.taken) {
        ASSERT_EQ(all[follow.taken], follow.last + 1) << "live numbers are dense";
        follow.last = all[follow.taken];
      }
      newest_seen_[room] = std::max(newest_seen_[room], follow.last);
      if (fanout.resyncs.erase({0, room}) > 0) follow.open = false;
    }
  }

  void heal() {
    for (std::size_t at = 0; at < kNodes; ++at) {
      auto& life = *world_[at].life;
      life.store.away = false;
      life.store.lose_answers = 0;
      life.store.delay = {};
      life.bus.loses = life.bus.deaf = [] { return false; };
      if (!life.bus.up()) life.bus.reconnect();
      life.log.release();
      life.log.unstick();
    }
    world_.advance(seconds(20));
    world_.own(1);
    world_.advance(seconds(20));
  }

  model::Epoch epoch_of(const model::RoomId& room) {
    return testing::epoch_of(world_.log_disk, world_.store_disk, room);
  }

  std::string describe(std::size_t at) {
    const auto stats = world_[at].node().stats();
    return "owns " + std::to_string(stats.owned) + ", relies on " + std::to_string(stats.relied_on) + ", follows " +
           std::to_string(stats.tail) + ", " + std::to_string(stats.events) + " events";
  }

  // Each room's stored snapshot is what the records below its as_of make.
  void check_snapshots() {
    for (std::uint32_t p = 0; p < world_.log_disk.partitions.size(); ++p) {
      const auto& progress = world_.store_disk.progress[p];
      for (const auto& [room, snapshot] : progress.snapshots) {
        fold::Fold fold(progress.epoch);
        const std::uint64_t as_of = std::max(snapshot.as_of, progress.snapshots_as_of);
        for (const auto& entry : world_.log_disk.partitions[p].entries) {
          if (entry.offset.value() >= as_of) break;
          fold.apply(log::decode_record(entry.key, entry.value), entry.append_time);
        }
        EXPECT_EQ(snapshot.state, fold.snapshot(room)) << room.hex() << " as of " << snapshot.as_of << " and "
                                                       << progress.snapshots_as_of << " of " << progress.next_offset;
      }
    }
  }

  void check() {
    check_snapshots();
    const auto rooms = testing::log_truth(world_.log_disk, world_.store_disk);
    testing::expect_stored(rooms, world_.store_disk);
    for (const auto& [room, events] : rooms) {
      for (std::size_t at = 0; at < kNodes; ++at) {
        SCOPED_TRACE("node " + std::to_string(at) + ": " + describe(at));
        testing::expect_told(world_[at].whole_history(room, users_[0].user, 1 + roll(100)), events, newest_seen_[room]);
      }
    }
    testing::expect_acked(rooms, acked_, 6);
    for (const auto& [place, follow] : follows_) {
      if (follow.open) {
        EXPECT_EQ(follow.last, rooms.at(place.second).size()) << "a healthy stream lacks nothing";
      }
    }
  }

  std::mt19937_64 random_;
  ClusterWorld world_;
  std::vector<Identity> users_;
  std::vector<model::RoomId> rooms_;
  std::map<std::size_t, int> lives_;
  std::map<std::pair<std::uint64_t, model::RoomId>, std::uint64_t> n_;
  testing::Acks acked_;
  std::map<std::pair<std::size_t, model::RoomId>, Follow> follows_;
  std::map<model::RoomId, std::uint64_t> newest_seen_;
};

class ClusterProperty : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ClusterProperty, WithTheBus) {
  ClusterChaos(GetParam(), true).run();
}

TEST_P(ClusterProperty, OnTheLogAlone) {
  ClusterChaos(GetParam(), false).run();
}

// SKAT_SEEDS=N: that many instead of 100.
std::uint64_t last_seed() {
  const char* const wanted = std::getenv("SKAT_SEEDS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 100;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClusterProperty, ::testing::Range<std::uint64_t>(1, last_seed() + 1));

}  // namespace
}  // namespace skat::chat
