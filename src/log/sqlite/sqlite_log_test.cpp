#include "log/sqlite/sqlite_log.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "base/failpoint.hpp"
#include "base/sqlite/database.hpp"
#include "base/sqlite/errc.hpp"
#include "base/sqlite/testing/forgetful_vfs.hpp"
#include "base/testing/manual_executor.hpp"
#include "log/errc.hpp"
#include "log/log_conformance.hpp"
#include "log/membership_conformance.hpp"

namespace skat::log {
namespace {

using base::sqlite::testing::ForgetfulVfs;
using base::testing::ManualExecutor;

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "skat-log-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string file(const std::string& name = "log.db") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// ---- The suite of all logs ------------------------------------------------------------------------------------------

class SqliteHarness final : public testing::LogHarness {
 public:
  explicit SqliteHarness(sqlite::Config config) : config_(std::move(config)) {
    config_.path = directory_.file();
    config_.partitions = 3;
    log_ = open_sqlite_log(config_, executor_).value();
  }
  Log& log() override { return *log_; }
  bool run_until(const std::function<bool()>& done) override { return executor_.run_until(done); }
  void run_for_a_while() override {
    (void)executor_.run_until([] { return false; }, std::chrono::milliseconds(30));
  }
  void reopen() override {
    log_.reset();
    log_ = open_sqlite_log(config_, executor_).value();
  }
  std::size_t max_queued_appends() const override { return config_.max_queued_appends; }
  bool trims() const override { return true; }
  std::unique_ptr<Log> open_another() override { return nullptr; }

 private:
  Directory directory_;
  sqlite::Config config_;
  ManualExecutor executor_;
  std::unique_ptr<Log> log_;
};

using Maker = std::function<std::unique_ptr<testing::LogHarness>()>;
using testing::LogConformance;

// As delivered; and so small that every limit is met all the time and most reads go to the disk.
INSTANTIATE_TEST_SUITE_P(Sqlite, LogConformance,
                         ::testing::Values(Maker([] { return std::make_unique<SqliteHarness>(sqlite::Config{}); }),
                                           Maker([] {
                                             sqlite::Config config;
                                             config.max_queued_appends = 500;
                                             config.max_batch_records = 37;
                                             config.recent_entries = 9;
                                             config.recent_bytes = 200;
                                             config.max_answer_bytes = 100;
                                             config.trim_chunk_entries = 2;
                                             return std::make_unique<SqliteHarness>(config);
                                           })));

// ---- SQLite's own ---------------------------------------------------------------------------------------------------

class SqliteLogTest : public ::testing::Test {
 protected:
  static constexpr Partition kFirst{0};

  SqliteLogTest() { config_.path = directory_.file(); }
  void open() { log_ = open_sqlite_log(config_, executor_).value(); }
  bool run_until(const std::function<bool()>& done) { return executor_.run_until(done); }

  result<Appended> append(std::string value) {
    std::optional<result<Appended>> answer;
    log_->append(kFirst, "key", std::move(value), [&](result<Appended> got) { answer = got; });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return answer.value();
  }
  // The values in the log, after it was opened again.
  std::vector<std::string> stored_values() {
    log_.reset();
    open();
    std::optional<Bounds> bounds;
    log_->bounds(kFirst, [&](result<Bounds> got) { bounds = got.value(); });
    EXPECT_TRUE(run_until([&] { return bounds.has_value(); }));
    std::vector<std::string> values;
    const auto count = bounds->end.value() - bounds->start.value();
    const auto reader = log_->read(kFirst, bounds->start);
    while (values.size() < count) {
      bool answered = false;
      reader->next(1000, [&](result<LogReader::Batch> got) {
        for (auto& entry : got.value()) values.push_back(std::move(entry.value));
        answered = true;
      });
      if (!run_until([&] { return answered; })) break;
    }
    return values;
  }

  Directory directory_;
  sqlite::Config config_;
  ManualExecutor executor_;
  ForgetfulVfs vfs_{"forgetful-log"};  // outlives the log
  std::unique_ptr<Log> log_;
};

TEST_F(SqliteLogTest, AppendsOfOneTurnShareOneCommit) {
  config_.vfs = vfs_.name();
  open();
  ASSERT_TRUE(append("first"));  // makes the WAL
  const auto syncs_before = vfs_.syncs("-wal");
  std::size_t answered = 0;
  for (int i = 0; i < 500; ++i) {
    log_->append(kFirst, "key", "x", [&](const result<Appended>& got) { answered += got ? 1 : 0; });
  }
  ASSERT_TRUE(run_until([&] { return answered == 500; }));
  EXPECT_EQ(vfs_.syncs("-wal") - syncs_before, 1U);
}

TEST_F(SqliteLogTest, ACommitTakesNoMoreThanTheBatchLimits) {
  config_.vfs = vfs_.name();
  config_.max_batch_records = 100;
  config_.max_batch_bytes = 3000;
  open();
  ASSERT_TRUE(append("first"));
  const auto syncs_before = vfs_.syncs("-wal");
  std::size_t answered = 0;
  const auto count = [&](const result<Appended>& got) { answered += got ? 1 : 0; };
  for (int i = 0; i < 300; ++i) log_->append(kFirst, "key", "x", count);
  ASSERT_TRUE(run_until([&] { return answered == 300; }));
  EXPECT_EQ(vfs_.syncs("-wal") - syncs_before, 3U);
  for (int i = 0; i < 4; ++i) log_->append(kFirst, "key", std::string(1400, 'x'), count);
  ASSERT_TRUE(run_until([&] { return answered == 304; }));
  EXPECT_EQ(vfs_.syncs("-wal") - syncs_before, 5U);
}

TEST_F(SqliteLogTest, QueuedBytesAreLimitedToo) {
  config_.max_queued_bytes = 1000;
  open();
  std::size_t appended = 0, busy = 0;
  for (int i = 0; i < 3; ++i) {
    log_->append(kFirst, "key", std::string(400, 'x'), [&](const result<Appended>& got) { ++(got ? appended : busy); });
  }
  ASSERT_TRUE(run_until([&] { return appended + busy == 3; }));
  EXPECT_EQ(busy, 1U);
  EXPECT_TRUE(append(std::string(900, 'x')));
}

TEST_F(SqliteLogTest, ReadsAndQuestionsBeyondTheirLimitsAreBusy) {
  config_.recent_entries = 0;
  config_.max_disk_reads = 1;
  config_.max_waiting_bounds = 1;
  config_.max_waiting_trims = 1;
  open();
  ASSERT_TRUE(append("x"));
  int answered = 0, busy = 0;
  const auto count = [&](const auto& got) {
    ++answered;
    if (!got && got.error() == errc::busy) ++busy;
  };
  const auto one = log_->read(kFirst, Offset{0}), other = log_->read(kFirst, Offset{0});
  one->next(1, [&](const result<LogReader::Batch>& got) { count(got); });
  other->next(1, [&](const result<LogReader::Batch>& got) { count(got); });
  for (int i = 0; i < 2; ++i) {
    log_->bounds(kFirst, [&](const result<Bounds>& got) { count(got); });
    log_->trim(kFirst, Offset{0}, {}, [&](const result<void>& got) { count(got); });
  }
  ASSERT_TRUE(run_until([&] { return answered == 6; }));
  EXPECT_EQ(busy, 3);
}

TEST_F(SqliteLogTest, TrimLeavesNoHoleWhereTheClockWentBack) {
  open();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(append(std::to_string(i)));
  log_.reset();
  {
    auto database = base::sqlite::Database::open_blocking({.path = config_.path}).value();
    ASSERT_TRUE(
        database.exec("UPDATE log_entries SET append_time = 1000; "
                      "UPDATE log_entries SET append_time = 9000 WHERE offset = 2"));
  }
  open();
  bool trimmed = false;
  log_->trim(kFirst, Offset{6}, base::from_millis(5000), [&](const result<void>& got) { trimmed = got.has_value(); });
  ASSERT_TRUE(run_until([&] { return trimmed; }));
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"2", "3", "4", "5"}));
}

TEST_F(SqliteLogTest, ADiskReadThatMeetsATrimIsTold) {
  config_.recent_entries = 0;
  open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(std::to_string(i)));
  {
    auto database = base::sqlite::Database::open_blocking({.path = config_.path}).value();
    ASSERT_TRUE(database.exec("DELETE FROM log_entries WHERE offset < 5"));
  }
  const auto reader = log_->read(kFirst, Offset{2});
  error_code error;
  reader->next(1, [&](const result<LogReader::Batch>& got) { error = got.error(); });
  ASSERT_TRUE(run_until([&] { return error.failed(); }));
  EXPECT_EQ(error, errc::offset_lost);
}

TEST_F(SqliteLogTest, AnExistingLogKeepsItsPartitionCount) {
  config_.partitions = 4;
  open();
  log_.reset();
  config_.partitions = 2;
  open();
  EXPECT_EQ(log_->partition_count(), 4U);
}

TEST_F(SqliteLogTest, RefusesAFileOfANewerProgramAndAMissingDirectory) {
  open();
  log_.reset();
  {
    auto database = base::sqlite::Database::open_blocking({.path = config_.path}).value();
    ASSERT_TRUE(database.exec("PRAGMA user_version=1000"));
  }
  auto newer = open_sqlite_log(config_, executor_);
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error(), base::sqlite::errc::newer_schema);
  config_.path = directory_.file("none/log.db");
  auto missing = open_sqlite_log(config_, executor_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), base::sqlite::errc::cannot_open);
}

TEST_F(SqliteLogTest, AppendsWithoutAnAnswerAreCommittedWhenTheLogCloses) {
  open();
  for (int i = 0; i < 3; ++i) log_->append(kFirst, "key", std::to_string(i), [](const result<Appended>&) { FAIL(); });
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"0", "1", "2"}));
}

// ---- Trouble --------------------------------------------------------------------------------------------------------

TEST_F(SqliteLogTest, AFailedCommitIsAnHonestUnknownAndTheLogGoesOn) {
  config_.vfs = vfs_.name();
  open();
  ASSERT_TRUE(append("before"));
  for (const auto fault : {ForgetfulVfs::Fault::full, ForgetfulVfs::Fault::sync}) {
    vfs_.set_fault(fault);
    const auto failed = append("during");
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error() == condition::unknown) << failed.error().message();
    vfs_.set_fault(ForgetfulVfs::Fault::none);
    ASSERT_TRUE(append("after"));
  }
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"before", "after", "after"}));
}

TEST_F(SqliteLogTest, AReaderAtTheTailGoesOnAfterAFailedCommit) {
  config_.vfs = vfs_.name();
  open();
  ASSERT_TRUE(append("0"));
  const auto reader = log_->read(kFirst, Offset{0});
  std::vector<std::string> values;
  std::function<void()> ask = [&] {
    reader->next(10, [&](result<LogReader::Batch> got) {
      for (auto& entry : got.value()) values.push_back(entry.value);
      ask();
    });
  };
  ask();
  vfs_.set_fault(ForgetfulVfs::Fault::sync);
  ASSERT_FALSE(append("lost"));
  vfs_.set_fault(ForgetfulVfs::Fault::none);
  ASSERT_TRUE(append("1"));
  ASSERT_TRUE(run_until([&] { return values.size() == 2; }));
  EXPECT_EQ(values, (std::vector<std::string>{"0", "1"}));
}

TEST_F(SqliteLogTest, AWriterThatCannotGetTheFileNeverHandedTheRecordOver) {
  config_.busy_timeout = std::chrono::milliseconds(1);
  open();
  ASSERT_TRUE(append("0"));
  auto other = base::sqlite::Database::open_blocking({.path = config_.path}).value();
  {
    auto held = base::sqlite::Transaction::begin(other).value();
    const auto refused = append("1");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error() == condition::retryable) << refused.error().message();
  }
  ASSERT_TRUE(append("2"));
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"0", "2"}));
}

// The power goes at any moment, also while a commit runs: whatever was acked before is there afterwards, in its place,
// and what was not acked is there or not, but never out of order.
TEST_F(SqliteLogTest, NothingAckedIsLostWhenThePowerGoes) {
  config_.vfs = vfs_.name();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    config_.path = directory_.file(std::to_string(seed) + ".db");
    config_.max_batch_records = 1 + random() % 8;
    open();
    const auto wanted = 1 + random() % 120;
    std::uint64_t sent = 0;
    std::vector<Appended> acked;
    while (acked.size() < wanted) {
      for (auto burst = random() % 6; burst > 0; --burst) {
        std::string value = std::to_string(sent++) + std::string(random() % 2000, '.');
        log_->append(kFirst, "key", std::move(value), [&](const result<Appended>& got) {
          if (got) acked.push_back(*got);
        });
      }
      ASSERT_TRUE(run_until([&] { return acked.size() + 12 > sent; }));
    }
    vfs_.crash(seed);
    log_.reset();
    executor_.run();
    vfs_.reboot();
    const auto values = stored_values();
    ASSERT_GE(values.size(), acked.size()) << "seed " << seed;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(std::stoull(values[i]), i) << "seed " << seed;
      if (i < acked.size()) {
        ASSERT_EQ(acked[i].offset, Offset{i}) << "seed " << seed;
      }
    }
    ASSERT_TRUE(append("on it goes")) << "seed " << seed;
    log_.reset();
  }
}

#ifdef SKAT_FAILPOINTS

class SqliteLogFailpoints : public SqliteLogTest {
 protected:
  void TearDown() override { ASSERT_TRUE(base::set_failpoints("")); }

  // Appends "0", "1", "2" one by one in a process of its own, which the failpoint kills.
  void append_three_in_a_child(const char* failpoint) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (!base::set_failpoints(failpoint)) _exit(1);
      open();
      for (const char* value : {"0", "1", "2"}) (void)append(value);
      _exit(2);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
  }
};

TEST_F(SqliteLogFailpoints, AProcessKilledBeforeTheCommitHasAppendedNothing) {
  append_three_in_a_child("log.before_commit:kill:3");
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"0", "1"}));
}

TEST_F(SqliteLogFailpoints, AProcessKilledAfterTheCommitHasAppendedWithoutAnAck) {
  append_three_in_a_child("log.after_commit:kill:3");
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(SqliteLogFailpoints, AnErrorBeforeTheCommitRollsBack) {
  open();
  ASSERT_TRUE(append("0"));
  ASSERT_TRUE(base::set_failpoints("log.before_commit:error:1"));
  const auto refused = append("1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::unavailable);
  EXPECT_EQ(append("2").value().offset, Offset{1});
  EXPECT_EQ(stored_values(), (std::vector<std::string>{"0", "2"}));
}

TEST_F(SqliteLogFailpoints, WhatIsUnknownAndYetAppendedReachesReadersAndTheBounds) {
  open();
  ASSERT_TRUE(append("0"));
  const auto reader = log_->read(kFirst, Offset{1});
  std::vector<std::string> values;
  reader->next(10, [&](result<LogReader::Batch> got) { values.push_back(got.value().at(0).value); });
  ASSERT_TRUE(base::set_failpoints("log.after_commit:error:1"));
  const auto unknown = append("1");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error(), errc::maybe_appended);
  ASSERT_TRUE(run_until([&] { return !values.empty(); }));
  EXPECT_EQ(values, (std::vector<std::string>{"1"}));
  EXPECT_EQ(append("2").value().offset, Offset{2});
}

#endif

}  // namespace
}  // namespace skat::log
