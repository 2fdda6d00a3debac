// What every sibling of the log must hold, as one suite: instantiate LogConformance with a maker of harnesses. What it
// must hold about groups is membership_conformance.hpp, included beside this.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/errc.hpp"
#include "log/log.hpp"
#include "model/limits.hpp"

namespace skat::log::testing {

// One empty log of at least three partitions, and the executor it lives on.
class LogHarness {
 public:
  virtual ~LogHarness() = default;
  [[nodiscard]] virtual Log& log() = 0;
  // Runs the executor until `done()` holds. False: it did not within a few seconds.
  virtual bool run_until(const std::function<bool()>& done) = 0;
  // Long enough that what would come has come.
  virtual void run_for_a_while() = 0;
  // Closes the log and opens it again on the same data.
  virtual void reopen() = 0;
  [[nodiscard]] virtual std::size_t max_queued_appends() const = 0;
  // False: the log trims by itself, and trim() does nothing.
  [[nodiscard]] virtual bool trims() const = 0;
  // The same log as another process has it. Nothing: one process alone uses such a log.
  [[nodiscard]] virtual std::unique_ptr<Log> open_another() = 0;
};

class LogConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<LogHarness>()>> {
 protected:
  static constexpr Partition kFirst{0}, kSecond{1}, kThird{2};
  static constexpr std::size_t kMany = 100'000;
  inline static const std::string kKey = "000102030405060708090a0b0c0d0e0f";
  inline static const auto kFuture = base::wall_now() + std::chrono::hours(24 * 365);

  void SetUp() override { harness_ = GetParam()(); }
  Log& log() { return harness_->log(); }

  result<Appended> append(Partition partition, std::string value, std::string key = kKey) {
    std::optional<result<Appended>> answer;
    log().append(partition, std::move(key), std::move(value), [&](result<Appended> got) { answer = std::move(got); });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    return answer.value();
  }
  // `count` appends in one turn: "0", "1", … from `first` on.
  std::vector<Appended> append_many(Partition partition, int count, int first = 0) {
    std::vector<Appended> places;
    for (int i = 0; i < count; ++i) {
      log().append(partition, kKey, std::to_string(first + i),
                   [&](result<Appended> got) { places.push_back(got.value()); });
    }
    EXPECT_TRUE(harness_->run_until([&] { return places.size() == static_cast<std::size_t>(count); }));
    return places;
  }
  // One call of next(); nullopt while it waits.
  result<std::vector<Entry>> next(LogReader& reader, std::size_t max_entries = kMany) {
    std::optional<result<std::vector<Entry>>> answer;
    reader.next(max_entries, [&](result<LogReader::Batch> got) { answer = std::move(got); });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    return std::move(answer.value());
  }
  // Calls next() until `count` entries have come.
  std::vector<Entry> read(LogReader& reader, std::size_t count, std::size_t max_entries = kMany) {
    std::vector<Entry> entries;
    while (entries.size() < count) {
      auto batch = next(reader, max_entries);
      EXPECT_TRUE(batch) << batch.error().message();
      if (!batch || batch->empty()) break;
      EXPECT_LE(batch->size(), max_entries);
      std::ranges::move(*batch, std::back_inserter(entries));
    }
    return entries;
  }
  Bounds bounds(Partition partition) {
    std::optional<result<Bounds>> answer;
    log().bounds(partition, [&](result<Bounds> got) { answer = got; });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    return answer.value().value();
  }
  void trim(Partition partition, Offset below, base::WallTime keep_newer_than) {
    std::optional<result<void>> answer;
    log().trim(partition, below, keep_newer_than, [&](result<void> got) { answer = got; });
    EXPECT_TRUE(harness_->run_until([&] { return answer.has_value(); }));
    EXPECT_TRUE(answer.value());
  }

  static void expect_values(const std::vector<Entry>& entries, int first, int count) {
    ASSERT_EQ(entries.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(entries[static_cast<std::size_t>(i)].value, std::to_string(first + i));
      if (i > 0) {
        ASSERT_LT(entries[static_cast<std::size_t>(i) - 1].offset, entries[static_cast<std::size_t>(i)].offset);
      }
    }
  }

  std::unique_ptr<LogHarness> harness_;
};

// ---- Appending ------------------------------------------------------------------------------------------------------

TEST_P(LogConformance, AppendsOfOnePartitionKeepTheOrderOfTheCalls) {
  const auto places = append_many(kFirst, 100);
  for (std::size_t i = 1; i < places.size(); ++i) EXPECT_LT(places[i - 1].offset, places[i].offset);
  const auto reader = log().read(kFirst, Offset{0});
  const auto entries = read(*reader, 100);
  expect_values(entries, 0, 100);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].offset, places[i].offset);
    EXPECT_EQ(entries[i].append_time, places[i].append_time);
    EXPECT_EQ(entries[i].key, kKey);
  }
}

TEST_P(LogConformance, TheAppendTimeIsThePresent) {
  const auto before = base::wall_now();
  const auto place = append(kFirst, "x").value();
  EXPECT_GE(place.append_time, before - std::chrono::seconds(1));
  EXPECT_LE(place.append_time, base::wall_now() + std::chrono::seconds(1));
}

TEST_P(LogConformance, WhatWasAckedIsThereAfterReopening) {
  std::vector<Appended> places;
  for (int i = 0; i < 10; ++i) places.push_back(append(kFirst, std::to_string(i)).value());
  harness_->reopen();
  const auto reader = log().read(kFirst, Offset{0});
  const auto entries = read(*reader, 10);
  expect_values(entries, 0, 10);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].offset, places[i].offset);
    EXPECT_EQ(entries[i].append_time, places[i].append_time);
  }
}

TEST_P(LogConformance, TenThousandAppendsComeBackInOrder) {
  constexpr int kCount = 10'000;
  const int chunk = static_cast<int>(std::min<std::size_t>(harness_->max_queued_appends(), kCount));
  for (int i = 0; i < kCount; i += chunk) append_many(kFirst, std::min(chunk, kCount - i), i);
  const auto reader = log().read(kFirst, Offset{0});
  expect_values(read(*reader, kCount, 700), 0, kCount);
}

TEST_P(LogConformance, CarriesAnyBytesUpToTheLimit) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  ASSERT_TRUE(append(kFirst, bytes));
  ASSERT_TRUE(append(kFirst, std::string(model::kMaxRecordBytes, 'x')));
  harness_->reopen();
  const auto reader = log().read(kFirst, Offset{0});
  const auto entries = read(*reader, 2);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].value, bytes);
  EXPECT_EQ(entries[1].value.size(), model::kMaxRecordBytes);
}

TEST_P(LogConformance, ATooLargeRecordIsRefusedForGood) {
  const auto refused = append(kFirst, std::string(model::kMaxRecordBytes + 1, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::too_large);
  EXPECT_TRUE(refused.error() == condition::refused);
  EXPECT_TRUE(append(kFirst, "x"));
}

TEST_P(LogConformance, AFullQueueAnswersBusyAndTheRestIsAppended) {
  const std::size_t limit = harness_->max_queued_appends(), over = 10;
  std::size_t appended = 0, busy = 0;
  for (std::size_t i = 0; i < limit + over; ++i) {
    log().append(kFirst, kKey, std::to_string(i), [&](const result<Appended>& got) {
      if (got) {
        ++appended;
      } else {
        EXPECT_EQ(got.error(), errc::busy);
        EXPECT_TRUE(got.error() == condition::retryable);
        ++busy;
      }
    });
  }
  ASSERT_TRUE(harness_->run_until([&] { return appended + busy == limit + over; }));
  EXPECT_EQ(busy, over);
  EXPECT_TRUE(append(kFirst, std::to_string(limit)));
  const auto reader = log().read(kFirst, Offset{0});
  const auto count = static_cast<int>(limit) + 1;
  expect_values(read(*reader, limit + 1), 0, count);
}

TEST_P(LogConformance, NothingIsCalledFromInsideACall) {
  append(kFirst, "0").value();
  int called = 0;
  log().append(kFirst, kKey, "1", [&](const result<Appended>&) { ++called; });
  log().append(kFirst, kKey, std::string(model::kMaxRecordBytes + 1, 'x'), [&](const result<Appended>&) { ++called; });
  log().bounds(kFirst, [&](const result<Bounds>&) { ++called; });
  log().trim(kFirst, Offset{0}, kFuture, [&](const result<void>&) { ++called; });
  const auto reader = log().read(kFirst, Offset{0});
  reader->next(1, [&](const result<LogReader::Batch>&) { ++called; });
  EXPECT_EQ(called, 0);
  EXPECT_TRUE(harness_->run_until([&] { return called == 5; }));
}

TEST_P(LogConformance, ACallbackMayUseTheLog) {
  int appended = 0;
  std::function<void(result<Appended>)> more = [&](const result<Appended>& got) {
    EXPECT_TRUE(got);
    if (++appended < 20) log().append(kFirst, kKey, std::to_string(appended), [&](result<Appended> g) { more(g); });
  };
  log().append(kFirst, kKey, "0", [&](result<Appended> got) { more(got); });
  ASSERT_TRUE(harness_->run_until([&] { return appended == 20; }));
  const auto reader = log().read(kFirst, Offset{0});
  expect_values(read(*reader, 20), 0, 20);
}

// ---- Reading --------------------------------------------------------------------------------------------------------

TEST_P(LogConformance, AReaderFromAnyOffsetSeesEverythingOnce) {
  const auto places = append_many(kFirst, 50);
  for (const bool reopened : {false, true}) {
    if (reopened) harness_->reopen();
    for (int from = 0; from < 50; from += 7) {
      const auto reader = log().read(kFirst, places[static_cast<std::size_t>(from)].offset);
      expect_values(read(*reader, static_cast<std::size_t>(50 - from), 1 + static_cast<std::size_t>(from)), from,
                    50 - from);
    }
  }
}

TEST_P(LogConformance, AReaderAtTheTailWaitsForTheNextAppend) {
  append_many(kFirst, 3);
  const auto reader = log().read(kFirst, Offset{0});
  expect_values(read(*reader, 3), 0, 3);
  std::vector<Entry> entries;
  reader->next(kMany, [&](result<LogReader::Batch> got) { entries = std::move(got.value()); });
  harness_->run_for_a_while();
  EXPECT_TRUE(entries.empty());
  append_many(kFirst, 1, 3);
  ASSERT_TRUE(harness_->run_until([&] { return !entries.empty(); }));
  expect_values(entries, 3, 1);
  append_many(kFirst, 2, 4);
  expect_values(read(*reader, 2), 4, 2);
}

TEST_P(LogConformance, AReaderBeyondTheEndWaitsForItsOffset) {
  const auto places = append_many(kFirst, 3);
  const auto from = places.back().offset.next().next().next();
  const auto reader = log().read(kFirst, from);
  std::vector<Entry> entries;
  reader->next(kMany, [&](result<LogReader::Batch> got) { entries = std::move(got.value()); });
  append_many(kFirst, 2, 3);
  harness_->run_for_a_while();
  EXPECT_TRUE(entries.empty());
  append_many(kFirst, 3, 5);
  ASSERT_TRUE(harness_->run_until([&] { return !entries.empty(); }));
  EXPECT_EQ(entries.front().offset, from);
}

TEST_P(LogConformance, ReadersOfDifferentSpeedSeeTheSame) {
  constexpr int kCount = 3'000;
  std::vector<std::unique_ptr<LogReader>> readers;
  std::vector<std::vector<Entry>> seen(3);
  std::vector<std::function<void()>> ask(3);
  for (std::size_t i = 0; i < 3; ++i) {
    readers.push_back(log().read(kFirst, Offset{0}));
    ask[i] = [&, i] {
      readers[i]->next(1 + 50 * i * i, [&, i](result<LogReader::Batch> got) {
        std::ranges::move(got.value(), std::back_inserter(seen[i]));
        ask[i]();
      });
    };
    ask[i]();
  }
  for (int i = 0; i < kCount; i += 100) append_many(kFirst, 100, i);
  ASSERT_TRUE(harness_->run_until(
      [&] { return std::ranges::all_of(seen, [](const auto& entries) { return entries.size() == kCount; }); }));
  for (const auto& entries : seen) expect_values(entries, 0, kCount);
}

TEST_P(LogConformance, ADestroyedReaderIsNotCalled) {
  append_many(kFirst, 3);
  bool called = false;
  auto at_start = log().read(kFirst, Offset{0}), at_tail = log().read(kFirst, bounds(kFirst).end);
  at_start->next(kMany, [&](const result<LogReader::Batch>&) { called = true; });
  at_tail->next(kMany, [&](const result<LogReader::Batch>&) { called = true; });
  at_start.reset();
  at_tail.reset();
  append_many(kFirst, 3);
  harness_->run_for_a_while();
  EXPECT_FALSE(called);
}

TEST_P(LogConformance, PartitionsHaveTheirOwnOffsetsAndReaders) {
  ASSERT_GE(log().partition_count(), 3U);
  append_many(kFirst, 5, 100);
  append_many(kSecond, 3, 200);
  append_many(kFirst, 5, 105);
  const auto first = log().read(kFirst, Offset{0}), second = log().read(kSecond, Offset{0});
  const auto third = log().read(kThird, Offset{0});
  expect_values(read(*first, 10), 100, 10);
  expect_values(read(*second, 3), 200, 3);
  EXPECT_EQ(bounds(kThird).start, bounds(kThird).end);
  bool called = false;
  third->next(kMany, [&](const result<LogReader::Batch>&) { called = true; });
  append_many(kFirst, 1);
  harness_->run_for_a_while();
  EXPECT_FALSE(called);
  append_many(kThird, 1);
  EXPECT_TRUE(harness_->run_until([&] { return called; }));
}

// ---- Bounds and trim ------------------------------------------------------------------------------------------------

TEST_P(LogConformance, EverythingAppendedBeforeTheQuestionLiesBelowTheEnd) {
  std::optional<Appended> place;
  std::optional<Bounds> answer;
  log().append(kFirst, kKey, "x", [&](result<Appended> got) { place = got.value(); });
  log().bounds(kFirst, [&](result<Bounds> got) { answer = got.value(); });
  ASSERT_TRUE(harness_->run_until([&] { return place && answer; }));
  EXPECT_LT(place->offset, answer->end);
  EXPECT_LE(answer->start, place->offset);
  harness_->reopen();
  EXPECT_EQ(bounds(kFirst).end, answer->end);
  EXPECT_EQ(bounds(kFirst).start, answer->start);
}

TEST_P(LogConformance, TrimForgetsWhatIsBelowAndOldButNeverTheLastEntry) {
  if (!harness_->trims()) return;
  const auto places = append_many(kFirst, 10);
  trim(kFirst, places[4].offset, base::WallTime{});
  EXPECT_EQ(bounds(kFirst).start, places[0].offset) << "everything is newer than 1970";
  trim(kFirst, places[4].offset, kFuture);
  EXPECT_EQ(bounds(kFirst).start, places[4].offset);
  const auto reader = log().read(kFirst, places[4].offset);
  expect_values(read(*reader, 6), 4, 6);
  const auto end = bounds(kFirst).end;
  trim(kFirst, end, kFuture);
  EXPECT_EQ(bounds(kFirst).start, places[9].offset);
  EXPECT_EQ(bounds(kFirst).end, end);
  trim(kSecond, Offset{100}, kFuture);
  EXPECT_EQ(bounds(kSecond).start, bounds(kSecond).end);
}

TEST_P(LogConformance, OffsetsAreNeverUsedAgainAfterATrimOfEverything) {
  if (!harness_->trims()) return;
  Offset highest{0};
  for (int round = 0; round < 4; ++round) {
    const auto places = append_many(kFirst, 5, round * 5);
    if (round > 0) {
      EXPECT_GT(places.front().offset, highest);
    }
    highest = places.back().offset;
    trim(kFirst, highest.next(), kFuture);
    if (round % 2 == 0) harness_->reopen();
    EXPECT_EQ(bounds(kFirst).end, highest.next());
  }
}

TEST_P(LogConformance, AReaderBelowTheStartIsToldSo) {
  if (!harness_->trims()) return;
  const auto places = append_many(kFirst, 10);
  const auto slow = log().read(kFirst, Offset{0});
  expect_values(read(*slow, 2, 1), 0, 2);
  trim(kFirst, places[5].offset, kFuture);
  const auto lost = next(*slow);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error(), errc::offset_lost);
  harness_->run_for_a_while();
}

// ---- Identity -------------------------------------------------------------------------------------------------------

TEST_P(LogConformance, ALogKeepsItsIdentityAndItsPartitions) {
  const auto id = log().log_id();
  const auto partitions = log().partition_count();
  EXPECT_FALSE(id.empty());
  harness_->reopen();
  EXPECT_EQ(log().log_id(), id);
  EXPECT_EQ(log().partition_count(), partitions);
  EXPECT_NE(GetParam()()->log().log_id(), id) << "another log";
}

}  // namespace skat::log::testing
