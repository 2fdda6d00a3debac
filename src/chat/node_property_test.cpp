// Whatever is killed, lost or away, and whenever: the numbers are those that the log alone gives.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "chat/testing/chat_world.hpp"
#include "chat/testing/log_truth.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::MemoryLog;
using testing::milliseconds;

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed), world_(config(), 1 + seed % 3) {}

  void run() {
    world_.start();
    for (int i = 0; i < kUsers; ++i) users_.push_back(world_.guest("user " + std::to_string(i)));
    rooms_.push_back(model::kLobby);
    for (int i = 0; i < 3; ++i) {
      const auto room = world_.create(users_[0], "room " + std::to_string(i));
      ASSERT_TRUE(room);
      rooms_.push_back(room->id);
    }
    for (int life = 0; life < kLives; ++life) live_once();
    world_.start();
    check_history();
    world_.stop();
    check_store();
  }

 private:
  static constexpr int kUsers = 4, kLives = 8, kSteps = 60;

  // A simulated client's stream of one room.
  struct Follow {
    std::uint64_t last = 0;  // newest number that the client has
    bool open = false;       // in this life
    std::size_t taken = 0;   // of what the fanout recorded
  };

  static Config config() {
    Config config;
    config.archive_batch_events = 7;
    config.snapshot_interval = std::chrono::seconds(1);
    config.max_unarchived_events = 120;
    return config;
  }
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }

  void live_once() {
    follows_.clear();
    world_.start();
    world_.power.cut_after(20 + roll(400));
    for (int step = 0; step < kSteps && world_.power.on(); ++step) {
      const auto what = roll(20);
      if (what < 12) {
        submit();
      } else if (what < 15) {
        open();
      } else {
        trouble();
      }
      if (roll(3) > 0) world_.advance(milliseconds(roll(120)));
      take_live();
    }
    world_.advance(milliseconds(roll(3'000)));
    take_live();
  }

  void submit() {
    const auto who = roll(kUsers);
    Submission wanted =
        ChatWorld::submission(users_[who], rooms_[roll(rooms_.size())], "text " + std::to_string(random_()));
    const auto kind = roll(8);
    if (kind == 0) wanted.kind = model::RecordKind::member_join;
    if (kind == 1) wanted.kind = model::RecordKind::member_leave;
    auto& n = n_[{who, wanted.room}];
    if (n == 0) n = 1;  // 1 made the room
    const bool again = n > 1 && roll(4) == 0;
    wanted.n = model::N{again ? n - roll(std::min<std::uint64_t>(n - 1, 3)) : ++n};
    const EventKey key{wanted.room, users_[who].user, users_[who].device, *wanted.n};
    world_.node().submit(std::move(wanted),
                         [this, key](const result<Accepted>& answer) { testing::note_ack(acked_, key, answer); });
  }

  void open() {
    const auto room = rooms_[roll(rooms_.size())];
    auto& follow = follows_[room];
    if (follow.open) return;
    const auto& who = users_[roll(kUsers)];
    const std::uint64_t last = newest_seen_[room] - roll(newest_seen_[room] + 1);
    world_.node().open_stream({0, room, who.user, Cursor{epoch_of(room), model::Seq{last}}},
                              [this, room, last](const result<StreamStart>& start) {
                                if (!start) return;
                                auto& mine = follows_[room];
                                mine.taken = world_.life->fanout.seqs(0, room).size();
                                mine.open = true;
                                mine.last = start->head.value();
                                EXPECT_FALSE(start->resync);
                                EXPECT_EQ(testing::seqs(start->events), testing::numbers(last + 1, mine.last));
                              });
  }

  void trouble() {
    auto& life = *world_.life;
    switch (roll(7)) {
      case 0:
        life.store.away = !life.store.away;
        break;
      case 1:
        life.store.fail_archives = roll(4);
        break;
      case 2:
        life.store.lose_answers = roll(2);
        break;
      case 3:
        life.store.delay = milliseconds(roll(60));
        break;
      case 4:
        life.bus.loses = [this] { return roll(3) == 0; };
        break;
      case 5:
        life.log.release();
        break;
      default:
        constexpr MemoryLog::Mode kModes[] = {MemoryLog::Mode::up, MemoryLog::Mode::away, MemoryLog::Mode::unsure,
                                              MemoryLog::Mode::swallows, MemoryLog::Mode::held};
        life.log.mode = kModes[roll(5)];
        break;
    }
  }

  // What went to the loop since is dense from where each stream stands.
  void take_live() {
    for (auto& [room, follow] : follows_) {
      if (!follow.open) continue;
      if (world_.life->fanout.resyncs.contains({0, room})) {
        follow.open = false;
        world_.life->fanout.resyncs.erase({0, room});
        continue;
      }
      const auto all = world_.life->fanout.seqs(0, room);
      for (; follow.taken < all.size(); ++follow.taken) {
        ASSERT_EQ(all[follow.taken], follow.last + 1) << "live numbers are dense";
        follow.last = all[follow.taken];
      }
      newest_seen_[room] = std::max(newest_seen_[room], follow.last);
    }
  }

  model::Epoch epoch_of(const model::RoomId& room) {
    return testing::epoch_of(world_.log_disk, world_.store_disk, room);
  }
  testing::RoomEvents truth() { return testing::log_truth(world_.log_disk, world_.store_disk); }

  void check_history() {
    const auto rooms = truth();
    for (const auto& [room, events] : rooms) {
      // Somebody who may read it.
      std::vector<FeedEventPtr> read;
      for (const auto& who : users_) {
        if (!world_.history({room, who.user, {}, {}, 1})) continue;
        read = world_.whole_history(room, who.user, 1 + roll(100));
        break;
      }
      if (read.empty()) continue;  // all have left
      testing::expect_told(read, events, newest_seen_[room]);
    }
    testing::expect_acked(rooms, acked_, 21);
  }

  void check_store() {
    const auto rooms = truth();
    ASSERT_EQ(rooms.size(), world_.store_disk.events.size());
    testing::expect_stored(rooms, world_.store_disk);
  }

  std::mt19937_64 random_;
  ChatWorld world_;
  std::vector<Identity> users_;
  std::vector<model::RoomId> rooms_;
  std::map<std::pair<std::uint64_t, model::RoomId>, std::uint64_t> n_;
  testing::Acks acked_;
  std::map<model::RoomId, Follow> follows_;
  std::map<model::RoomId, std::uint64_t> newest_seen_;
};

class NodeProperty : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(NodeProperty, KilledAnywhereTheNextStartGivesTheSameNumbers) {
  Chaos(GetParam()).run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, NodeProperty, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace skat::chat
