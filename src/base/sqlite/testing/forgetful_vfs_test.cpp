// Shows that the power switch finds what it is for: with the promises kept nothing acknowledged is ever lost, and with
// either of them broken something is.
#include "base/sqlite/testing/forgetful_vfs.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/sqlite/database.hpp"

namespace skat::base::sqlite::testing {
namespace {

class ForgetfulVfsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "skat-vfs-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  enum class Ack { after_commit, before_commit };

  Options options(std::uint64_t seed, Synchronous synchronous) const {
    return {
        .path = (directory_ / (std::to_string(seed) + ".db")).string(), .synchronous = synchronous, .vfs = vfs_.name()};
  }

  // Rows acknowledged before the power went, less those found after it. Negative: more was found.
  std::int64_t lost_rows(std::uint64_t seed, Synchronous synchronous, Ack ack) {
    std::int64_t acked = 0;
    {
      auto db = Database::open_blocking(options(seed, synchronous)).value();
      EXPECT_TRUE(db.exec("CREATE TABLE t (i INTEGER PRIMARY KEY, body TEXT NOT NULL)"));
      auto insert = db.prepare("INSERT INTO t (body) VALUES (?)").value();
      for (std::uint64_t i = 0; i < 20 + seed % 30; ++i) {
        EXPECT_TRUE(insert.bind(1, std::string(1 + i * 97 % 3000, 'x')).run());
        ++acked;
      }
      if (ack == Ack::before_commit) {
        auto transaction = Transaction::begin(db).value();
        EXPECT_TRUE(insert.run());
        ++acked;
        vfs_.crash(seed);
      } else {
        vfs_.crash(seed);
      }
    }
    vfs_.reboot();
    auto db = Database::open_blocking(options(seed, Synchronous::full));
    if (!db) return acked;
    const auto found = db->query_int64("SELECT count(*) FROM t");
    return found ? acked - *found : acked;
  }

  std::filesystem::path directory_;
  ForgetfulVfs vfs_{"forgetful-test"};
};

TEST_F(ForgetfulVfsTest, WhatWasCommittedWithFullSyncSurvivesEverySeed) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ASSERT_EQ(lost_rows(seed, Synchronous::full, Ack::after_commit), 0) << "seed " << seed;
  }
}

TEST_F(ForgetfulVfsTest, WithoutSyncSomethingAcknowledgedIsLostForSomeSeed) {
  int seeds_with_loss = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    seeds_with_loss += lost_rows(seed, Synchronous::off, Ack::after_commit) > 0 ? 1 : 0;
  }
  EXPECT_GT(seeds_with_loss, 0);
}

TEST_F(ForgetfulVfsTest, WithoutSyncAtCommitSomethingAcknowledgedIsLostForSomeSeed) {
  int seeds_with_loss = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    seeds_with_loss += lost_rows(seed, Synchronous::normal, Ack::after_commit) > 0 ? 1 : 0;
  }
  EXPECT_GT(seeds_with_loss, 0);
}

TEST_F(ForgetfulVfsTest, AnAcknowledgementBeforeTheCommitIsLost) {
  EXPECT_GT(lost_rows(1, Synchronous::full, Ack::before_commit), 0);
}

TEST_F(ForgetfulVfsTest, FaultsReachTheCallerAndPass) {
  auto db = Database::open_blocking(options(0, Synchronous::full)).value();
  ASSERT_TRUE(db.exec("CREATE TABLE t (i INTEGER)"));
  vfs_.set_fault(ForgetfulVfs::Fault::full);
  auto full = db.exec("INSERT INTO t VALUES (1)");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error(), errc::full);
  vfs_.set_fault(ForgetfulVfs::Fault::sync);
  auto unsynced = db.exec("INSERT INTO t VALUES (1)");
  ASSERT_FALSE(unsynced);
  EXPECT_EQ(unsynced.error(), errc::io);
  vfs_.set_fault(ForgetfulVfs::Fault::none);
  EXPECT_TRUE(db.exec("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 1);
}

}  // namespace
}  // namespace skat::base::sqlite::testing
