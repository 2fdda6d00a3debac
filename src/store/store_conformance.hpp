// What every sibling of the store must hold, as one suite: instantiate StoreConformance with a maker of harnesses.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/errc.hpp"
#include "store/store.hpp"

namespace skat::store::testing {

// One empty store and the executor it lives on.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  [[nodiscard]] virtual Store& store() = 0;
  // Runs the executor until `done()` holds. False: it did not within a few seconds.
  virtual bool run_until(const std::function<bool()>& done) = 0;
  // Closes the store and opens it again on the same data.
  virtual void reopen() = 0;
};

inline model::RoomId room_id(std::uint8_t i) {
  return model::RoomId{{1, i}};
}
inline model::UserId user_id(std::uint8_t i) {
  return model::UserId{{2, i}};
}
inline constexpr model::Seq kNewest{~std::uint64_t{0}};

class StoreConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<StoreHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    fold_ = load();
  }
  Store& store() { return harness_->store(); }

  // Calls `method` with `arguments` and a callback, and waits for the answer.
  template <class T, class Port, class... Parameters, class... Arguments>
  result<T> ask(void (Port::*method)(Parameters...), Arguments&&... arguments) {
    std::optional<result<T>> answer;
    (store().*method)(std::forward<Arguments>(arguments)..., [&](result<T> got) { answer.emplace(std::move(got)); });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  StoredFold load(std::string log_id = "log-1") {
    return ask<StoredFold>(&Conversations::load_fold, std::uint32_t{0}, std::move(log_id)).value();
  }
  result<void> archive(std::vector<model::Event> events, std::uint64_t records = 1) {
    ArchiveBatch batch;
    batch.start = fold_.next_offset;
    batch.end = batch.start + records;
    batch.events = std::move(events);
    auto done = ask<void>(&Conversations::archive, std::move(batch));
    if (done) fold_.next_offset += records;
    return done;
  }
  Page page_before(model::RoomId room, model::Seq before, std::size_t limit) {
    return ask<Page>(&Conversations::page_before, room, before, limit).value();
  }
  Page page_after(model::RoomId room, model::Seq after, std::size_t limit) {
    return ask<Page>(&Conversations::page_after, room, after, limit).value();
  }
  std::vector<MyRoom> rooms_of(model::UserId user) {
    return ask<std::vector<MyRoom>>(&Directory::rooms_of, user).value();
  }
  std::vector<RoomRow> list_rooms(std::string after, std::size_t limit) {
    return ask<std::vector<RoomRow>>(&Directory::list_rooms, std::move(after), limit).value();
  }
  result<NameReservation> reserve(std::uint8_t room, std::string name, std::uint8_t user = 1) {
    NameReservation wanted{room_id(room), std::move(name), model::Access::open, user_id(user), model::DeviceId{user}};
    return ask<NameReservation>(&Directory::reserve_room_name, std::move(wanted));
  }

  // The next event of a room; n counts up, so that keys differ.
  model::Event next(std::uint8_t room, model::EventKind kind, std::uint8_t user = 1,
                    std::string body = R"({"name":"Ada"})") {
    auto& numbers = numbers_[room];
    model::Event event{room_id(room),
                       fold_.epoch,
                       model::Seq{++numbers.first},
                       std::nullopt,
                       kind,
                       user_id(user),
                       model::DeviceId{~std::uint64_t{0} - user},
                       model::N{++n_},
                       base::from_millis(1'700'000'000'000),
                       std::move(body)};
    if (kind == model::EventKind::message) event.mseq = model::MSeq{++numbers.second};
    return event;
  }
  model::Event created(std::uint8_t room, const std::string& name, const std::string& access = "open",
                       std::uint8_t user = 1) {
    return next(room, model::EventKind::room_created, user,
                R"({"name":"Ada","room_name":")" + name + R"(","access":")" + access + R"("})");
  }
  model::Event message(std::uint8_t room, std::uint8_t user = 1) {
    return next(room, model::EventKind::message, user, R"({"name":"Ada","text":"né 🂡"})");
  }

  std::unique_ptr<StoreHarness> harness_;
  StoredFold fold_;
  std::array<std::pair<std::uint64_t, std::uint64_t>, 256> numbers_{};  // seq and mseq by room
  std::uint64_t n_ = 0;
};

inline std::vector<std::uint64_t> seqs(const Page& page) {
  std::vector<std::uint64_t> out;
  for (const auto& event : page.events) out.push_back(event.seq.value());
  return out;
}
inline std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (; first <= last; ++first) out.push_back(first);
  return out;
}

// ---- Progress -------------------------------------------------------------------------------------------------------

TEST_P(StoreConformance, AFirstLoadStartsAtZeroWithAnEpochThatStays) {
  EXPECT_EQ(fold_.next_offset, 0u);
  EXPECT_EQ(fold_.snapshots_as_of, 0u);
  EXPECT_TRUE(fold_.snapshots.empty());
  harness_->reopen();
  EXPECT_EQ(load().epoch, fold_.epoch);
}

TEST_P(StoreConformance, AnotherLogIdIsAnsweredAsStored) {
  EXPECT_EQ(fold_.log_id, "log-1");
  EXPECT_EQ(load("log-2").log_id, "log-1");
}

TEST_P(StoreConformance, PartitionsHaveProgressAndEpochOfTheirOwn) {
  ASSERT_TRUE(archive({created(1, "one")}, 10));
  const auto other = ask<StoredFold>(&Conversations::load_fold, std::uint32_t{7}, std::string("log-1")).value();
  EXPECT_EQ(other.next_offset, 0u);
  EXPECT_NE(other.epoch, fold_.epoch);
  EXPECT_EQ(load().next_offset, 10u);
}

TEST_P(StoreConformance, ProgressNamesEveryPartitionThatWasLoadedInOrder) {
  const auto progress = [&] { return ask<std::vector<StoredProgress>>(&Conversations::progress).value(); };
  const auto ninth = ask<StoredFold>(&Conversations::load_fold, std::uint32_t{9}, std::string("log-1")).value();
  const auto second =
      ask<StoredFold>(&Conversations::load_rooms, std::uint32_t{2}, std::string("log-1"), std::vector<model::RoomId>{})
          .value();
  ArchiveBatch batch;
  batch.end = 7;
  batch.snapshots = {{room_id(1), 5, "state"}};
  batch.snapshots_as_of = 4;
  ASSERT_TRUE(ask<void>(&Conversations::archive, std::move(batch)));
  harness_->reopen();
  const auto all = progress();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].partition, 0u);
  EXPECT_EQ(all[0].next_offset, 7u);
  EXPECT_EQ(all[0].snapshots_as_of, 4u);
  EXPECT_EQ(all[0].epoch, fold_.epoch);
  EXPECT_EQ(all[1].partition, 2u);
  EXPECT_EQ(all[1].next_offset, 0u);
  EXPECT_EQ(all[1].epoch, second.epoch);
  EXPECT_EQ(all[2].partition, 9u);
  EXPECT_EQ(all[2].epoch, ninth.epoch);
}

TEST_P(StoreConformance, SomeRoomsAreLoadedWithTheirSnapshotsOnly) {
  const auto load_rooms = [&](std::uint32_t partition, std::vector<model::RoomId> rooms) {
    return ask<StoredFold>(&Conversations::load_rooms, partition, std::string("log-2"), std::move(rooms)).value();
  };
  ArchiveBatch batch;
  batch.end = 9;
  batch.snapshots = {{room_id(3), 9, "c"}, {room_id(1), 8, std::string("a\0", 2)}, {room_id(2), 9, "b"}};
  batch.snapshots_as_of = 8;
  ASSERT_TRUE(ask<void>(&Conversations::archive, std::move(batch)));
  const StoredFold some = load_rooms(0, {room_id(3), room_id(9), room_id(1), room_id(3)});
  EXPECT_EQ(some.next_offset, 9u);
  EXPECT_EQ(some.snapshots_as_of, 8u);
  EXPECT_EQ(some.epoch, fold_.epoch);
  EXPECT_EQ(some.log_id, "log-1");
  ASSERT_EQ(some.snapshots.size(), 2u);
  EXPECT_EQ(some.snapshots[0].room, room_id(1));
  EXPECT_EQ(some.snapshots[0].as_of, 8u);
  EXPECT_EQ(some.snapshots[0].state, std::string("a\0", 2));
  EXPECT_EQ(some.snapshots[1].room, room_id(3));
  EXPECT_TRUE(load_rooms(0, {}).snapshots.empty());
  const StoredFold other = load_rooms(5, {room_id(1)});
  EXPECT_EQ(other.log_id, "log-2");
  EXPECT_EQ(other.next_offset, 0u);
  EXPECT_TRUE(other.snapshots.empty());
  EXPECT_EQ(load_rooms(5, {}).epoch, other.epoch);
}

TEST_P(StoreConformance, WhatWasArchivedIsThereAfterAReopen) {
  const std::vector<model::Event> events{created(1, "one"), message(1), message(1)};
  ASSERT_TRUE(archive(events, 5));
  harness_->reopen();
  EXPECT_EQ(load().next_offset, 5u);
  const Page page = page_before(room_id(1), kNewest, 10);
  ASSERT_EQ(page.events.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const model::Event &got = page.events[i], &put = events[i];
    EXPECT_EQ(got.room, put.room);
    EXPECT_EQ(got.epoch, put.epoch);
    EXPECT_EQ(got.seq, put.seq);
    EXPECT_EQ(got.mseq, put.mseq);
    EXPECT_EQ(got.kind, put.kind);
    EXPECT_EQ(got.sender, put.sender);
    EXPECT_EQ(got.device, put.device);
    EXPECT_EQ(got.n, put.n);
    EXPECT_EQ(got.ts, put.ts);
    EXPECT_EQ(got.body, put.body);
  }
}

TEST_P(StoreConformance, OfTwoArchiversTheSecondIsSupersededAndLeavesNothing) {
  ASSERT_TRUE(archive({created(1, "one")}));
  ArchiveBatch late;
  late.start = 0;
  late.end = 2;
  late.events = {created(2, "two")};
  late.snapshots = {{room_id(2), 2, "state"}};
  late.dead_letters = {{1, "key", "value", "reason"}};
  EXPECT_EQ(ask<void>(&Conversations::archive, std::move(late)).error(), errc::superseded);
  const StoredFold fold = load();
  EXPECT_EQ(fold.next_offset, 1u);
  EXPECT_TRUE(fold.snapshots.empty());
  EXPECT_TRUE(page_before(room_id(2), kNewest, 10).events.empty());
}

TEST_P(StoreConformance, AnEventWhoseKeyIsThereFailsTheWholeBatch) {
  model::Event first = message(1);
  ASSERT_TRUE(archive({created(2, "two"), first}));
  model::Event again = message(1);
  again.n = first.n;
  const auto done = archive({message(2), again});
  EXPECT_EQ(done.error(), errc::data_error);
  EXPECT_EQ(done.error(), condition::corrupt);
  EXPECT_EQ(load().next_offset, 1u);
  EXPECT_EQ(page_before(room_id(2), kNewest, 10).head, model::Seq{1});
}

TEST_P(StoreConformance, ABatchWithoutRecordsStillStoresSnapshots) {
  ArchiveBatch batch;
  batch.snapshots = {{room_id(1), 0, "state"}};
  batch.snapshots_as_of = 0;
  ASSERT_TRUE(ask<void>(&Conversations::archive, std::move(batch)));
  EXPECT_EQ(load().snapshots.size(), 1u);
}

TEST_P(StoreConformance, SnapshotsAreReplacedByRoomAndKeepTheirBytes) {
  ArchiveBatch batch;
  batch.end = 9;
  batch.snapshots = {{room_id(2), 8, std::string("b\0\xff", 3)}, {room_id(1), 9, "a"}};
  batch.snapshots_as_of = 8;
  ASSERT_TRUE(ask<void>(&Conversations::archive, batch));
  batch = {};
  batch.start = 9;
  batch.end = 12;
  batch.snapshots = {{room_id(1), 12, "newer"}};
  ASSERT_TRUE(ask<void>(&Conversations::archive, batch));
  harness_->reopen();
  const StoredFold fold = load();
  EXPECT_EQ(fold.next_offset, 12u);
  EXPECT_EQ(fold.snapshots_as_of, 8u);
  ASSERT_EQ(fold.snapshots.size(), 2u);
  EXPECT_EQ(fold.snapshots[0].room, room_id(1));
  EXPECT_EQ(fold.snapshots[0].as_of, 12u);
  EXPECT_EQ(fold.snapshots[0].state, "newer");
  EXPECT_EQ(fold.snapshots[1].state, std::string("b\0\xff", 3));
}

TEST_P(StoreConformance, DeadLettersOfAnyBytesAndSizeAreTaken) {
  ArchiveBatch batch;
  batch.end = 1;
  batch.dead_letters = {{0, std::string("\0\xff", 2), std::string(300'000, '\xfe'), "not a record"}};
  EXPECT_TRUE(ask<void>(&Conversations::archive, std::move(batch)));
}

// ---- Pages ----------------------------------------------------------------------------------------------------------

TEST_P(StoreConformance, APageBeforeCountsMessagesAndKeepsWhatLiesBetween) {
  // seq 1 created, 2 m, 3 joined, 4 m, 5 left, 6 m, 7 joined
  std::vector<model::Event> events{created(1, "one"),
                                   message(1),
                                   next(1, model::EventKind::member_joined, 2),
                                   message(1),
                                   next(1, model::EventKind::member_left, 2),
                                   message(1),
                                   next(1, model::EventKind::member_joined, 2)};
  ASSERT_TRUE(archive(std::move(events)));
  const Page newest = page_before(room_id(1), kNewest, 2);
  EXPECT_EQ(seqs(newest), from_to(4, 7));
  EXPECT_EQ(newest.head, model::Seq{7});
  EXPECT_TRUE(newest.more);
  const Page below = page_before(room_id(1), model::Seq{4}, 1);
  EXPECT_EQ(seqs(below), from_to(2, 3));
  EXPECT_TRUE(below.more);
  const Page rest = page_before(room_id(1), model::Seq{4}, 2);
  EXPECT_EQ(seqs(rest), from_to(1, 3));
  EXPECT_FALSE(rest.more);
}

TEST_P(StoreConformance, APageAfterCountsMessagesAndKeepsWhatLiesBetween) {
  std::vector<model::Event> events{created(1, "one"), message(1), next(1, model::EventKind::member_joined, 2),
                                   message(1), next(1, model::EventKind::member_left, 2)};
  ASSERT_TRUE(archive(std::move(events)));
  const Page first = page_after(room_id(1), model::Seq{0}, 1);
  EXPECT_EQ(seqs(first), from_to(1, 2));
  EXPECT_TRUE(first.more);
  const Page second = page_after(room_id(1), model::Seq{2}, 1);
  EXPECT_EQ(seqs(second), from_to(3, 4));
  EXPECT_TRUE(second.more);
  const Page third = page_after(room_id(1), model::Seq{4}, 1);
  EXPECT_EQ(seqs(third), from_to(5, 5));
  EXPECT_FALSE(third.more);
  const Page end = page_after(room_id(1), model::Seq{5}, 1);
  EXPECT_TRUE(end.events.empty());
  EXPECT_FALSE(end.more);
  EXPECT_EQ(end.head, model::Seq{5});
}

TEST_P(StoreConformance, APageOfARoomWithoutEventsIsEmpty) {
  const Page page = page_before(room_id(9), kNewest, 10);
  EXPECT_TRUE(page.events.empty());
  EXPECT_EQ(page.head, model::Seq{0});
  EXPECT_FALSE(page.more);
}

TEST_P(StoreConformance, APageIsBoundedHoweverManyEventsLieBetweenItsMessages) {
  std::vector<model::Event> events{created(1, "one"), message(1)};
  for (std::size_t i = 0; i < kMaxPageEvents + 10; ++i)
    events.push_back(next(1, i % 2 == 0 ? model::EventKind::member_joined : model::EventKind::member_left, 2));
  const std::uint64_t head = events.size();
  ASSERT_TRUE(archive(std::move(events)));
  const Page page = page_before(room_id(1), kNewest, 1);
  EXPECT_EQ(seqs(page), from_to(head - kMaxPageEvents + 1, head));
  EXPECT_TRUE(page.more);
  const Page rest = page_before(room_id(1), page.events.front().seq, 1);
  EXPECT_EQ(seqs(rest), from_to(2, head - kMaxPageEvents));
  const Page up = page_after(room_id(1), model::Seq{2}, 1);
  EXPECT_EQ(seqs(up), from_to(3, kMaxPageEvents + 2));
  EXPECT_TRUE(up.more);
}

TEST_P(StoreConformance, ARangeIsBoundedByBothEndsAndByItsCount) {
  std::vector<model::Event> events{created(1, "one")};
  for (int i = 0; i < 9; ++i) events.push_back(message(1));
  ASSERT_TRUE(archive(std::move(events)));
  const auto range = [&](std::uint64_t after, std::uint64_t up_to, std::size_t count) {
    return ask<Page>(&Conversations::range, room_id(1), model::Seq{after}, model::Seq{up_to}, count).value();
  };
  const Page part = range(2, 6, 100);
  EXPECT_EQ(seqs(part), from_to(3, 6));
  EXPECT_FALSE(part.more);
  EXPECT_EQ(part.head, model::Seq{10});
  const Page cut = range(2, 6, 3);
  EXPECT_EQ(seqs(cut), from_to(3, 5));
  EXPECT_TRUE(cut.more);
  const Page past = range(8, 50, 100);
  EXPECT_EQ(seqs(past), from_to(9, 10));
  EXPECT_FALSE(past.more);
}

TEST_P(StoreConformance, AKeyIsFoundInItsRoomOnly) {
  const model::Event event = message(1);
  ASSERT_TRUE(archive({event, message(2)}));
  const auto find = [&](model::RoomId room, model::N n) {
    return ask<std::optional<StoredKey>>(&Conversations::find_key, room, event.sender, event.device, n).value();
  };
  const auto found = find(event.room, event.n);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq, event.seq);
  EXPECT_EQ(found->mseq, event.mseq);
  EXPECT_EQ(found->ts, event.ts);
  EXPECT_FALSE(find(room_id(2), event.n));
  EXPECT_FALSE(find(event.room, model::N{event.n.value() + 1000}));
}

// ---- Rooms and members ----------------------------------------------------------------------------------------------

TEST_P(StoreConformance, MembersFollowFromTheEvents) {
  ASSERT_TRUE(archive(
      {created(1, "one"), next(1, model::EventKind::member_joined, 2), next(1, model::EventKind::member_joined, 3)}));
  EXPECT_EQ(list_rooms("", 10).at(0).members, 3u);
  ASSERT_EQ(rooms_of(user_id(2)).size(), 1u);
  EXPECT_EQ(rooms_of(user_id(2))[0].id, room_id(1));
  ASSERT_TRUE(archive({next(1, model::EventKind::member_left, 2)}));
  EXPECT_TRUE(rooms_of(user_id(2)).empty());
  EXPECT_EQ(list_rooms("", 10).at(0).members, 2u);
  EXPECT_EQ(rooms_of(user_id(1)).size(), 1u);
}

TEST_P(StoreConformance, ListsShowOpenRoomsByNameAndPageByThem) {
  ASSERT_TRUE(archive({created(1, "beta"), created(2, "Alpha"), created(3, "secret", "closed"),
                       created(4, "lobby", "everyone"), created(5, "ÉTÉ"), created(6, "gamma")}));
  const auto names = [](const std::vector<RoomRow>& rooms) {
    std::vector<std::string> out;
    for (const auto& room : rooms) out.push_back(room.name);
    return out;
  };
  EXPECT_EQ(names(list_rooms("", 2)), (std::vector<std::string>{"Alpha", "beta"}));
  EXPECT_EQ(names(list_rooms("beta", 2)), (std::vector<std::string>{"gamma", "ÉTÉ"}));
  EXPECT_TRUE(list_rooms("ÉTÉ", 2).empty());
  EXPECT_EQ(list_rooms("", 1)[0].created, base::from_millis(1'700'000'000'000));
}

TEST_P(StoreConformance, EveryoneIsInTheLobbyAndSeesItFirst) {
  ASSERT_TRUE(archive({created(1, "zoo"), created(2, "hall", "everyone"), created(3, "Ark")}));
  const auto mine = rooms_of(user_id(1));
  ASSERT_EQ(mine.size(), 3u);
  EXPECT_EQ(mine[0].id, room_id(2));
  EXPECT_EQ(mine[0].access, model::Access::everyone);
  EXPECT_EQ(mine[1].name, "Ark");
  EXPECT_EQ(mine[2].name, "zoo");
  ASSERT_EQ(rooms_of(user_id(77)).size(), 1u);
}

TEST_P(StoreConformance, ARoomShowsOnlyOnceItsCreationWasArchived) {
  ASSERT_TRUE(reserve(1, "soon"));
  EXPECT_TRUE(list_rooms("", 10).empty());
  EXPECT_TRUE(rooms_of(user_id(1)).empty());
  ASSERT_TRUE(archive({created(1, "soon")}));
  EXPECT_EQ(list_rooms("", 10).size(), 1u);
}

TEST_P(StoreConformance, ABodyThatIsNotItsKindsFailsTheWholeBatch) {
  for (const char* body :
       {"", "[]", "{}", R"({"room_name":1,"access":"open"})", R"({"room_name":"a","access":"ajar"})"}) {
    EXPECT_EQ(archive({message(2), next(1, model::EventKind::room_created, 1, body)}).error(), errc::data_error)
        << body;
  }
  EXPECT_EQ(page_before(room_id(2), kNewest, 1).head, model::Seq{0});
}

// ---- Directory ------------------------------------------------------------------------------------------------------

TEST_P(StoreConformance, ASessionIsFoundUntilItExpires) {
  const std::string hash("\0\xff hash of a token, 32 bytes long", 32);
  const User ada{user_id(1), "Ada", base::from_millis(5)};
  ASSERT_TRUE(ask<void>(&Directory::create_session, ada,
                        SessionRow{hash, ada.id, model::DeviceId{~std::uint64_t{0}}, base::from_millis(1000)}));
  harness_->reopen();
  const auto found = ask<User>(&Directory::find_session, hash, base::from_millis(999));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, ada.id);
  EXPECT_EQ(found->name, "Ada");
  EXPECT_EQ(found->created, ada.created);
  EXPECT_EQ(ask<User>(&Directory::find_session, hash, base::from_millis(1000)).error(), errc::not_found);
  EXPECT_EQ(ask<User>(&Directory::find_session, std::string(32, 'x'), base::from_millis(1)).error(), condition::gone);
}

TEST_P(StoreConformance, ASecondSessionLeavesTheUserAsHeIs) {
  const auto session = [&](char hash, std::string name) {
    return ask<void>(&Directory::create_session, User{user_id(1), std::move(name), base::from_millis(5)},
                     SessionRow{std::string(32, hash), user_id(1), model::DeviceId{1}, base::from_millis(1000)});
  };
  ASSERT_TRUE(session('a', "Ada"));
  ASSERT_TRUE(session('b', "Eve"));
  ASSERT_TRUE(session('b', "Eve"));  // a repeat
  for (const char hash : {'a', 'b'}) {
    EXPECT_EQ(ask<User>(&Directory::find_session, std::string(32, hash), base::from_millis(1))->name, "Ada");
  }
}

TEST_P(StoreConformance, ANameBelongsToTheFirstWhoReservesIt) {
  const auto first = reserve(1, "Кот & Ärger", 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->room, room_id(1));
  harness_->reopen();
  const auto second = reserve(2, "  кОТ & äRGER\xc2\xa0", 2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->room, room_id(1));
  EXPECT_EQ(second->name, "Кот & Ärger");
  EXPECT_EQ(second->user, user_id(1));
  EXPECT_EQ(second->device, model::DeviceId{1});
  EXPECT_EQ(second->access, model::Access::open);
  EXPECT_EQ(reserve(2, "another", 2)->room, room_id(2));
}

TEST_P(StoreConformance, ARoomCannotReserveASecondName) {
  ASSERT_TRUE(reserve(1, "first"));
  EXPECT_EQ(reserve(1, "second").error(), errc::name_taken);
  EXPECT_EQ(reserve(1, "first")->room, room_id(1));
}

TEST_P(StoreConformance, ReadMarkersOnlyMoveForward) {
  ASSERT_TRUE(archive({created(1, "one"), created(2, "two")}));
  const auto write = [&](std::uint64_t one, std::uint64_t two) {
    return ask<void>(&Directory::write_read_markers,
                     std::vector<ReadMarker>{{user_id(1), room_id(1), model::Seq{one}, model::MSeq{one / 2}},
                                             {user_id(1), room_id(2), model::Seq{two}, model::MSeq{two / 2}}});
  };
  EXPECT_EQ(rooms_of(user_id(1)).at(0).read_seq, model::Seq{0});
  ASSERT_TRUE(write(10, 4));
  ASSERT_TRUE(write(6, 8));
  const auto mine = rooms_of(user_id(1));
  ASSERT_EQ(mine.size(), 2u);
  EXPECT_EQ(mine[0].read_seq, model::Seq{10});
  EXPECT_EQ(mine[0].read_mseq, model::MSeq{5});
  EXPECT_EQ(mine[1].read_seq, model::Seq{8});
  EXPECT_EQ(mine[1].read_mseq, model::MSeq{4});
}

TEST_P(StoreConformance, ASettingKeepsItsFirstValue) {
  const auto put = [&](std::string value) {
    return ask<std::string>(&Directory::get_or_put_setting, std::string("secret"), std::move(value)).value();
  };
  const std::string bytes("\0\xff\n", 3);
  EXPECT_EQ(put(bytes), bytes);
  EXPECT_EQ(put("other"), bytes);
  harness_->reopen();
  EXPECT_EQ(put("third"), bytes);
}

TEST_P(StoreConformance, AnswersComeInALaterTurn) {
  bool inside = true, answered = false;
  store().find_key(room_id(1), user_id(1), model::DeviceId{1}, model::N{1}, [&](const auto&) {
    EXPECT_FALSE(inside);
    answered = true;
  });
  inside = false;
  EXPECT_TRUE(harness_->run_until([&] { return answered; }));
}

}  // namespace skat::store::testing
