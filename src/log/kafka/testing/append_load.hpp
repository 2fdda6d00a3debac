// Appends at a steady rate while brokers come and go, and the account of them: what was promised against what is read.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "log/log.hpp"

namespace skat::log::kafka::testing {

class AppendLoad {
 public:
  AppendLoad(Log& log, base::Executor& executor)
      : log_(log),
        executor_(executor),
        sent_(log.partition_count()),
        timer_(executor.after(kEvery, [this] { tick(); })) {}
  ~AppendLoad() { executor_.cancel(timer_); }
  AppendLoad(const AppendLoad&) = delete;
  AppendLoad& operator=(const AppendLoad&) = delete;

  void stop() { executor_.cancel(timer_); }
  [[nodiscard]] bool all_answered() const { return unanswered_ == 0; }

  // Of the appends made in [from, to): how many were confirmed, refused before they were handed over, or are unknown;
  // and the longest wait for an answer that was not a confirmation.
  struct Account {
    std::size_t confirmed = 0, refused = 0, unknown = 0;
    base::Duration longest_refusal{}, longest{};
  };
  [[nodiscard]] Account account(base::SteadyTime from, base::SteadyTime to) const {
    Account account;
    for (const auto& partition : sent_) {
      for (const auto& each : partition) {
        if (each.at < from || each.at >= to || !each.answer) continue;
        account.longest = std::max(account.longest, each.took);
        if (*each.answer) {
          ++account.confirmed;
        } else if (each.answer->error() == condition::retryable) {
          ++account.refused;
          account.longest_refusal = std::max(account.longest_refusal, each.took);
        } else {
          EXPECT_TRUE(each.answer->error() == condition::unknown) << each.answer->error().message();
          ++account.unknown;
        }
      }
    }
    return account;
  }

  // The end of what was confirmed in the partition so far.
  [[nodiscard]] Offset confirmed_end(Partition partition) const { return ends_[partition.value()]; }

  // `entries`: everything that the partition holds. Confirmed appends are there once, at their place; refused ones are
  // not; unknown ones at most once; all in the order of the calls.
  void expect_kept(Partition partition, const std::vector<Entry>& entries) const {
    const auto& sent = sent_[partition.value()];
    std::map<std::size_t, const Entry*> found;
    std::size_t last = 0;
    for (const auto& entry : entries) {
      std::size_t number = 0;
      const auto* end = entry.value.data() + entry.value.size();
      ASSERT_TRUE(std::from_chars(entry.value.data(), end, number).ptr == end && number < sent.size()) << entry.value;
      EXPECT_TRUE(found.emplace(number, &entry).second) << number << " is there twice";
      EXPECT_TRUE(found.size() == 1 || number > last) << number << " comes after " << last;
      last = number;
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const auto at = found.find(i);
      ASSERT_TRUE(sent[i].answer) << i << " was not answered";
      const auto& answer = *sent[i].answer;
      if (answer) {
        ASSERT_TRUE(at != found.end()) << i << " was confirmed and is lost";
        EXPECT_EQ(at->second->offset, answer->offset);
        EXPECT_EQ(at->second->append_time, answer->append_time);
      } else if (answer.error() == condition::retryable) {
        EXPECT_TRUE(at == found.end()) << i << " was refused and is there";
      }
    }
  }

 private:
  struct Sent {
    base::SteadyTime at;
    base::Duration took{};
    std::optional<result<Appended>> answer;
  };
  static constexpr base::Duration kEvery = std::chrono::milliseconds(10);

  void tick() {
    timer_ = executor_.after(kEvery, [this] { tick(); });
    for (std::uint32_t i = 0; i < sent_.size(); ++i) {
      const auto number = sent_[i].size();
      sent_[i].push_back({.at = executor_.now(), .answer = std::nullopt});
      ++unanswered_;
      log_.append(Partition{i}, "key", std::to_string(number), [this, i, number](result<Appended> got) {
        auto& sent = sent_[i][number];
        EXPECT_FALSE(sent.answer) << "answered twice";
        sent.took = executor_.now() - sent.at;
        if (got) ends_[i] = std::max(ends_[i], got->offset.next());
        sent.answer = std::move(got);
        --unanswered_;
      });
    }
  }

  Log& log_;
  base::Executor& executor_;
  std::vector<std::vector<Sent>> sent_;  // by partition
  std::vector<Offset> ends_ = std::vector<Offset>(sent_.size(), Offset{0});
  std::size_t unanswered_ = 0;
  base::Executor::TimerId timer_;
};

}  // namespace skat::log::kafka::testing
