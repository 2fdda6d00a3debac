#include "log/sqlite/sqlite_log.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "log/errc.hpp"
#include "log/sole_membership.hpp"
#include "log/sqlite/disk_reader.hpp"
#include "log/sqlite/group_commit.hpp"
#include "log/sqlite/recent_entries.hpp"
#include "model/limits.hpp"

namespace skat::log::sqlite {
namespace {

template <class T>
using Done = base::Function<void(result<T>)>;

// The asking side of LogReader::next().
struct ReaderState {
  const Partition partition;
  Offset next;
  std::size_t max_entries = 0;
  Done<LogReader::Batch> done;  // set while a call is outstanding

  void answer(result<LogReader::Batch> batch) {
    if (batch) next = batch->back().offset.next();
    std::exchange(done, nullptr)(std::move(batch));
  }
};
// Shared with disk reads and turns under way, which find it without `done` when the reader was destroyed.
using ReaderPointer = std::shared_ptr<ReaderState>;

// SqliteLog: the owner's side. Gathers a turn's appends into one request to the writer, keeps their callbacks, feeds
// the readers. Lives on: `owner`; the two workers only touch the object they were given (GroupCommit, DiskReader). Ends
// by: destruction; see open_sqlite_log().
class SqliteLog final : public Log {
 public:
  SqliteLog(const Config& config, base::Executor& owner);
  ~SqliteLog() override { submit_appends(); }
  SqliteLog(const SqliteLog&) = delete;
  SqliteLog& operator=(const SqliteLog&) = delete;
  [[nodiscard]] result<void> open_blocking();

  void append(Partition partition, std::string key, std::string value, Done<Appended> done) override;
  [[nodiscard]] std::unique_ptr<LogReader> read(Partition partition, Offset from) override;
  void bounds(Partition partition, Done<Bounds> done) override;
  void trim(Partition partition, Offset below, base::WallTime keep_newer_than, Done<void> done) override;
  [[nodiscard]] std::unique_ptr<Membership> join(std::string group, Membership::Listener& listener) override;
  [[nodiscard]] std::uint32_t partition_count() const override { return static_cast<std::uint32_t>(tails_.size()); }
  [[nodiscard]] std::string log_id() const override { return log_id_; }

  void ask(const ReaderPointer& reader);
  void forget(const ReaderPointer& reader) { std::erase(waiting_readers_, reader); }

 private:
  struct Tail {
    Offset start;  // may lag behind a trim that failed half way; the disk has the last word
    RecentEntries recent;
  };
  struct WaitingBounds {
    std::uint64_t appends_before;
    Partition partition;
    Done<Bounds> done;
  };
  struct WaitingTrim {
    Partition partition;
    Offset below;
    base::WallTime keep_newer_than;
    Done<void> done;
  };

  Tail& tail(Partition partition) {
    SKAT_CHECK(partition.value() < tails_.size(), "the log has no such partition");
    return tails_[partition.value()];
  }
  // Runs `task` in a later turn, unless the log is gone by then.
  void later(base::Executor::Task task);
  void post_turn();
  void run_turn();
  void submit_appends();
  void on_commit(Commit commit);
  void answer_appends(const Commit& commit, const std::vector<Appended>& places);
  void feed_waiting_readers();
  void serve(const ReaderPointer& reader);
  void read_disk(const ReaderPointer& reader, Offset end);
  void answer_bounds();
  void start_trim();
  void on_trim_step(const result<TrimStep>& step);

  // Set at construction (log_id_, tails_: by open_blocking()).
  const Config config_;
  base::Executor& owner_;
  std::string log_id_;

  // Owner only.
  std::vector<Tail> tails_;                  // by partition
  std::vector<AppendRequest> turn_appends_;  // of this turn; given to the writer at its end
  std::deque<Done<Appended>> append_dones_;  // unanswered, in the order given
  std::size_t queued_bytes_ = 0;             // of unanswered appends
  std::uint64_t appends_taken_ = 0, appends_answered_ = 0;
  std::vector<ReaderPointer> waiting_readers_;  // at the end of their partition
  std::size_t disk_reads_ = 0;
  std::deque<WaitingBounds> waiting_bounds_;
  std::deque<WaitingTrim> trims_;  // the first one is under way
  std::vector<base::Executor::Task> later_;
  bool turn_posted_ = false;
  // Shared with the posted turn, which finds it gone when the log was destroyed first.
  std::shared_ptr<SqliteLog*> self_ = std::make_shared<SqliteLog*>(this);

  base::Mailbox<Commit> commits_;  // from the writer: one push per commit
  base::TaskMailbox replies_;      // from both workers: disk reads, trim steps
  GroupCommit group_commit_;       // the writer's
  DiskReader disk_reader_;         // the reader's
  // Last, so that they join before anything they use is destroyed.
  base::Worker writer_, reader_;
};

class SqliteReader final : public LogReader {
 public:
  SqliteReader(SqliteLog& log, ReaderPointer state) : log_(log), state_(std::move(state)) {}
  ~SqliteReader() override {
    state_->done = nullptr;
    log_.forget(state_);
  }
  SqliteReader(const SqliteReader&) = delete;
  SqliteReader& operator=(const SqliteReader&) = delete;

  void next(std::size_t max_entries, Done<Batch> done) override {
    SKAT_CHECK(!state_->done, "LogReader::next() was called while a call is outstanding");
    SKAT_CHECK(max_entries > 0, "LogReader::next() was asked for nothing");
    state_->max_entries = max_entries;
    state_->done = std::move(done);
    log_.ask(state_);
  }

 private:
  SqliteLog& log_;
  const ReaderPointer state_;
};

// The writer's queue holds at most one request per unanswered append, and one trim step.
SqliteLog::SqliteLog(const Config& config, base::Executor& owner)
    : config_(config),
      owner_(owner),
      commits_("log-commits", config.max_queued_appends, owner,
               [this](std::vector<Commit>& batch) {
                 for (auto& commit : batch) on_commit(std::move(commit));
               }),
      replies_("log-replies", config.max_disk_reads + 1, owner),
      group_commit_(config,
                    [this](Commit commit) {
                      const bool pushed = commits_.push(std::move(commit));
                      SKAT_CHECK(pushed, "more commits than unanswered appends");
                    }),
      disk_reader_(config),
      writer_("log-writer", config.max_queued_appends + 1),
      reader_("log-reader", config.max_disk_reads) {}

result<void> SqliteLog::open_blocking() {
  auto file = group_commit_.open_blocking();
  if (!file) return file.error();
  log_id_ = std::move(file->log_id);
  for (const auto& bounds : file->bounds) {
    tails_.push_back({.start = bounds.start, .recent = RecentEntries(bounds.end)});
  }
  return {};
}

void SqliteLog::later(base::Executor::Task task) {
  later_.push_back(std::move(task));
  post_turn();
}

void SqliteLog::post_turn() {
  if (std::exchange(turn_posted_, true)) return;
  owner_.post([self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->run_turn();
  });
}

void SqliteLog::run_turn() {
  turn_posted_ = false;
  submit_appends();
  auto tasks = std::exchange(later_, {});
  for (auto& task : tasks) task();
}

// ---- Appending ------------------------------------------------------------------------------------------------------

void SqliteLog::append(Partition partition, std::string key, std::string value, Done<Appended> done) {
  (void)tail(partition);
  const std::size_t bytes = key.size() + value.size();
  error_code refused;
  if (value.size() > model::kMaxRecordBytes) {
    refused = errc::too_large;
  } else if (append_dones_.size() >= config_.max_queued_appends || queued_bytes_ + bytes > config_.max_queued_bytes) {
    refused = errc::busy;
  }
  if (refused) return later([refused, done = std::move(done)]() mutable { done(refused); });
  ++appends_taken_;
  queued_bytes_ += bytes;
  append_dones_.push_back(std::move(done));
  turn_appends_.push_back({.partition = partition, .offset = {}, .key = std::move(key), .value = std::move(value)});
  post_turn();
}

void SqliteLog::submit_appends() {
  if (turn_appends_.empty()) return;
  const bool taken = writer_.submit([this, turn = std::exchange(turn_appends_, {})]() mutable {
    group_commit_.add(std::move(turn));
    if (!writer_.await_request(group_commit_.patience())) group_commit_.commit_gathered();
  });
  SKAT_CHECK(taken, "more requests than unanswered appends");
}

void SqliteLog::on_commit(Commit commit) {
  std::vector<Appended> places;
  places.reserve(commit.appends.size());
  for (auto& append : commit.appends) {
    queued_bytes_ -= append.key.size() + append.value.size();
    places.push_back({.offset = append.offset, .append_time = commit.append_time});
    if (commit.error) continue;
    tail(append.partition)
        .recent.push({.offset = append.offset,
                      .append_time = commit.append_time,
                      .key = std::move(append.key),
                      .value = std::move(append.value)});
  }
  for (const auto& [partition, end] : commit.ends) tail(partition).recent.move_end(end);
  answer_appends(commit, places);
  feed_waiting_readers();
  for (auto& each : tails_) {
    each.recent.shrink(config_.recent_entries / tails_.size(), config_.recent_bytes / tails_.size());
  }
  answer_bounds();
}

void SqliteLog::answer_appends(const Commit& commit, const std::vector<Appended>& places) {
  for (const auto& place : places) {
    auto done = std::move(append_dones_.front());
    append_dones_.pop_front();
    ++appends_answered_;
    if (commit.error) {
      done(commit.error);
    } else {
      done(place);
    }
  }
}

// ---- Reading --------------------------------------------------------------------------------------------------------

std::unique_ptr<LogReader> SqliteLog::read(Partition partition, Offset from) {
  (void)tail(partition);
  auto state = std::make_shared<ReaderState>(ReaderState{.partition = partition, .next = from, .done = nullptr});
  return std::make_unique<SqliteReader>(*this, std::move(state));
}

void SqliteLog::ask(const ReaderPointer& reader) {
  later([this, reader] { serve(reader); });
}

void SqliteLog::serve(const ReaderPointer& reader) {
  if (!reader->done) return;  // destroyed meanwhile
  const auto& [start, recent] = tail(reader->partition);
  if (reader->next < start) return reader->answer(make_error_code(errc::offset_lost));
  if (reader->next >= recent.end()) return waiting_readers_.push_back(reader);
  if (reader->next < recent.begin()) return read_disk(reader, recent.end());
  reader->answer(recent.copy(reader->next, reader->max_entries, config_.max_answer_bytes));
}

void SqliteLog::feed_waiting_readers() {
  for (const auto& reader : std::exchange(waiting_readers_, {})) serve(reader);
}

void SqliteLog::read_disk(const ReaderPointer& reader, Offset end) {
  if (disk_reads_ >= config_.max_disk_reads) return reader->answer(make_error_code(errc::busy));
  ++disk_reads_;
  const bool taken = reader_.submit([this, reader, from = reader->next, end, max = reader->max_entries] {
    auto batch = disk_reader_.read_blocking(reader->partition, from, end, max);
    const bool pushed = replies_.push([this, reader, batch = std::move(batch)]() mutable {
      --disk_reads_;
      if (reader->done) reader->answer(std::move(batch));
    });
    SKAT_CHECK(pushed, "more replies than requests");
  });
  SKAT_CHECK(taken, "more disk reads than counted");
}

// ---- Bounds and trim ------------------------------------------------------------------------------------------------

void SqliteLog::bounds(Partition partition, Done<Bounds> done) {
  (void)tail(partition);
  if (waiting_bounds_.size() >= config_.max_waiting_bounds) {
    return later([done = std::move(done)]() mutable { done(make_error_code(errc::busy)); });
  }
  waiting_bounds_.push_back({.appends_before = appends_taken_, .partition = partition, .done = std::move(done)});
  later([this] { answer_bounds(); });
}

void SqliteLog::answer_bounds() {
  while (!waiting_bounds_.empty() && waiting_bounds_.front().appends_before <= appends_answered_) {
    auto waiting = std::move(waiting_bounds_.front());
    waiting_bounds_.pop_front();
    const auto& [start, recent] = tail(waiting.partition);
    waiting.done(Bounds{.start = start, .end = recent.end()});
  }
}

void SqliteLog::trim(Partition partition, Offset below, base::WallTime keep_newer_than, Done<void> done) {
  (void)tail(partition);
  if (trims_.size() >= config_.max_waiting_trims) {
    return later([done = std::move(done)]() mutable { done(make_error_code(errc::busy)); });
  }
  trims_.push_back(
      {.partition = partition, .below = below, .keep_newer_than = keep_newer_than, .done = std::move(done)});
  if (trims_.size() == 1) start_trim();
}

void SqliteLog::start_trim() {
  const auto& first = trims_.front();
  const bool taken =
      writer_.submit([this, partition = first.partition, below = first.below, keep_newer_than = first.keep_newer_than] {
        group_commit_.commit_gathered();
        auto step = group_commit_.trim_step(partition, below, keep_newer_than);
        const bool pushed = replies_.push([this, step = std::move(step)] { on_trim_step(step); });
        SKAT_CHECK(pushed, "more replies than requests");
      });
  SKAT_CHECK(taken, "more requests than unanswered appends");
}

void SqliteLog::on_trim_step(const result<TrimStep>& step) {
  auto& first = trims_.front();
  if (step) {
    auto& start = tail(first.partition).start;
    start = std::max(start, step->start);
    if (step->more) return start_trim();
  }
  auto done = std::move(first.done);
  trims_.pop_front();
  if (!trims_.empty()) start_trim();
  if (step) {
    done({});
  } else {
    done(step.error());
  }
}

// ---- Membership -----------------------------------------------------------------------------------------------------

std::unique_ptr<Membership> SqliteLog::join(std::string, Membership::Listener& listener) {
  return std::make_unique<SoleMembership>(owner_, partition_count(), listener);
}

}  // namespace
}  // namespace skat::log::sqlite

namespace skat::log {

result<std::unique_ptr<Log>> open_sqlite_log(const sqlite::Config& config, base::Executor& owner) {
  auto log = std::make_unique<sqlite::SqliteLog>(config, owner);
  if (auto opened = log->open_blocking(); !opened) return opened.error();
  return std::unique_ptr<Log>(std::move(log));
}

}  // namespace skat::log
