// The store while its PostgreSQL is killed, held, locked by others or not there yet.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/worker.hpp"
#include "store/postgres/testing/database.hpp"
#include "store/postgres/testing/node.hpp"
#include "store/postgres/testing/server.hpp"

namespace skat::store::postgres::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Short enough to be waited for, long enough for a busy machine.
Config impatient(Config config) {
  config.connect_timeout = config.read_timeout = config.directory_timeout = milliseconds(2'000);
  config.archive_timeout = milliseconds(3'000);
  config.lock_timeout = milliseconds(1'000);
  config.close_timeout = milliseconds(300);
  config.longest_reconnect = milliseconds(200);
  return config;
}

constexpr std::chrono::seconds kPatience{60};

// Archives batch after batch as the archiver does: a failed one again, for ever; a repeat that is superseded counts
// when the store stands where it would have brought it.
void archive_until(Node& node, std::uint64_t last, std::uint64_t batch, const std::function<void(std::uint64_t)>& at) {
  for (std::uint64_t start = 0; start < last; start += batch) {
    at(start);
    for (int attempts = 1;; ++attempts) {
      ASSERT_LT(attempts, 10'000);
      const auto done = node.archive(messages(start, batch));
      if (done) break;
      if (done.error() == errc::superseded && attempts > 1) {
        const auto fold = node.load();
        if (!fold) continue;
        ASSERT_EQ(fold->next_offset, start + batch);
        break;
      }
      ASSERT_EQ(done.error(), condition::retryable) << done.error().message();
      std::this_thread::sleep_for(milliseconds(10));
    }
  }
}

// ---- Its own server -------------------------------------------------------------------------------------------------

class PgServerTest : public ::testing::Test {
 protected:
  [[nodiscard]] Config config() const { return impatient(parse_url(server_.url()).config); }
  std::string sql(const std::string& text) { return Psql(server_.url()).run(text); }

  base::Worker killer_{"killer", 3};  // outlives the server: what a thread starts ends with it
  PostgresServer server_;
};

TEST_F(PgServerTest, AServerKilledInTheMiddleOfTheArchiveLosesAndDoublesNothing) {
  Node node(config());
  ASSERT_TRUE(node.load());
  std::atomic<int> restarts{0};
  archive_until(node, 300'000, 1'000, [&](std::uint64_t start) {
    if (start != 20'000 && start != 120'000 && start != 220'000) return;
    ASSERT_TRUE(killer_.submit([this, start, &restarts] {
      std::this_thread::sleep_for(milliseconds(start / 10'000));
      server_.kill();
      server_.start();
      ++restarts;
    }));
  });
  ASSERT_TRUE(node.executor().run_until([&] { return restarts == 3; }, kPatience));
  EXPECT_EQ(sql("SELECT count(*) || ' ' || max(seq) FROM events"), "300000 300000");
  EXPECT_EQ(node.load().value().next_offset, 300'000u);
}

TEST_F(PgServerTest, WhileItIsAwayEachRequestIsAnsweredAndAfterwardsAllIsAsBefore) {
  Node node(config());
  ASSERT_TRUE(node.load());
  ASSERT_TRUE(node.archive(messages(0, 3)));
  server_.kill();
  for (int i = 0; i < 20; ++i) {
    const auto began = Clock::now();
    EXPECT_EQ(node.newest(kRoom).error(), errc::unavailable);
    EXPECT_EQ(node.archive(messages(3, 1)).error(), errc::unavailable);
    EXPECT_LT(Clock::now() - began, std::chrono::seconds(10));
  }
  server_.start();
  ASSERT_TRUE(node.executor().run_until([&] { return node.newest(kRoom).has_value(); }, kPatience));
  // Another connection than the read's, whose pause may last still.
  ASSERT_TRUE(node.executor().run_until([&] { return node.archive(messages(3, 1)).has_value(); }, kPatience));
  EXPECT_EQ(node.newest(kRoom).value().head, model::Seq{4});
}

TEST_F(PgServerTest, ANewerSchemaOfAServerThatWasAwayAtFirstIsToldOnce) {
  sql("CREATE TABLE skat_schema (version bigint NOT NULL)");
  sql("INSERT INTO skat_schema VALUES (1000)");
  server_.kill();
  std::atomic<int> told{0};
  std::string sentence;
  base::testing::ManualExecutor executor;
  auto opened = open_postgres_store(config(), executor, [&](std::string problem) {
    sentence = std::move(problem);
    ++told;
  });
  ASSERT_TRUE(opened.store) << opened.problem;
  server_.start();
  int answers = 0, asked = 0;
  const auto ask_on = [&] {
    if (asked > answers) return;
    ++asked;
    opened.store->progress([&](const result<std::vector<StoredProgress>>& got) {
      EXPECT_FALSE(got);
      ++answers;
    });
  };
  ASSERT_TRUE(executor.run_until([&] { return ask_on(), told > 0; }, kPatience));
  EXPECT_NE(sentence.find("newer Skat"), std::string::npos) << sentence;
  const int before = answers;
  ASSERT_TRUE(executor.run_until([&] { return ask_on(), answers > before + 20; }, kPatience));
  EXPECT_EQ(told, 1);
}

TEST_F(PgServerTest, AHeldServerCostsARequestItsLimitAndTheOwnerNothing) {
  Node node(config());
  ASSERT_TRUE(node.load());
  ASSERT_TRUE(node.archive(messages(0, 3)));
  ASSERT_TRUE(node.newest(kRoom));
  server_.hold();
  auto began = Clock::now();
  const auto read = node.begin<Page>(&Conversations::page_before, kRoom, model::Seq{9}, std::size_t{10});
  const auto archive = node.begin<void>(&Conversations::archive, messages(3, 1));
  EXPECT_FALSE(read->has_value());
  EXPECT_LT(Clock::now() - began, milliseconds(1'000));
  EXPECT_EQ(node.wait(read).error(), errc::unavailable);
  EXPECT_EQ(node.wait(archive).error(), errc::unavailable);
  EXPECT_LT(Clock::now() - began, std::chrono::seconds(20));
  server_.resume();
  ASSERT_TRUE(node.executor().run_until([&] { return node.newest(kRoom).has_value(); }, kPatience));
  // The held server had the statements, but never heard COMMIT.
  result<StoredFold> fold = errc::unavailable;
  ASSERT_TRUE(node.executor().run_until([&] { return (fold = node.load()).has_value(); }, kPatience));
  EXPECT_EQ(fold->next_offset, 3u);
  ASSERT_TRUE(node.executor().run_until([&] { return node.archive(messages(3, 1)).has_value(); }, kPatience));
  EXPECT_EQ(node.newest(kRoom).value().head, model::Seq{4});
}

TEST_F(PgServerTest, AStoreEndsInItsTimeWhileTheServerIsHeld) {
  auto settings = config();
  settings.read_timeout = settings.archive_timeout = kPatience;
  Node node(settings);
  ASSERT_TRUE(node.load());
  ASSERT_TRUE(node.newest(kRoom));
  server_.hold();
  bool called = false;
  for (int i = 0; i < 20; ++i) node.store().range(kRoom, {}, {}, 1, [&](const auto&) { called = true; });
  std::this_thread::sleep_for(milliseconds(50));
  const auto began = Clock::now();
  node.close();
  EXPECT_LT(Clock::now() - began, std::chrono::seconds(10));
  node.executor().run();
  EXPECT_FALSE(called);
}

TEST_F(PgServerTest, ANodeStartsWithoutItAndWorksOnceItIsThere) {
  server_.kill();
  Node node(config());
  EXPECT_EQ(node.load().error(), errc::unavailable);
  server_.start();
  ASSERT_TRUE(node.executor().run_until([&] { return node.load().has_value(); }, kPatience));
  EXPECT_TRUE(node.archive(messages(0, 3)));
}

// ---- The shared server ----------------------------------------------------------------------------------------------

class PgFaultTest : public ::testing::Test {
 protected:
  [[nodiscard]] Config config() const {
    Config config = database_.config();
    config.connect_timeout = config.read_timeout = config.directory_timeout = milliseconds(20'000);
    config.lock_timeout = milliseconds(500);
    return config;
  }
  std::string sql(const std::string& text) { return Psql(database_.url()).run(text); }
  // Until `count` requests of this database wait for a lock.
  void wait_for_lock(Node& node, int count) {
    const auto waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database_.name() + "' AND wait_event_type = 'Lock'";
    ASSERT_TRUE(node.executor().run_until([&] { return sql(waiting) == std::to_string(count); }, kPatience));
  }

  Database database_;
};

TEST_F(PgFaultTest, OfTwoWritersOneWinsEachBatchAndTheOtherLeavesNothing) {
  auto settings = config();
  settings.lock_timeout = milliseconds(20'000);
  Node first(settings), second(settings);
  ASSERT_TRUE(first.load());
  std::uint64_t wins[2] = {};
  for (std::uint64_t start = 0; start < 4'000; start += 100) {
    const auto one = first.begin<void>(&Conversations::archive, messages(start, 100));
    const auto two = second.begin<void>(&Conversations::archive, messages(start, 100));
    const auto a = first.wait(one), b = second.wait(two);
    ASSERT_NE(a.has_value(), b.has_value());
    EXPECT_EQ((a ? b : a).error(), errc::superseded);
    ++wins[a ? 0 : 1];
  }
  EXPECT_EQ(sql("SELECT count(*) || ' ' || max(seq) FROM events"), "4000 4000");
  EXPECT_EQ(wins[0] + wins[1], 40u);
}

TEST_F(PgFaultTest, ADeadlockWithAnotherWriterIsTriedAgain) {
  auto settings = config();
  settings.lock_timeout = milliseconds(20'000);
  Node node(settings);
  ASSERT_TRUE(node.load());
  auto batch = messages(0, 1);
  batch.events[0].kind = model::EventKind::room_created;
  batch.events[0].mseq.reset();
  batch.events[0].body = R"({"name":"Ada","room_name":"one","access":"open"})";
  ASSERT_TRUE(node.archive(batch));
  Psql other(database_.url());
  other.run("BEGIN");
  other.run("UPDATE rooms SET members = members");
  batch = messages(1, 1);
  batch.events[0].kind = model::EventKind::member_joined;
  batch.events[0].mseq.reset();
  batch.events[0].sender = model::UserId{{8}};
  const auto archive = node.begin<void>(&Conversations::archive, batch);
  wait_for_lock(node, 1);
  ASSERT_EQ(PQsendQuery(other.handle(), "UPDATE log_progress SET next_offset = next_offset"), 1);
  // The server lets one of the two go on.
  const auto outcome = node.wait(archive);
  bool other_failed = false;
  while (PGresult* result = PQgetResult(other.handle())) {
    other_failed = PQresultStatus(result) != PGRES_COMMAND_OK;
    PQclear(result);
  }
  other.run("ROLLBACK");
  ASSERT_NE(outcome.has_value(), !other_failed);
  if (!outcome) {
    EXPECT_EQ(outcome.error(), condition::retryable);
    EXPECT_TRUE(node.archive(batch));
  }
  EXPECT_EQ(sql("SELECT members FROM rooms"), "2");
}

TEST_F(PgFaultTest, ALockOfSomebodyElseHoldsUpTheArchiveForItsLimitAndReadsNotAtAll) {
  Node node(config());
  ASSERT_TRUE(node.load());
  ASSERT_TRUE(node.archive(messages(0, 3)));
  Psql other(database_.url());
  other.run("BEGIN");
  other.run("SELECT 1 FROM log_progress FOR UPDATE");
  for (int i = 0; i < 5; ++i) {
    const auto archive = node.begin<void>(&Conversations::archive, messages(3, 1));
    for (int reads = 0; reads < 3; ++reads) EXPECT_EQ(node.newest(kRoom).value().head, model::Seq{3});
    EXPECT_EQ(node.wait(archive).error(), errc::unavailable);
  }
  other.run("ROLLBACK");
  EXPECT_TRUE(node.archive(messages(3, 1)));
}

TEST_F(PgFaultTest, ConnectionsThatTheServerEndedAreReplacedBeforeAnybodyNotices) {
  Node node(config());
  ASSERT_TRUE(node.load());
  ASSERT_TRUE(node.newest(kRoom));
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database_.name() +
      "' AND pid <> pg_backend_pid()");
  ASSERT_TRUE(node.executor().run_until([&] {
    return sql("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database_.name() +
               "' AND pid <> pg_backend_pid()") == "0";
  }));
  EXPECT_TRUE(node.newest(kRoom));
  EXPECT_TRUE(node.archive(messages(0, 3)));
}

TEST_F(PgFaultTest, AnArchiveIsOnTheDiskWhateverTheDatabasesDefaultSays) {
  sql("ALTER DATABASE " + database_.name() + " SET synchronous_commit = off");
  Node node(config());
  ASSERT_TRUE(node.load());
  sql("CREATE TABLE seen (setting text)");
  sql("CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$");
  sql("CREATE TRIGGER see AFTER UPDATE ON log_progress EXECUTE FUNCTION see()");
  ASSERT_TRUE(node.archive(messages(0, 3)));
  EXPECT_EQ(sql("SELECT setting FROM seen"), "on");
}

TEST_F(PgFaultTest, AMissingTableIsASchemaErrorAndNoLoop) {
  Node node(config());
  ASSERT_TRUE(node.load());
  sql("DROP TABLE events");
  EXPECT_EQ(node.archive(messages(0, 1)).error(), errc::schema);
  EXPECT_EQ(node.newest(kRoom).error(), errc::schema);
}

TEST_F(PgFaultTest, MoreRequestsThanMayWaitAreBusyInALaterTurn) {
  auto settings = config();
  settings.read_connections = 1;
  settings.max_waiting_reads = 2;
  Node node(settings);
  std::size_t served = 0, busy = 0;
  for (int i = 0; i < 5; ++i) {
    node.store().range(kRoom, {}, {}, 1, [&](const result<Page>& page) {
      page ? ++served : ++busy;
      if (!page) {
        EXPECT_EQ(page.error(), errc::busy);
      }
    });
  }
  EXPECT_EQ(busy, 0u);
  ASSERT_TRUE(node.executor().run_until([&] { return served + busy == 5; }, kPatience));
  EXPECT_EQ(served, 3u);
}

// ---- The schema -----------------------------------------------------------------------------------------------------

TEST_F(PgFaultTest, NodesThatStartAtOnceBringTheSchemaUpToDateOnce) {
  constexpr int kNodes = 6;
  std::atomic<int> opened{0};
  {
    std::vector<std::unique_ptr<base::Worker>> workers;
    for (int i = 0; i < kNodes; ++i) {
      workers.push_back(std::make_unique<base::Worker>("node", 1));
      ASSERT_TRUE(workers.back()->submit([&] {
        auto settings = database_.config();
        settings.connect_timeout = milliseconds(20'000);
        Node node(settings);
        if (node.load()) ++opened;
      }));
    }
  }
  EXPECT_EQ(opened, kNodes);
  EXPECT_EQ(sql("SELECT count(*) || ' ' || max(version) FROM skat_schema"), "1 1");
}

TEST_F(PgFaultTest, ANewerSchemaIsRefusedWithASentence) {
  sql("CREATE TABLE skat_schema (version bigint NOT NULL)");
  sql("INSERT INTO skat_schema VALUES (1000)");
  base::testing::ManualExecutor executor;
  const auto opened = open_postgres_store(config(), executor);
  EXPECT_FALSE(opened.store);
  EXPECT_NE(opened.problem.find("version 1000"), std::string::npos) << opened.problem;
  EXPECT_NE(opened.problem.find("newer Skat"), std::string::npos) << opened.problem;
}

TEST_F(PgFaultTest, ADatabaseThatDoesNotExistIsRefusedWithASentence) {
  auto settings = config();
  settings.url += "_none";
  base::testing::ManualExecutor executor;
  const auto opened = open_postgres_store(settings, executor);
  EXPECT_FALSE(opened.store);
  EXPECT_NE(opened.problem.find("does not exist"), std::string::npos) << opened.problem;
}

}  // namespace
}  // namespace skat::store::postgres::testing
