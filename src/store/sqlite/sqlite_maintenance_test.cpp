#include "store/sqlite/sqlite_maintenance.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "base/testing/manual_executor.hpp"
#include "store/maintenance_conformance.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace skat::store::testing {
namespace {

namespace fs = std::filesystem;

class SqliteMaintenanceHarness final : public MaintenanceHarness {
 public:
  SqliteMaintenanceHarness() {
    std::string name = (fs::temp_directory_path() / "skat-store-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    open();
  }
  ~SqliteMaintenanceHarness() override {
    maintenance_.reset();
    store_.reset();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Store& store() override { return *store_; }
  Maintenance& maintenance() override { return *maintenance_; }
  bool run_until(const std::function<bool()>& done) override { return executor_.run_until(done); }

 private:
  void open() {
    const sqlite::Config config{.path = (directory_ / "store.db").string()};
    store_ = open_sqlite_store(config, executor_).value();
    maintenance_ = open_sqlite_maintenance(config, executor_).value();
  }

  fs::path directory_;
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Maintenance> maintenance_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, MaintenanceConformance, ::testing::Values([]() -> std::unique_ptr<MaintenanceHarness> {
                           return std::make_unique<SqliteMaintenanceHarness>();
                         }));

TEST(SqliteMaintenanceStart, AMissingFileIsNotMade) {
  base::testing::ManualExecutor executor;
  const auto path = (fs::temp_directory_path() / "skat-no-such-store.db").string();
  EXPECT_EQ(open_sqlite_maintenance({.path = path}, executor).error(), errc::unavailable);
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace skat::store::testing
