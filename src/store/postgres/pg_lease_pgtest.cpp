// The lease against a real PostgreSQL (SKAT_TEST_POSTGRES).
#include "store/postgres/pg_lease.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "store/postgres/testing/database.hpp"

namespace skat::store::postgres::testing {
namespace {

using std::chrono::milliseconds;

class PgLeaseTest : public ::testing::Test {
 protected:
  HeldLease acquire(const std::string& holder, bool* lost = nullptr) {
    return acquire_postgres_lease(config_, executor_, {.holder = holder, .ttl = milliseconds(60'000)}, [lost] {
      if (lost != nullptr) *lost = true;
    });
  }
  std::string sql(const std::string& text) { return Psql(database_.url()).run(text); }
  // Until the renewal that is due after a third of the lease's time has happened.
  void renew() {
    const auto before = sql("SELECT xmin FROM leases");
    executor_.advance(milliseconds(20'001));
    ASSERT_TRUE(
        executor_.run_until([&] { return sql("SELECT xmin FROM leases") != before; }, std::chrono::seconds(40)));
  }

  void SetUp() override { config_.connect_timeout = config_.directory_timeout = milliseconds(20'000); }

  Database database_;
  Config config_ = database_.config();
  base::testing::ManualExecutor executor_;
};

TEST_F(PgLeaseTest, BelongsToOneHolderAndIsGivenBack) {
  auto first = acquire("node-a");
  ASSERT_TRUE(first.lease) << first.problem;
  const auto second = acquire("node-b");
  EXPECT_FALSE(second.lease);
  EXPECT_NE(second.problem.find("node-a"), std::string::npos) << second.problem;
  first.lease.reset();
  EXPECT_TRUE(acquire("node-b").lease);
}

TEST_F(PgLeaseTest, TheSameHolderHasItAgainAfterAKill) {
  auto first = acquire("node-a");
  EXPECT_TRUE(acquire("node-a").lease);
}

TEST_F(PgLeaseTest, IsRenewedBeforeItEnds) {
  const auto held = acquire("node-a");
  sql("UPDATE leases SET expires = clock_timestamp() + interval '1 s'");
  renew();
  EXPECT_EQ(sql("SELECT expires > clock_timestamp() + interval '30 s' FROM leases"), "t");
}

TEST_F(PgLeaseTest, AnExpiredOneIsTakenAndItsHolderHearsOfIt) {
  bool lost = false;
  const auto held = acquire("node-a", &lost);
  sql("UPDATE leases SET expires = clock_timestamp() - interval '1 s'");
  const auto other = acquire("node-b");
  ASSERT_TRUE(other.lease) << other.problem;
  EXPECT_FALSE(lost);
  executor_.advance(milliseconds(20'001));
  EXPECT_TRUE(executor_.run_until([&] { return lost; }, std::chrono::seconds(40)));
}

TEST_F(PgLeaseTest, OneThatExpiredUntakenIsHeldOn) {
  bool lost = false;
  const auto held = acquire("node-a", &lost);
  sql("UPDATE leases SET expires = clock_timestamp() - interval '1 s'");
  renew();
  EXPECT_FALSE(lost);
  EXPECT_FALSE(acquire("node-b").lease);
}

}  // namespace
}  // namespace skat::store::postgres::testing
