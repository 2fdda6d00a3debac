// The store against a real PostgreSQL: SKAT_TEST_POSTGRES is its URL (tools/services.mjs run -- …).
#include "store/postgres/pg_store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/failpoint.hpp"
#include "base/testing/manual_executor.hpp"
#include "store/postgres/testing/database.hpp"
#include "store/postgres/testing/server.hpp"
#include "store/store_conformance.hpp"

namespace skat::store::testing {
namespace {

using postgres::testing::Database;
using postgres::testing::PgBouncer;

class PgHarness final : public StoreHarness {
 public:
  enum class Road { direct, bouncer };
  explicit PgHarness(Road road) {
    config_ = database_.config();
    // A busy machine is no fault here.
    config_.connect_timeout = config_.read_timeout = config_.directory_timeout = std::chrono::seconds(20);
    if (road == Road::bouncer) {
      bouncer_ = std::make_unique<PgBouncer>(std::atoi(database_.port().c_str()));
      config_.url = bouncer_->url(database_.name());
    }
    open();
  }
  Store& store() override { return *store_; }
  bool run_until(const std::function<bool()>& done) override {
    return executor_.run_until(done, std::chrono::seconds(40));
  }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = open_postgres_store(config_, executor_);
    if (!opened.store) throw std::runtime_error(opened.problem);
    store_ = std::move(opened.store);
  }

  Database database_;
  std::unique_ptr<PgBouncer> bouncer_;
  postgres::Config config_;
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Store> store_;
};

std::unique_ptr<StoreHarness> make_harness() {
  return std::make_unique<PgHarness>(PgHarness::Road::direct);
}
std::unique_ptr<StoreHarness> make_harness_behind_bouncer() {
  return std::make_unique<PgHarness>(PgHarness::Road::bouncer);
}

INSTANTIATE_TEST_SUITE_P(Pg, StoreConformance, ::testing::Values(make_harness));
INSTANTIATE_TEST_SUITE_P(PgBouncer, StoreConformance, ::testing::Values(make_harness_behind_bouncer));

#ifdef SKAT_FAILPOINTS
class PgStoreFault : public StoreConformance {
 protected:
  void TearDown() override { ASSERT_TRUE(base::set_failpoints("")); }
};
INSTANTIATE_TEST_SUITE_P(Own, PgStoreFault, ::testing::Values(make_harness));

TEST_P(PgStoreFault, AFailureBeforeTheCommitLeavesNothingAndTheSameBatchSucceedsLater) {
  const std::vector<model::Event> events{created(1, "one"), message(1)};
  for (const char* place : {"store.before_begin", "store.before_commit"}) {
    ASSERT_TRUE(base::set_failpoints(std::string(place) + ":error:1"));
    EXPECT_EQ(archive(events).error(), condition::retryable) << place;
    EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{0}) << place;
  }
  EXPECT_TRUE(archive(events));
  EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{2});
}

TEST_P(PgStoreFault, AnAnswerLostAfterTheCommitIsSupersededByItself) {
  const std::vector<model::Event> events{created(1, "one"), message(1)};
  ASSERT_TRUE(base::set_failpoints("store.after_commit:error:1"));
  EXPECT_EQ(archive(events).error(), condition::retryable);
  EXPECT_EQ(archive(events).error(), errc::superseded);
  EXPECT_EQ(page_before(room_id(1), kNewest, 1).head, model::Seq{2});
}
#endif

class PgStoreOwn : public StoreConformance {};
INSTANTIATE_TEST_SUITE_P(Own, PgStoreOwn, ::testing::Values(make_harness));

TEST_P(PgStoreOwn, AnotherEventAtATakenPlaceOfItsRoomFailsTheWholeBatch) {
  ASSERT_TRUE(archive({created(1, "one"), message(1)}));
  model::Event other = message(2);
  other.room = room_id(1);
  other.seq = model::Seq{2};
  const auto done = archive({message(3), other});
  EXPECT_EQ(done.error(), errc::data_error);
  EXPECT_EQ(page_before(room_id(3), kNewest, 1).head, model::Seq{0});
  EXPECT_EQ(page_before(room_id(1), kNewest, 10).events.at(1).mseq, model::MSeq{1});
}

TEST_P(PgStoreOwn, ALeaveAndAReturnInOneBatchCountOnce) {
  ASSERT_TRUE(archive({created(1, "one"), next(1, model::EventKind::member_joined, 2)}));
  ASSERT_TRUE(archive({next(1, model::EventKind::member_left, 2), next(1, model::EventKind::member_joined, 2),
                       next(1, model::EventKind::member_joined, 3), next(1, model::EventKind::member_left, 3)}));
  EXPECT_EQ(list_rooms("", 10).at(0).members, 2u);
  EXPECT_EQ(rooms_of(user_id(2)).size(), 1u);
  EXPECT_TRUE(rooms_of(user_id(3)).empty());
}

TEST_P(PgStoreOwn, ManyMegabytesOfSnapshotsAreOneTransaction) {
  ArchiveBatch batch;
  for (std::uint8_t room = 1; room <= 3; ++room) {
    batch.snapshots.push_back({room_id(room), 0, std::string(6u * 1024 * 1024, static_cast<char>('a' + room))});
  }
  batch.snapshots_as_of = 0;
  const auto snapshots = batch.snapshots;
  ASSERT_TRUE(ask<void>(&Conversations::archive, std::move(batch)));
  const StoredFold fold = load();
  ASSERT_EQ(fold.snapshots.size(), snapshots.size());
  for (std::size_t i = 0; i < snapshots.size(); ++i) EXPECT_TRUE(fold.snapshots[i].state == snapshots[i].state);
}

TEST_P(PgStoreOwn, TextThatCannotBeStoredIsOurBug) {
  model::Event event = message(1);
  event.body = std::string("{\"text\":\"\0\"}", 12);
  EXPECT_EQ(archive({event}).error(), condition::corrupt);
  event.body = "{\"text\":\"\xff\"}";
  EXPECT_EQ(archive({event}).error(), condition::corrupt);
  EXPECT_TRUE(archive({message(2)}));
}

}  // namespace
}  // namespace skat::store::testing
