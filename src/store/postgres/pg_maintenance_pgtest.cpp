// Maintenance against a real PostgreSQL: SKAT_TEST_POSTGRES is its URL (tools/services.mjs run -- …).
#include "store/postgres/pg_maintenance.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "base/testing/manual_executor.hpp"
#include "store/maintenance_conformance.hpp"
#include "store/postgres/pg_store.hpp"
#include "store/postgres/testing/database.hpp"

namespace skat::store::testing {
namespace {

class PgMaintenanceHarness final : public MaintenanceHarness {
 public:
  PgMaintenanceHarness() {
    auto store = open_postgres_store(database_.config(), executor_);
    if (!store.store) throw std::runtime_error(store.problem);
    store_ = std::move(store.store);
    auto maintenance = open_postgres_maintenance(database_.config(), executor_);
    if (!maintenance.maintenance) throw std::runtime_error(maintenance.problem);
    maintenance_ = std::move(maintenance.maintenance);
  }
  Store& store() override { return *store_; }
  Maintenance& maintenance() override { return *maintenance_; }
  bool run_until(const std::function<bool()>& done) override { return executor_.run_until(done); }

 private:
  postgres::testing::Database database_;
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Maintenance> maintenance_;
};

INSTANTIATE_TEST_SUITE_P(Pg, MaintenanceConformance, ::testing::Values([]() -> std::unique_ptr<MaintenanceHarness> {
                           return std::make_unique<PgMaintenanceHarness>();
                         }));

TEST(PgMaintenanceStart, AServerThatIsNotThereIsOneSentence) {
  base::testing::ManualExecutor executor;
  const auto opened =
      open_postgres_maintenance(postgres::parse_url("postgres://nobody@127.0.0.1:1/none").config, executor);
  EXPECT_FALSE(opened.maintenance);
  EXPECT_NE(opened.problem.find("PostgreSQL"), std::string::npos);
}

}  // namespace
}  // namespace skat::store::testing
