// A log in memory for chat's unit tests: LogDisk outlives the MemoryLog on it, as a file outlives the process.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "chat/testing/power.hpp"
#include "log/errc.hpp"
#include "log/log.hpp"
#include "model/limits.hpp"

namespace skat::chat::testing {

class MemoryLog;

struct LogDisk {
  struct Partition {
    std::deque<log::Entry> entries;
    std::uint64_t next_offset = 1;
  };
  explicit LogDisk(std::size_t partition_count = 1) : partitions(partition_count) {}

  std::vector<Partition> partitions;
  std::string id = "log-1";
  std::vector<MemoryLog*> logs;                               // of the processes that have it open
  base::WallTime now = base::from_millis(1'767'225'600'000);  // each append one millisecond later
};

class MemoryLog final : public log::Log {
 public:
  enum class Mode {
    up,
    away,      // appends are refused, nothing is handed over
    unsure,    // appends happen and are answered maybe_appended
    swallows,  // appends do not happen and are answered maybe_appended
    held,      // appends wait for release()
  };

  MemoryLog(base::Executor& core, LogDisk& disk, Power& power) : core_(core), disk_(disk), power_(power) {
    disk_.logs.push_back(this);
  }
  ~MemoryLog() override { std::erase(disk_.logs, this); }

  Mode mode = Mode::up;
  std::size_t appends = 0;         // calls
  base::Duration answer_after{0};  // of every append
  bool readers_stuck = false;      // appends are durable, but no reader sees them
  error_code read_error;           // set: the next read is answered with it, once
  void unstick() {
    readers_stuck = false;
    wake_readers();
  }
  void wake_readers() {
    for (Reader* reader : readers_) reader->wake();
  }
  void release() {
    mode = Mode::up;
    for (auto& task : std::exchange(held_, {})) core_.post(std::move(task));
  }

  void append(log::Partition partition, std::string key, std::string value,
              base::Function<void(result<log::Appended>)> done) override {
    ++appends;
    if (value.size() > model::kMaxRecordBytes) return answer(std::move(done), log::errc::too_large);
    if (mode == Mode::away) return answer(std::move(done), log::errc::unavailable);
    if (mode == Mode::swallows) return answer(std::move(done), log::errc::maybe_appended);
    const bool unsure = mode == Mode::unsure;
    base::Executor::Task task = [this, partition, key = std::move(key), value = std::move(value), unsure,
                                 done = std::move(done)]() mutable {
      if (!power_.use()) return;
      const auto place = write(partition, std::move(key), std::move(value));
      answer(std::move(done), unsure ? result<log::Appended>(log::errc::maybe_appended) : place);
    };
    if (mode == Mode::held) {
      held_.push_back(std::move(task));
    } else {
      core_.post(std::move(task));
    }
  }

  // At once, as another process would.
  log::Appended write(log::Partition partition, std::string key, std::string value) {
    auto& part = disk_.partitions[partition.value()];
    disk_.now += std::chrono::milliseconds(1);
    const log::Offset offset{part.next_offset++};
    part.entries.push_back({offset, disk_.now, std::move(key), std::move(value)});
    for (MemoryLog* log : disk_.logs) log->wake_readers();
    return {offset, disk_.now};
  }

  std::unique_ptr<log::LogReader> read(log::Partition partition, log::Offset from) override {
    return std::make_unique<Reader>(*this, partition, from);
  }

  void bounds(log::Partition partition, base::Function<void(result<log::Bounds>)> done) override {
    core_.post([this, partition, done = std::move(done)]() mutable {
      if (!power_.on()) return;
      done(bounds_of(partition));
    });
  }

  void trim(log::Partition partition, log::Offset below, base::WallTime keep_newer_than,
            base::Function<void(result<void>)> done) override {
    auto& entries = disk_.partitions[partition.value()].entries;
    while (entries.size() > 1 && entries.front().offset < below && entries.front().append_time < keep_newer_than) {
      entries.pop_front();
    }
    core_.post([done = std::move(done)]() mutable { done({}); });
  }

  // A member that joins holds every partition, unless `members_start_empty`.
  bool members_start_empty = false;
  // Of the member of `group` on this log, in later turns; what it holds already, or does not hold, is left out.
  void give(const std::string& group, std::vector<log::Partition> partitions) {
    for (Member* member : members_) {
      if (member->group() == group) member->change(std::move(partitions), {}, {});
    }
  }
  void take(const std::string& group, std::vector<log::Partition> partitions) {
    for (Member* member : members_) {
      if (member->group() == group) member->change({}, std::move(partitions), {});
    }
  }
  std::unique_ptr<log::Membership> join(std::string group, log::Membership::Listener& listener) override {
    auto member = std::make_unique<Member>(*this, std::move(group), listener);
    if (!members_start_empty) member->change(all_partitions(), {}, {});
    return member;
  }

  [[nodiscard]] std::uint32_t partition_count() const override {
    return static_cast<std::uint32_t>(disk_.partitions.size());
  }
  [[nodiscard]] std::string log_id() const override { return disk_.id; }

 private:
  class Reader final : public log::LogReader {
   public:
    Reader(MemoryLog& log, log::Partition partition, log::Offset from) : log_(log), partition_(partition), next_(from) {
      log_.readers_.push_back(this);
    }
    ~Reader() override { std::erase(log_.readers_, this); }

    void next(std::size_t max_entries, base::Function<void(result<Batch>)> done) override {
      max_ = max_entries;
      done_ = std::move(done);
      wake();
    }

    void wake() {
      log_.core_.post([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) deliver();
      });
    }

   private:
    void deliver() {
      if (!done_ || log_.readers_stuck || !log_.power_.on()) return;
      if (log_.read_error) {
        std::exchange(done_, nullptr)(std::exchange(log_.read_error, {}));
        return;
      }
      const auto& entries = log_.disk_.partitions[partition_.value()].entries;
      if (next_ < log_.bounds_of(partition_).start) {
        std::exchange(done_, nullptr)(log::errc::offset_lost);
        return;
      }
      auto from = std::ranges::lower_bound(entries, next_, {}, &log::Entry::offset);
      Batch batch;
      while (from != entries.end() && batch.size() < max_) batch.push_back(*from++);
      if (batch.empty()) return;
      next_ = batch.back().offset.next();
      std::exchange(done_, nullptr)(std::move(batch));
    }

    MemoryLog& log_;
    log::Partition partition_;
    log::Offset next_;
    std::size_t max_ = 0;
    base::Function<void(result<Batch>)> done_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  };

  class Member final : public log::Membership {
   public:
    Member(MemoryLog& log, std::string group, Listener& listener)
        : log_(log), group_(std::move(group)), listener_(listener) {
      log_.members_.push_back(this);
    }
    ~Member() override { std::erase(log_.members_, this); }

    [[nodiscard]] const std::string& group() const { return group_; }
    void leave(base::Function<void()> left) override {
      std::erase(log_.members_, this);
      change({}, log_.all_partitions(), std::move(left));
    }

    void change(std::vector<log::Partition> gained, std::vector<log::Partition> lost, base::Function<void()> done) {
      later([this, gained = std::move(gained)]() mutable {
        std::erase_if(gained, [this](log::Partition partition) { return std::ranges::count(held_, partition) > 0; });
        held_.insert(held_.end(), gained.begin(), gained.end());
        if (!gained.empty()) listener_.on_gained(gained);
      });
      later([this, lost = std::move(lost)]() mutable {
        std::erase_if(lost, [this](log::Partition partition) { return std::erase(held_, partition) == 0; });
        if (!lost.empty()) listener_.on_lost(lost);
      });
      later([done = std::move(done)]() mutable {
        if (done) done();
      });
    }

   private:
    void later(base::Executor::Task task) {
      log_.core_.post([this, alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
        if (!alive.expired() && log_.power_.on()) task();
      });
    }

    MemoryLog& log_;
    const std::string group_;
    Listener& listener_;
    std::vector<log::Partition> held_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  };

  [[nodiscard]] log::Bounds bounds_of(log::Partition partition) const {
    const auto& part = disk_.partitions[partition.value()];
    const log::Offset end{part.next_offset};
    return {part.entries.empty() ? end : part.entries.front().offset, end, log::Offset{1}};
  }
  [[nodiscard]] std::vector<log::Partition> all_partitions() const {
    std::vector<log::Partition> all;
    for (std::uint32_t i = 0; i < partition_count(); ++i) all.emplace_back(i);
    return all;
  }

  void answer(base::Function<void(result<log::Appended>)> done, result<log::Appended> place) {
    auto task = [this, place, done = std::move(done)]() mutable {
      if (power_.on()) done(place);
    };
    if (answer_after == base::Duration{0}) {
      core_.post(std::move(task));
    } else {
      std::ignore = core_.after(answer_after, std::move(task));
    }
  }

  base::Executor& core_;
  LogDisk& disk_;
  Power& power_;
  std::vector<Reader*> readers_;
  std::vector<Member*> members_;
  std::vector<base::Executor::Task> held_;
};

}  // namespace skat::chat::testing
