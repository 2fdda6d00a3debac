#include "base/sqlite/database.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

namespace skat::base::sqlite {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "skat-sqlite-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Options options() const { return {.path = (directory_ / "test.db").string()}; }
  Database open() const { return Database::open_blocking(options()).value(); }

  std::filesystem::path directory_;
};

TEST_F(DatabaseTest, KeepsValuesOfEveryTypeOverReopen) {
  {
    auto db = open();
    ASSERT_TRUE(db.exec("CREATE TABLE t (i INTEGER, s TEXT, b BLOB, n TEXT)"));
    auto insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?)").value();
    insert.bind(1, std::int64_t{-7}).bind(2, "h\xc3\xa9").bind_blob(3, std::string_view("a\0b", 3)).bind_null(4);
    ASSERT_TRUE(insert.run());
    EXPECT_EQ(db.changes(), 1);
  }
  auto db = open();
  auto select = db.prepare("SELECT i, s, b, n FROM t").value();
  ASSERT_TRUE(select.step().value());
  EXPECT_EQ(select.column_int64(0), -7);
  EXPECT_EQ(select.column_text(1), "h\xc3\xa9");
  EXPECT_EQ(select.column_blob(2), std::string_view("a\0b", 3));
  EXPECT_TRUE(select.column_is_null(3));
  EXPECT_FALSE(select.step().value());
}

TEST_F(DatabaseTest, StoresAnEmptyViewAsEmptyTextNotAsNull) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t (s TEXT NOT NULL, b BLOB NOT NULL)"));
  auto insert = db.prepare("INSERT INTO t VALUES (?, ?)").value();
  EXPECT_TRUE(insert.bind(1, std::string_view{}).bind_blob(2, std::string_view{}).run());
}

TEST_F(DatabaseTest, AStatementIsUsableAgainAfterDoneAndAfterAnError) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t (i INTEGER PRIMARY KEY)"));
  auto insert = db.prepare("INSERT INTO t VALUES (?)").value();
  ASSERT_TRUE(insert.bind(1, std::int64_t{1}).run());
  auto twice = insert.run();
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error(), errc::unique);
  EXPECT_TRUE(insert.bind(1, std::int64_t{2}).run());
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 2);
}

TEST_F(DatabaseTest, TellsUniqueFromOtherConstraints) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t (i INTEGER NOT NULL)"));
  auto failed = db.exec("INSERT INTO t VALUES (NULL)");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), errc::constraint);
  EXPECT_FALSE(failed.error() == condition::retryable);
}

TEST_F(DatabaseTest, ATransactionThatIsNotCommittedLeavesNothing) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t (i INTEGER)"));
  {
    auto transaction = Transaction::begin(db).value();
    ASSERT_TRUE(db.exec("INSERT INTO t VALUES (1)"));
    EXPECT_TRUE(db.in_transaction());
  }
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 0);
  {
    auto transaction = Transaction::begin(db).value();
    ASSERT_TRUE(db.exec("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM t").value(), 1);
}

TEST_F(DatabaseTest, ASecondWriterIsBusyAndThatIsRetryable) {
  auto first = open();
  auto wanted = options();
  wanted.busy_timeout = std::chrono::milliseconds{1};
  auto second = Database::open_blocking(wanted).value();
  auto held = Transaction::begin(first).value();
  auto refused = Transaction::begin(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::busy);
  EXPECT_TRUE(refused.error() == condition::retryable);
}

TEST_F(DatabaseTest, MigratesFromAnyVersionToTheNewest) {
  constexpr std::array<std::string_view, 2> kScripts{"CREATE TABLE a (i INTEGER); CREATE TABLE b (i INTEGER)",
                                                     "ALTER TABLE a ADD COLUMN j INTEGER"};
  auto db = open();
  ASSERT_TRUE(db.migrate(std::span(kScripts).first(1)));
  EXPECT_EQ(db.query_int64("PRAGMA user_version").value(), 1);
  ASSERT_TRUE(db.migrate(kScripts));
  EXPECT_EQ(db.query_int64("PRAGMA user_version").value(), 2);
  EXPECT_TRUE(db.exec("INSERT INTO a (i, j) VALUES (1, 2)"));
  EXPECT_TRUE(db.migrate(kScripts));
}

TEST_F(DatabaseTest, AFailedMigrationChangesNothing) {
  constexpr std::array<std::string_view, 2> kScripts{"CREATE TABLE a (i INTEGER)", "NONSENSE"};
  auto db = open();
  EXPECT_FALSE(db.migrate(kScripts));
  EXPECT_EQ(db.query_int64("PRAGMA user_version").value(), 0);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM sqlite_schema").value(), 0);
}

TEST_F(DatabaseTest, RefusesASchemaNewerThanItKnows) {
  constexpr std::array<std::string_view, 1> kScripts{"CREATE TABLE a (i INTEGER)"};
  auto db = open();
  ASSERT_TRUE(db.exec("PRAGMA user_version=2"));
  auto refused = db.migrate(kScripts);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::newer_schema);
  EXPECT_TRUE(refused.error() == condition::corrupt);
}

TEST_F(DatabaseTest, AMissingDirectoryAndAForeignFileAreErrors) {
  auto missing = Database::open_blocking({.path = (directory_ / "none" / "x.db").string()});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), errc::cannot_open);
  {
    std::FILE* file = std::fopen((directory_ / "test.db").c_str(), "w");
    ASSERT_NE(file, nullptr);
    for (int i = 0; i < 400; ++i) std::fputs("no database at all. ", file);
    std::fclose(file);
  }
  auto foreign = Database::open_blocking(options());
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error(), errc::corrupt);
}

}  // namespace
}  // namespace skat::base::sqlite
