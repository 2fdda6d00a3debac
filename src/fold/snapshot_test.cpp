#include "fold/snapshot.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "fold/testing/random_log.hpp"

namespace skat::fold {
namespace {

using namespace testing;

// A room with every form of window: all accepted, narrow with a refusal, wide; and a sender of 16 devices.
std::string rich_room(Fold& fold) {
  (void)fold.apply(create(1, 1), kTime);
  (void)fold.apply(send(1, 1, 2), kTime);
  (void)fold.apply(send(1, 2, 1), kTime);  // not a member
  (void)fold.apply(join(1, 2, 2), kTime);
  (void)fold.apply(join(1, 3, 900), kTime);
  for (std::uint64_t device = 1; device < 20; ++device) (void)fold.apply(send(1, 4, 1, device), kTime);
  return fold.snapshot(room_id(1));
}

TEST(Snapshot, EqualStatesGiveEqualBytesHoweverTheyCameAbout) {
  Fold one(kEpoch), other(kEpoch);
  for (auto* fold : {&one, &other}) (void)fold->apply(create(1, 1), kTime);
  for (std::uint32_t user = 2; user < 500; ++user) (void)one.apply(join(1, user, 1), kTime);
  for (std::uint32_t user = 499; user >= 2; --user) (void)other.apply(join(1, user, 1), kTime);
  EXPECT_EQ(one.snapshot(room_id(1)), other.snapshot(room_id(1)));
}

TEST(Snapshot, LoadsBackToTheSameBytesAndView) {
  Fold fold(kEpoch), loaded(kEpoch);
  const std::string state = rich_room(fold);
  ASSERT_TRUE(loaded.load(room_id(1), state));
  EXPECT_EQ(loaded.snapshot(room_id(1)), state);
  const auto was = *fold.room(room_id(1)), is = *loaded.room(room_id(1));
  EXPECT_EQ(is.seq, was.seq);
  EXPECT_EQ(is.mseq, was.mseq);
  EXPECT_EQ(is.name, was.name);
  EXPECT_EQ(is.access, was.access);
  EXPECT_EQ(is.owner, was.owner);
  EXPECT_EQ(is.members, was.members);
}

TEST(Snapshot, CutAnywhereOrTooLongIsCorruptAndChangesNothing) {
  Fold fold(kEpoch);
  const std::string state = rich_room(fold);
  for (std::size_t size = 0; size < state.size(); ++size) {
    const auto loaded = fold.load(room_id(1), state.substr(0, size));
    ASSERT_TRUE(loaded.has_error()) << size;
    ASSERT_EQ(loaded.error(), condition::corrupt);
  }
  EXPECT_TRUE(fold.load(room_id(1), state + '\0').has_error());
  EXPECT_EQ(fold.snapshot(room_id(1)), state);
}

TEST(Snapshot, WhateverLoadsIsWhatWouldBeWritten) {
  Fold fold(kEpoch);
  const std::string state = rich_room(fold);
  std::mt19937_64 random(1);
  int loaded = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = state;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 4 == 0 ? random() % 20 : random());
    Fold other(kEpoch);
    if (!other.load(room_id(1), bytes)) continue;
    ++loaded;
    ASSERT_EQ(other.snapshot(room_id(1)), bytes) << "round " << round;
    (void)other.apply(send(1, 3, 901), kTime);  // and it goes on working
  }
  EXPECT_GT(loaded, 100);
}

TEST(Snapshot, ACountWithoutTheBytesForItTakesNoMemory) {
  Fold fold(kEpoch);
  std::string state = rich_room(fold);
  const std::uint32_t senders = 0xffff'ffff;
  const std::size_t place = 1 + 1 + 8 + 8 + 8 + 16 + 2 + std::string_view("room 1").size();
  std::memcpy(state.data() + place, &senders, sizeof senders);
  EXPECT_EQ(fold.load(room_id(2), state).error(), errc::bad_snapshot);
  EXPECT_EQ(fold.room_count(), 1u);
}

TEST(Snapshot, AnotherLayoutVersionIsCorrupt) {
  Fold fold(kEpoch);
  std::string state = rich_room(fold);
  state[0] = static_cast<char>(kSnapshotVersion + 1);
  EXPECT_EQ(fold.load(room_id(1), state).error(), errc::bad_snapshot);
}

TEST(Snapshot, IsLittleEndianAsItIsDrawn) {
  Fold fold(kEpoch);
  (void)fold.apply(create(1, 1, 1, model::Access::closed, 0x0102030405060708), base::from_millis(0x1122334455));
  const std::string expected(
      "\x01\x02"  // version, access
      "\x01\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\0"                      // seq, mseq
      "\x55\x44\x33\x22\x11\0\0\0"            // time
      "\x02\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"  // owner
      "\x06\0"
      "room 1"
      "\x01\0\0\0"  // name, senders
      "\x02\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"
      "\x01\x01"  // sender, member, devices
      "\x08\x07\x06\x05\x04\x03\x02\x01"
      "\x01\0\0\0\0\0\0\0"
      "\0",  // device, highest, form
      2 + 8 + 8 + 8 + 16 + 2 + 6 + 4 + 16 + 2 + 8 + 8 + 1);
  EXPECT_EQ(fold.snapshot(room_id(1)), expected);
}

}  // namespace
}  // namespace skat::fold
