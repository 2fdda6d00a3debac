#include "store/sqlite/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/failpoint.hpp"
#include "base/sqlite/database.hpp"
#include "base/testing/manual_executor.hpp"
#include "store/store_conformance.hpp"

namespace skat::store::testing {
namespace {

namespace fs = std::filesystem;

// A directory of its own, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "skat-store-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string file() const { return (path_ / "store.db").string(); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class SqliteHarness final : public StoreHarness {
 public:
  SqliteHarness() { open(); }
  Store& store() override { return *store_; }
  bool run_until(const std::function<bool()>& done) override { return executor_.run_until(done); }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() { store_ = open_sqlite_store({.path = directory_.file()}, executor_).value(); }

  TemporaryDirectory directory_;
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, ::testing::Values([]() -> std::unique_ptr<StoreHarness> {
                           return std::make_unique<SqliteHarness>();
                         }));

#ifdef SKAT_FAILPOINTS
class SqliteStoreFault : public StoreConformance {};
INSTANTIATE_TEST_SUITE_P(Own, SqliteStoreFault, ::testing::Values([]() -> std::unique_ptr<StoreHarness> {
                           return std::make_unique<SqliteHarness>();
                         }));

TEST_P(SqliteStoreFault, AFailureBeforeTheCommitLeavesNothingAndTheSameBatchSucceedsLater) {
  const std::vector<model::Event> events{created(1, "one"), message(1)};
  ASSERT_TRUE(base::set_failpoints("store.before_commit:error:1"));
  EXPECT_EQ(archive(events).error(), condition::retryable);
  EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{0});
  EXPECT_TRUE(archive(events));
  EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{2});
  ASSERT_TRUE(base::set_failpoints(""));
}

TEST_P(SqliteStoreFault, AnAnswerLostAfterTheCommitIsSupersededByItself) {
  const std::vector<model::Event> events{created(1, "one"), message(1)};
  ASSERT_TRUE(base::set_failpoints("store.after_commit:error:1"));
  EXPECT_EQ(archive(events).error(), condition::retryable);
  EXPECT_EQ(archive(events).error(), errc::superseded);
  EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{2});
  ASSERT_TRUE(base::set_failpoints(""));
}
#endif

TEST(SqliteStoreStart, AMissingDirectoryIsUnavailable) {
  base::testing::ManualExecutor executor;
  const TemporaryDirectory directory;
  const auto store = open_sqlite_store({.path = (directory.path() / "none" / "store.db").string()}, executor);
  EXPECT_EQ(store.error(), errc::unavailable);
}

TEST(SqliteStoreStart, ANewerSchemaIsRefused) {
  base::testing::ManualExecutor executor;
  const TemporaryDirectory directory;
  {
    auto database = base::sqlite::Database::open_blocking({.path = directory.file()}).value();
    ASSERT_TRUE(database.exec("PRAGMA user_version=1000"));
  }
  EXPECT_EQ(open_sqlite_store({.path = directory.file()}, executor).error(), errc::schema);
}

TEST(SqliteStoreLimits, MoreRequestsThanAllowedAreBusyInALaterTurn) {
  base::testing::ManualExecutor executor;
  const TemporaryDirectory directory;
  auto store = open_sqlite_store({.path = directory.file(), .max_requests = 3}, executor).value();
  std::size_t served = 0, busy = 0;
  const auto ask = [&] {
    store->rooms_of(user_id(1), [&](const auto& rooms) {
      if (rooms) {
        ++served;
      } else if (rooms.error() == errc::busy) {
        ++busy;
      }
    });
  };
  for (int i = 0; i < 5; ++i) ask();
  EXPECT_EQ(served + busy, 0u);
  ASSERT_TRUE(executor.run_until([&] { return served + busy == 5; }));
  EXPECT_EQ(served, 3u);
  ask();
  ASSERT_TRUE(executor.run_until([&] { return served == 4; }));
}

TEST(SqliteStoreEnd, CarriesOutWhatWasTakenAndDropsTheCallbacks) {
  base::testing::ManualExecutor executor;
  const TemporaryDirectory directory;
  bool called = false;
  auto store = open_sqlite_store({.path = directory.file()}, executor).value();
  store->get_or_put_setting("name", "first", [&](const auto&) { called = true; });
  store.reset();
  executor.run();
  EXPECT_FALSE(called);
  store = open_sqlite_store({.path = directory.file()}, executor).value();
  std::string value;
  store->get_or_put_setting("name", "second", [&](const result<std::string>& got) { value = got.value(); });
  ASSERT_TRUE(executor.run_until([&] { return !value.empty(); }));
  EXPECT_EQ(value, "first");
}

}  // namespace
}  // namespace skat::store::testing
