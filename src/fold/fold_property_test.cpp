// Properties that hold for every log, tried on seeded ones. A failure names its seed.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "fold/fold.hpp"
#include "fold/testing/random_log.hpp"

namespace skat::fold {
namespace {

using namespace testing;

constexpr std::size_t kRecords = 4000;

Outcome apply(Fold& fold, const LogEntry& entry) {
  if (!entry.record) return fold.apply(error_code(errc::invalid_record), entry.append_time);
  return fold.apply(*entry.record, entry.append_time);
}

// An outcome in words, so that two can be compared and shown.
std::string words(const Outcome& outcome) {
  std::string out = std::to_string(static_cast<int>(outcome.verdict)) + " " + outcome.error.message();
  if (const auto& event = outcome.event) {
    out += " " + event->room.hex() + " " + std::to_string(event->seq.value()) + " " +
           std::to_string(event->mseq ? event->mseq->value() : 0) + " " + event->sender.hex() + " " +
           std::to_string(event->device.value()) + " " + std::to_string(event->n.value()) + " " +
           std::to_string(base::to_millis(event->ts)) + " " + model::to_text(event->kind) + " " + event->body;
  }
  return out;
}

std::vector<std::string> fold_all(Fold& fold, const std::vector<LogEntry>& log) {
  std::vector<std::string> out;
  for (const LogEntry& entry : log) out.push_back(words(apply(fold, entry)));
  return out;
}

std::set<model::RoomId> rooms_in(const std::vector<LogEntry>& log) {
  std::set<model::RoomId> rooms;
  for (const LogEntry& entry : log) {
    if (entry.record) rooms.insert(entry.record->room);
  }
  return rooms;
}

class FoldProperty : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const std::vector<LogEntry> log_ = RandomLog(GetParam()).make(kRecords);
};
INSTANTIATE_TEST_SUITE_P(Seeds, FoldProperty, ::testing::Range(std::uint64_t{1}, std::uint64_t{13}));

TEST_P(FoldProperty, NumbersAreDenseAndTimeNeverGoesBackPerRoom) {
  Fold fold(kEpoch);
  struct Numbers {
    std::uint64_t seq = 0, mseq = 0;
    base::WallTime time{};
  };
  std::map<model::RoomId, Numbers> rooms;
  std::size_t accepted = 0;
  for (const LogEntry& entry : log_) {
    const Outcome outcome = apply(fold, entry);
    ASSERT_EQ(outcome.event.has_value(), outcome.verdict == Verdict::accepted);
    if (!outcome.event) continue;
    ++accepted;
    Numbers& room = rooms[outcome.event->room];
    ASSERT_EQ(outcome.event->seq.value(), ++room.seq);
    ASSERT_EQ(outcome.event->mseq.has_value(), outcome.event->kind == model::EventKind::message);
    if (outcome.event->mseq) {
      ASSERT_EQ(outcome.event->mseq->value(), ++room.mseq);
    }
    ASSERT_GE(outcome.event->ts, room.time);
    ASSERT_GE(outcome.event->ts, entry.append_time);
    room.time = outcome.event->ts;
  }
  EXPECT_GT(accepted, kRecords / 10);
  for (const auto& [id, numbers] : rooms) EXPECT_EQ(fold.room(id)->seq.value(), numbers.seq);
}

// P3 and P7: a key is accepted at most once, and never after it was finally refused or forgotten.
TEST_P(FoldProperty, AKeyIsAcceptedAtMostOnceAndNeverAfterAnotherAnswer) {
  Fold fold(kEpoch);
  using Key = std::tuple<model::RoomId, model::UserId, model::DeviceId, model::N>;
  std::set<Key> accepted, closed;
  std::map<Verdict, int> seen;
  for (const LogEntry& entry : log_) {
    const Outcome outcome = apply(fold, entry);
    ++seen[outcome.verdict];
    if (!entry.record) continue;
    const Key key{entry.record->room, entry.record->sender, entry.record->device, entry.record->n};
    if (outcome.verdict == Verdict::accepted) {
      ASSERT_TRUE(accepted.insert(key).second) << "accepted twice";
      ASSERT_FALSE(closed.contains(key)) << "accepted after a final answer";
    } else if (outcome.verdict == Verdict::duplicate) {
      ASSERT_TRUE(accepted.contains(key));
    } else if (outcome.error == errc::refused_before) {
      ASSERT_TRUE(closed.contains(key));
    }
    const bool leaves_nothing = !fold.room(entry.record->room);
    if (outcome.verdict != Verdict::accepted && !leaves_nothing) closed.insert(key);
  }
  for (const Verdict verdict : {Verdict::accepted, Verdict::refused, Verdict::duplicate, Verdict::stale})
    EXPECT_GT(seen[verdict], 10) << "the log hardly tries " << static_cast<int>(verdict);
}

TEST_P(FoldProperty, TwoFoldersAgree) {
  Fold one(kEpoch), other(kEpoch);
  EXPECT_EQ(fold_all(one, log_), fold_all(other, log_));
  for (const auto& room : rooms_in(log_)) EXPECT_EQ(one.snapshot(room), other.snapshot(room));
}

TEST_P(FoldProperty, AnySubsetOfRoomsGivesTheSameOutcomes) {
  Fold whole(kEpoch);
  const auto expected = fold_all(whole, log_);
  const auto rooms = rooms_in(log_);
  std::mt19937_64 random(GetParam());
  for (int round = 0; round < 4; ++round) {
    Fold part(kEpoch);
    const auto wanted = random();
    std::size_t place = 0;
    std::set<model::RoomId> subset;
    for (const auto& room : rooms) {
      if ((wanted >> place++ & 1) != 0) subset.insert(room);
    }
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (!log_[i].record || !subset.contains(log_[i].record->room)) continue;
      ASSERT_EQ(words(apply(part, log_[i])), expected[i]) << "record " << i;
    }
    for (const auto& room : subset) EXPECT_EQ(part.snapshot(room), whole.snapshot(room));
  }
}

// Each room's snapshot is taken at an offset of its own, and its records below that are skipped.
TEST_P(FoldProperty, ARestartFromSnapshotsOfAnyAgeGoesOnTheSame) {
  const auto rooms = rooms_in(log_);
  std::mt19937_64 random(GetParam());
  for (int round = 0; round < 4; ++round) {
    std::map<model::RoomId, std::size_t> as_of;
    for (const auto& room : rooms) as_of[room] = random() % log_.size();
    Fold first(kEpoch), restarted(kEpoch);
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      for (const auto& [room, offset] : as_of) {
        if (offset != i) continue;
        const std::string state = first.snapshot(room);
        if (!state.empty()) {
          ASSERT_TRUE(restarted.load(room, state));
        }
        ASSERT_EQ(restarted.snapshot(room), state);
      }
      expected.push_back(words(apply(first, log_[i])));
    }
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (!log_[i].record || i < as_of[log_[i].record->room]) continue;
      ASSERT_EQ(words(apply(restarted, log_[i])), expected[i]) << "record " << i;
    }
    for (const auto& room : rooms) EXPECT_EQ(restarted.snapshot(room), first.snapshot(room));
  }
}

TEST_P(FoldProperty, MembersAreCountedAsTheyMayRead) {
  Fold fold(kEpoch);
  for (const LogEntry& entry : log_) (void)apply(fold, entry);
  for (const auto& room : rooms_in(log_)) {
    const auto view = fold.room(room);
    if (!view || view->access == model::Access::everyone) continue;
    std::size_t members = 0;
    for (std::uint32_t user = 0; user < RandomLog::kUsers; ++user)
      members += fold.may_read(room, user_id(user)) ? 1 : 0;
    EXPECT_EQ(view->members, members);
  }
}

}  // namespace
}  // namespace skat::fold
