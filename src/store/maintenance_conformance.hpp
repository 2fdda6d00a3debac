// What maintenance of every sibling of the store must hold: instantiate MaintenanceConformance with a maker of
// harnesses.
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
#include "store/maintenance.hpp"
#include "store/store.hpp"

namespace skat::store::testing {

// An empty store, the maintenance of the same data, and the executor both live on.
class MaintenanceHarness {
 public:
  virtual ~MaintenanceHarness() = default;
  [[nodiscard]] virtual Store& store() = 0;
  [[nodiscard]] virtual Maintenance& maintenance() = 0;
  // Runs the executor until `done()` holds. False: it did not within a few seconds.
  virtual bool run_until(const std::function<bool()>& done) = 0;
};

class MaintenanceConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<MaintenanceHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    stored_ = load();
  }

  static model::RoomId room_id(std::uint8_t i) { return model::RoomId{{1, i}}; }
  static model::UserId user_id(std::uint8_t i) { return model::UserId{{2, i}}; }

  template <class T, class Object, class Port, class... Parameters, class... Arguments>
  result<T> ask(Object& object, void (Port::*method)(Parameters...), Arguments&&... arguments) {
    std::optional<result<T>> answer;
    (object.*method)(std::forward<Arguments>(arguments)..., [&](result<T> got) { answer.emplace(std::move(got)); });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  StoredFold load(std::uint32_t partition = 0, std::string log_id = "log-1") {
    return ask<StoredFold>(harness_->store(), &Conversations::load_fold, partition, std::move(log_id)).value();
  }
  std::unique_ptr<StoreReading> read() {
    return ask<std::unique_ptr<StoreReading>>(harness_->maintenance(), &Maintenance::read).value();
  }
  template <class Row>
  std::vector<Row> all(StoreReading& reading, void (StoreReading::*next)(std::size_t, Done<std::vector<Row>>),
                       std::size_t limit) {
    std::vector<Row> rows;
    for (;;) {
      auto some = ask<std::vector<Row>>(reading, next, limit).value();
      EXPECT_LE(some.size(), limit);
      if (some.empty()) return rows;
      rows.insert(rows.end(), some.begin(), some.end());
    }
  }
  model::Event event(std::uint8_t room, std::uint64_t seq, model::EventKind kind, std::uint8_t user,
                     std::string body = R"({"name":"Ada"})") {
    model::Event event;
    event.room = room_id(room);
    event.epoch = stored_.epoch;
    event.seq = model::Seq{seq};
    event.kind = kind;
    event.sender = user_id(user);
    event.device = model::DeviceId{~std::uint64_t{0}};
    event.n = model::N{seq};
    event.ts = base::from_millis(1'700'000'000'000 + static_cast<std::int64_t>(seq));
    event.body = std::move(body);
    if (kind == model::EventKind::message) event.mseq = model::MSeq{seq - 1};
    return event;
  }
  model::Event created(std::uint8_t room, const std::string& name) {
    return event(room, 1, model::EventKind::room_created, 1,
                 R"({"name":"Ada","room_name":")" + name + R"(","access":"open"})");
  }
  // Two rooms, the second before the first; a second member in one; a dead letter; snapshots.
  void fill() {
    ArchiveBatch batch;
    batch.end = 5;
    batch.events = {created(2, "Two"), created(1, "One"), event(1, 2, model::EventKind::member_joined, 2),
                    event(1, 3, model::EventKind::message, 2, R"({"name":"Bob","text":"né 🂡"})")};
    batch.dead_letters = {{4, "key", std::string("\0\xff", 2), "why"}};
    batch.snapshots = {{room_id(2), 5, "two"}, {room_id(1), 5, "one"}};
    batch.snapshots_as_of = 5;
    ASSERT_TRUE(ask<void>(harness_->store(), &Conversations::archive, batch));
    stored_ = load();
  }
  StoredProgress progress() const { return {0, stored_.next_offset, stored_.snapshots_as_of, stored_.epoch}; }

  std::unique_ptr<MaintenanceHarness> harness_;
  StoredFold stored_;
};

TEST_P(MaintenanceConformance, AReadingHasEveryRowOnceInOrderHoweverFewAreTakenAtATime) {
  fill();
  for (const std::size_t limit : {1u, 2u, 100u}) {
    const auto reading = read();
    EXPECT_EQ(ask<std::uint64_t>(*reading, &StoreReading::count_events).value(), 4u);
    const auto partitions = ask<std::vector<PartitionState>>(*reading, &StoreReading::partitions).value();
    ASSERT_EQ(partitions.size(), 1u);
    EXPECT_EQ(partitions[0].log_id, "log-1");
    EXPECT_EQ(partitions[0].progress.next_offset, 5u);
    EXPECT_EQ(partitions[0].progress.epoch, stored_.epoch);
    EXPECT_TRUE(partitions[0].former_epochs.empty());
    const auto events = all(*reading, &StoreReading::next_events, limit);
    ASSERT_EQ(events.size(), 4u);
    EXPECT_EQ(events[0].room, room_id(1));
    EXPECT_EQ(events[2].seq, model::Seq{3});
    EXPECT_EQ(events[2].mseq, model::MSeq{2});
    EXPECT_EQ(events[2].body, R"({"name":"Bob","text":"né 🂡"})");
    EXPECT_EQ(events[2].device, model::DeviceId{~std::uint64_t{0}});
    EXPECT_EQ(events[2].ts, base::from_millis(1'700'000'000'003));
    EXPECT_EQ(events[3].room, room_id(2));
    EXPECT_EQ(events[3].kind, model::EventKind::room_created);
    const auto rooms = all(*reading, &StoreReading::next_rooms, limit);
    ASSERT_EQ(rooms.size(), 2u);
    EXPECT_EQ(rooms[0].name, "One");
    EXPECT_EQ(rooms[0].name_key, "one");
    EXPECT_EQ(rooms[0].members, 2u);
    EXPECT_EQ(rooms[0].created, base::from_millis(1'700'000'000'001));
    EXPECT_EQ(rooms[1].id, room_id(2));
    const auto members = all(*reading, &StoreReading::next_members, limit);
    ASSERT_EQ(members.size(), 3u);
    EXPECT_EQ(members[0].user, user_id(1));
    EXPECT_EQ(members[1].user, user_id(2));
    EXPECT_EQ(members[2].room, room_id(2));
    const auto snapshots = all(*reading, &StoreReading::next_snapshots, limit);
    ASSERT_EQ(snapshots.size(), 2u);
    EXPECT_EQ(snapshots[0].snapshot.room, room_id(1));
    EXPECT_EQ(snapshots[0].snapshot.state, "one");
    EXPECT_EQ(snapshots[0].snapshot.as_of, 5u);
    const auto letters = all(*reading, &StoreReading::next_letters, limit);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].letter.offset, 4u);
    EXPECT_EQ(letters[0].letter.value, std::string("\0\xff", 2));
  }
}

TEST_P(MaintenanceConformance, AReadingStaysAtItsMomentWhileTheStoreGoesOn) {
  fill();
  const auto reading = read();
  ASSERT_EQ(ask<std::vector<model::Event>>(*reading, &StoreReading::next_events, 1u).value().size(), 1u);
  ArchiveBatch batch;
  batch.start = 5;
  batch.end = 6;
  batch.events = {event(1, 4, model::EventKind::message, 1)};
  ASSERT_TRUE(ask<void>(harness_->store(), &Conversations::archive, batch));
  EXPECT_EQ(all(*reading, &StoreReading::next_events, 100).size(), 3u);
  const auto partitions = ask<std::vector<PartitionState>>(*reading, &StoreReading::partitions).value();
  EXPECT_EQ(partitions[0].progress.next_offset, 5u);
  const auto later = read();
  EXPECT_EQ(ask<std::uint64_t>(*later, &StoreReading::count_events).value(), 5u);
}

TEST_P(MaintenanceConformance, AResetLeavesTheDirectoryTheEpochAndTheNote) {
  fill();
  const NameReservation wanted{room_id(9), "Kept", model::Access::open, user_id(1), model::DeviceId{1}};
  ASSERT_TRUE(ask<NameReservation>(harness_->store(), &Directory::reserve_room_name, wanted));
  ASSERT_TRUE(ask<void>(harness_->maintenance(), &Maintenance::reset, std::vector{progress()}, std::string("note")));
  const auto reading = read();
  EXPECT_EQ(all(*reading, &StoreReading::next_events, 10).size(), 0u);
  EXPECT_EQ(all(*reading, &StoreReading::next_rooms, 10).size(), 0u);
  EXPECT_EQ(all(*reading, &StoreReading::next_members, 10).size(), 0u);
  EXPECT_EQ(all(*reading, &StoreReading::next_letters, 10).size(), 0u);
  const auto after = load();
  EXPECT_EQ(after.next_offset, 0u);
  EXPECT_EQ(after.snapshots_as_of, 0u);
  EXPECT_EQ(after.epoch, stored_.epoch);
  EXPECT_EQ(after.log_id, "log-1");
  EXPECT_TRUE(after.snapshots.empty());
  auto other = wanted;
  other.room = room_id(10);
  EXPECT_EQ(ask<NameReservation>(harness_->store(), &Directory::reserve_room_name, other).value().room, room_id(9));
  const auto note = [&] {
    return ask<std::optional<std::string>>(harness_->maintenance(), &Maintenance::note).value();
  };
  EXPECT_EQ(note(), "note");
  ASSERT_TRUE(ask<void>(harness_->maintenance(), &Maintenance::clear_note));
  EXPECT_EQ(note(), std::nullopt);
  // The same batch is archived again, as if it were the first time.
  fill();
  EXPECT_EQ(stored_.next_offset, 5u);
}

TEST_P(MaintenanceConformance, AResetOfAnythingButWhatWasSeenChangesNothing) {
  fill();
  auto other = progress();
  other.next_offset = 4;
  const auto reset = ask<void>(harness_->maintenance(), &Maintenance::reset, std::vector{other}, std::string("note"));
  EXPECT_EQ(reset.error(), errc::superseded);
  EXPECT_EQ(ask<std::uint64_t>(*read(), &StoreReading::count_events).value(), 4u);
}

TEST_P(MaintenanceConformance, AnAdoptionGoesOnFromAnotherLogInANewEpoch) {
  fill();
  const auto second = load(1);
  const Adoption adoption{progress(), "log-2", 3, model::Epoch{99}, {{room_id(1), 0, "one more"}}};
  const Adoption other{{1, 0, 0, second.epoch}, "log-2", 1, model::Epoch{98}, {}};
  ASSERT_TRUE(ask<void>(harness_->maintenance(), &Maintenance::adopt, std::vector{adoption, other}));
  const auto after = load();
  EXPECT_EQ(after.log_id, "log-2");
  EXPECT_EQ(after.next_offset, 3u);
  EXPECT_EQ(after.snapshots_as_of, 3u);
  EXPECT_EQ(after.epoch, model::Epoch{99});
  ASSERT_EQ(after.snapshots.size(), 2u);
  EXPECT_EQ(after.snapshots[0].state, "one more");
  EXPECT_EQ(after.snapshots[1].state, "two");
  EXPECT_EQ(after.snapshots[0].as_of, 3u);
  EXPECT_EQ(after.snapshots[1].as_of, 3u);
  EXPECT_EQ(load(1).epoch, model::Epoch{98});
  const Adoption again{{0, 3, 3, model::Epoch{99}}, "log-3", 0, model::Epoch{100}, {}};
  ASSERT_TRUE(ask<void>(harness_->maintenance(), &Maintenance::adopt, std::vector{again}));
  const auto partitions = ask<std::vector<PartitionState>>(*read(), &StoreReading::partitions).value();
  EXPECT_EQ(partitions[0].former_epochs, (std::vector{stored_.epoch, model::Epoch{99}}));
  EXPECT_EQ(partitions[1].former_epochs, std::vector{second.epoch});
  EXPECT_EQ(ask<std::uint64_t>(*read(), &StoreReading::count_events).value(), 4u);
}

TEST_P(MaintenanceConformance, AnAdoptionIsOfAllPartitionsOrOfNone) {
  fill();
  const auto second = load(1);
  const Adoption adoption{progress(), "log-2", 3, model::Epoch{99}, {}};
  const Adoption outdated{{1, 7, 0, second.epoch}, "log-2", 1, model::Epoch{98}, {}};
  EXPECT_EQ(ask<void>(harness_->maintenance(), &Maintenance::adopt, std::vector{adoption, outdated}).error(),
            errc::superseded);
  EXPECT_EQ(load().log_id, "log-1");
}

}  // namespace skat::store::testing
