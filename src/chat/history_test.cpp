#include "chat/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "chat/testing/chat_world.hpp"
#include "log/record_format.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::MemoryLog;
using testing::milliseconds;
using testing::numbers;
using testing::seconds;
using testing::seqs;

// A room whose events 1, 5, 9 … are no messages: Bob comes and goes.
class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    world_.start();
    ada_ = world_.guest("Ada");
    bob_ = world_.guest("Bob");
    room_ = world_.create(ada_, "Engine room")->id;
  }
  void fill(std::uint64_t up_to) {
    for (std::uint64_t seq = head_ + 1; seq <= up_to; ++seq) {
      if (seq % 4 == 1) {
        ASSERT_TRUE(seq % 8 == 5 ? world_.join(bob_, room_) : world_.leave(bob_, room_));
      } else {
        ASSERT_TRUE(world_.send(ada_, room_, "message " + std::to_string(seq)));
      }
    }
    head_ = up_to;
  }
  static bool is_message(std::uint64_t seq) { return seq % 4 != 1; }

  // What a page must be, counted by hand.
  std::vector<std::uint64_t> before(std::uint64_t below, std::size_t limit) const {
    std::uint64_t first = std::min(below, head_ + 1);
    for (std::size_t messages = 0; first > 1 && messages < limit; --first) messages += is_message(first - 1) ? 1 : 0;
    return numbers(first, std::min(below, head_ + 1) - 1);
  }
  std::vector<std::uint64_t> after(std::uint64_t above, std::size_t limit) const {
    std::uint64_t last = above;
    for (std::size_t messages = 0; last < head_ && messages < limit; ++last) messages += is_message(last + 1) ? 1 : 0;
    return numbers(above + 1, last);
  }
  void expect_every_page() {
    for (const std::size_t limit : {1u, 3u, 100u}) {
      for (std::uint64_t seq = 0; seq <= head_ + 1; seq += 3) {
        auto page = world_.history({room_, ada_.user, std::nullopt, model::Seq{seq}, limit});
        ASSERT_TRUE(page && page->complete);
        const auto up = after(seq, limit);
        EXPECT_EQ(seqs(page->events), up) << "after " << seq << " limit " << limit;
        EXPECT_EQ(page->more, !up.empty() && up.back() < head_);
        EXPECT_EQ(page->head, model::Seq{head_});
        if (seq == 0) continue;
        page = world_.history({room_, ada_.user, model::Seq{seq}, std::nullopt, limit});
        ASSERT_TRUE(page && page->complete);
        const auto down = before(seq, limit);
        EXPECT_EQ(seqs(page->events), down) << "before " << seq << " limit " << limit;
        EXPECT_EQ(page->more, !down.empty() && down.front() > 1);
      }
      const auto page = world_.history({room_, ada_.user, std::nullopt, std::nullopt, limit});
      ASSERT_TRUE(page && page->complete);
      EXPECT_EQ(seqs(page->events), before(head_ + 1, limit));
    }
  }

  // After a restart the hot tail is as empty as it can be.
  static Config cold() {
    Config config;
    config.warm_rooms = 0;
    return config;
  }

  ChatWorld world_{cold()};
  Identity ada_, bob_;
  model::RoomId room_;
  std::uint64_t head_ = 1;
};

TEST_F(HistoryTest, PagesAreWholeWhenNothingIsArchived) {
  world_.life->store.away = true;
  fill(30);
  expect_every_page();
}

TEST_F(HistoryTest, PagesAreWholeWhenEverythingIsArchivedAndStillHot) {
  fill(30);
  world_.advance(seconds(1));
  expect_every_page();
}

TEST_F(HistoryTest, PagesJoinTailAndStoreWhereverTheyMeet) {
  fill(220);
  world_.advance(seconds(1));  // archived; the newest 200 are hot
  world_.life->store.fail_archives = ~std::size_t{0};
  fill(240);  // and some are only hot
  expect_every_page();
}

TEST_F(HistoryTest, PagesComeFromTheStoreAloneAfterARestart) {
  fill(60);
  world_.stop();
  world_.start();
  expect_every_page();
}

TEST_F(HistoryTest, TheHotTailIsReadableWhileTheStoreIsAwayAndTheRestSaysThatItIsMissing) {
  fill(240);
  world_.advance(seconds(3));
  world_.life->store.away = true;
  const auto newest = world_.history({room_, ada_.user, std::nullopt, std::nullopt, 50});
  EXPECT_TRUE(newest->complete);
  EXPECT_EQ(seqs(newest->events), before(241, 50));
  const auto across = world_.history({room_, ada_.user, model::Seq{60}, std::nullopt, 50});
  EXPECT_FALSE(across->complete);
  EXPECT_TRUE(across->more);
  EXPECT_EQ(seqs(across->events), numbers(41, 59));
  const auto old = world_.history({room_, ada_.user, model::Seq{20}, std::nullopt, 50});
  EXPECT_FALSE(old->complete);
  EXPECT_TRUE(old->more);
  EXPECT_TRUE(old->events.empty());
  const auto upwards = world_.history({room_, ada_.user, std::nullopt, model::Seq{5}, 50});
  EXPECT_FALSE(upwards->complete);
  EXPECT_TRUE(upwards->more);
}

TEST_F(HistoryTest, APageReadWhileTheArchiverCommitsHasNoHole) {
  fill(220);
  world_.life->store.delay = milliseconds(40);  // the page is read after the commit, the tail before it
  for (std::uint64_t round = 0; round < 20; ++round) {
    fill(head_ + 3);
    world_.advance(milliseconds(17 * (round % 4)));
    const auto page = world_.history({room_, ada_.user, std::nullopt, model::Seq{0}, 100});
    ASSERT_TRUE(page && page->complete);
    EXPECT_EQ(seqs(page->events), after(0, 100));
    const auto newest = world_.history({room_, ada_.user, std::nullopt, std::nullopt, 100});
    ASSERT_TRUE(newest && newest->complete);
    EXPECT_EQ(seqs(newest->events).back(), head_);
  }
}

TEST_F(HistoryTest, LiveAndHistoryHaveTheSameBytes) {
  ASSERT_TRUE(world_.open(0, room_, ada_));
  ASSERT_TRUE(world_.send(ada_, room_, "a \"quoted\"\nline"));
  const auto live = world_.life->fanout.delivered.at({0, room_}).back()->json;
  EXPECT_EQ(world_.history({room_, ada_.user, {}, {}, 1})->events.back()->json, live);
  world_.stop();
  world_.start();
  EXPECT_EQ(world_.history({room_, ada_.user, {}, {}, 1})->events.back()->json, live);
}

TEST_F(HistoryTest, AReadWaitsForWhatTheLogHeldWhenItBegan) {
  model::Record record;
  record.room = room_;
  record.kind = model::RecordKind::message_send;
  record.sender = ada_.user;
  record.device = ada_.device;
  record.n = model::N{50};
  record.name = "Ada";
  record.text = "by somebody else";
  std::optional<result<HistoryPage>> page;
  world_.life->log.write(log::Partition{0}, room_.hex(), log::encode_record(record));
  world_.node().history({room_, ada_.user, {}, {}, 10}, [&](result<HistoryPage> got) { page = std::move(got); });
  world_.advance(milliseconds(10));
  ASSERT_TRUE(page && *page);
  EXPECT_TRUE((*page)->complete);
  EXPECT_EQ((*page)->head, model::Seq{2});
}

TEST_F(HistoryTest, AReadWaitsForAFoldThatIsBehind) {
  world_.life->log.readers_stuck = true;
  world_.node().submit(ChatWorld::submission(ada_, room_, "x", 50), [](const result<Accepted>&) {});
  world_.run();
  std::optional<result<HistoryPage>> page;
  world_.node().history({room_, ada_.user, {}, {}, 10}, [&](result<HistoryPage> got) { page = std::move(got); });
  world_.advance(milliseconds(100));
  EXPECT_FALSE(page);
  world_.life->log.unstick();
  world_.advance(milliseconds(10));
  ASSERT_TRUE(page && *page);
  EXPECT_TRUE((*page)->complete);
  EXPECT_EQ((*page)->head, model::Seq{2});
}

TEST_F(HistoryTest, APageIsIncompleteWhenTheFoldDoesNotCatchUpInTime) {
  world_.life->log.readers_stuck = true;
  world_.node().submit(ChatWorld::submission(ada_, room_, "x", 50), [](const result<Accepted>&) {});
  world_.run();
  const auto page = world_.history({room_, ada_.user, {}, {}, 10});
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->complete);
  EXPECT_EQ(seqs(page->events), numbers(1, 1));
}

TEST_F(HistoryTest, APageThatTheStoreCutsShortGoesOnInTheNext) {
  fill(60);
  world_.stop();
  world_.start();
  world_.life->store.max_page_events = 7;
  EXPECT_EQ(seqs(world_.whole_history(room_, ada_.user, 100)), numbers(1, 60));
  const auto newest = world_.history({room_, ada_.user, {}, {}, 100});
  EXPECT_TRUE(newest->complete && newest->more);
  EXPECT_EQ(seqs(newest->events), numbers(54, 60));
}

TEST_F(HistoryTest, AHoleInTheStoreEndsThePageAndMakesItIncomplete) {
  fill(60);
  world_.stop();
  world_.start();
  world_.store_disk.events[room_][29].seq = model::Seq{1'000};  // event 30 cannot be found any more
  const auto down = world_.history({room_, ada_.user, std::nullopt, std::nullopt, 100});
  EXPECT_FALSE(down->complete);
  EXPECT_EQ(seqs(down->events), numbers(31, 60));
  const auto up = world_.history({room_, ada_.user, std::nullopt, model::Seq{0}, 100});
  EXPECT_FALSE(up->complete);
  EXPECT_EQ(seqs(up->events), numbers(1, 29));
}

TEST_F(HistoryTest, OnlyMembersReadAndClosedRoomsDoNotExistForOthers) {
  const auto hidden = world_.create(ada_, "Quiet", model::Access::closed)->id;
  EXPECT_EQ(world_.history({room_, bob_.user, {}, {}, 10}).error(), errc::not_a_member);
  EXPECT_EQ(world_.history({hidden, bob_.user, {}, {}, 10}).error(), errc::unknown_room);
  EXPECT_EQ(world_.history({model::RoomId::random(), bob_.user, {}, {}, 10}).error(), errc::unknown_room);
  EXPECT_TRUE(world_.history({hidden, ada_.user, {}, {}, 10}));
  EXPECT_TRUE(world_.history({model::kLobby, bob_.user, {}, {}, 10}));
}

TEST_F(HistoryTest, APageHoldsNoMoreEventsThanItsLimitHoweverFewAreMessages) {
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(world_.join(bob_, room_));
    ASSERT_TRUE(world_.leave(bob_, room_));
  }
  world_.advance(seconds(1));
  const auto newest = world_.history({room_, ada_.user, {}, {}, 100});
  EXPECT_EQ(newest->events.size(), History::kMaxPageEvents);
  EXPECT_TRUE(newest->more && newest->complete);
  EXPECT_EQ(seqs(world_.whole_history(room_, ada_.user, 100)), numbers(1, 1'201));
}

TEST_F(HistoryTest, APageHasNoMoreMessagesThanOneMayWhateverIsAsked) {
  fill(200);
  const auto newest = world_.history({room_, ada_.user, {}, {}, 1'000'000});
  const auto messages = std::count_if(newest->events.begin(), newest->events.end(),
                                      [](const auto& event) { return event->kind == model::EventKind::message; });
  EXPECT_EQ(messages, 100);
  EXPECT_TRUE(newest->more);
}

TEST_F(HistoryTest, AfterARestartTheNewestEventsAreReadableWhenTheStoreGoesAway) {
  fill(500);
  world_.config.warm_rooms = 1;
  world_.stop();
  world_.start();
  world_.advance(seconds(1));
  world_.life->store.away = true;
  const auto page = world_.history({room_, ada_.user, std::nullopt, std::nullopt, 100});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->complete);
  EXPECT_EQ(seqs(page->events), before(501, 100));
  EXPECT_FALSE(world_.history({room_, ada_.user, model::Seq{200}, std::nullopt, 10})->complete) << "older ones are not";
}

}  // namespace
}  // namespace skat::chat
