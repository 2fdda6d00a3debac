#include "store/postgres/pg_maintenance.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/logger.hpp"
#include "store/former_epochs.hpp"
#include "store/postgres/pg_reading.hpp"
#include "store/postgres/pool.hpp"
#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {
namespace {

constexpr std::size_t kMaxWaiting = 16;

Statement set_note(std::string_view note) {
  return Statement(
             "INSERT INTO settings (name, value) VALUES ('rebuild', $1)"
             " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .with_blob(note);
}

// In one transaction: `changes`, if the partitions stand as `expected` says.
result<void> change_if_blocking(Connection& connection, const std::vector<StoredProgress>& expected,
                                std::vector<Statement> changes) {
  auto statements = opening(connection, Kind::write);
  statements.emplace_back(
      "SELECT partition, next_offset, snapshots_as_of, epoch FROM log_progress ORDER BY partition FOR UPDATE");
  const auto seen = connection.run_blocking(statements);
  error_code failed = seen.error;
  if (!failed) {
    const Rows& rows = seen.rows.back();
    for (const auto& progress : expected) {
      bool same = false;
      for (int i = 0; i < rows.size(); ++i) {
        same |= rows.uint64(i, 0) == progress.partition && rows.uint64(i, 1) == progress.next_offset &&
                rows.uint64(i, 2) == progress.snapshots_as_of && rows.uint64(i, 3) == progress.epoch.value();
      }
      if (!same) failed = errc::superseded;
    }
  }
  if (!failed) {
    changes.emplace_back("COMMIT");
    failed = connection.run_blocking(changes).error;
  }
  if (!failed) return {};
  if (failed != errc::superseded) connection.report(failed);
  connection.rollback_blocking();
  return failed;
}

result<void> reset_blocking(Connection& connection, const std::vector<StoredProgress>& expected,
                            std::string_view note) {
  std::vector<Statement> changes;
  changes.emplace_back("TRUNCATE events, rooms, members, snapshots, dead_letters");
  changes.emplace_back("UPDATE log_progress SET next_offset = 0, snapshots_as_of = 0");
  changes.push_back(set_note(note));
  return change_if_blocking(connection, expected, std::move(changes));
}

void add_adoption(const Adoption& adoption, std::vector<Statement>& changes) {
  const std::uint32_t partition = adoption.from.partition;
  changes.push_back(Statement("UPDATE log_progress SET next_offset = $1, snapshots_as_of = $1, epoch = $2, log_id = $3"
                              " WHERE partition = $4")
                        .with(adoption.next_offset, adoption.epoch)
                        .with_text(adoption.log_id)
                        .with(partition));
  changes.push_back(Statement("INSERT INTO settings (name, value) VALUES ($1, $2)"
                              " ON CONFLICT (name) DO UPDATE SET value = settings.value || excluded.value")
                        .with_text(former_epochs_setting(partition))
                        .with_blob(format_former_epoch(adoption.from.epoch)));
  auto rooms = Column::uuids();
  auto states = Column::blobs();
  for (const RoomSnapshot& snapshot : adoption.snapshots) {
    rooms.add(snapshot.room);
    states.add_bytes(snapshot.state);
  }
  changes.push_back(Statement("INSERT INTO snapshots (partition, room, as_of, state)"
                              " SELECT $1, room, 0, state FROM unnest($2, $3) AS new (room, state)"
                              " ON CONFLICT (partition, room) DO UPDATE SET state = excluded.state")
                        .with(partition, rooms, states));
  changes.push_back(
      Statement("UPDATE snapshots SET as_of = $1 WHERE partition = $2").with(adoption.next_offset, partition));
}

result<void> adopt_blocking(Connection& connection, const std::vector<Adoption>& adoptions) {
  std::vector<StoredProgress> expected;
  std::vector<Statement> changes;
  for (const auto& adoption : adoptions) {
    expected.push_back(adoption.from);
    add_adoption(adoption, changes);
  }
  return change_if_blocking(connection, expected, std::move(changes));
}

result<std::optional<std::string>> note_blocking(Connection& connection) {
  auto rows =
      transact_blocking(connection, Kind::read, {Statement("SELECT value FROM settings WHERE name = 'rebuild'")});
  if (!rows) return rows.error();
  if (rows->front().empty()) return std::optional<std::string>();
  return std::optional(std::string(rows->front().bytes(0, 0)));
}

result<void> clear_note_blocking(Connection& connection) {
  auto done = transact_blocking(connection, Kind::write, {Statement("DELETE FROM settings WHERE name = 'rebuild'")});
  if (!done) return done.error();
  return {};
}

// Desk: a pool of one connection, so that what is asked runs in order, and the way there.
// Lives on: `owner`. Ends by: destruction, which drops the callbacks.
class Desk {
 public:
  Desk(const std::string& name, Shared& shared, base::Executor& owner)
      : owner_(owner), limit_(shared.config.migrate_timeout), pool_(name, 1, kMaxWaiting, shared, owner) {}

  // As a request of its own.
  template <class T, class Work>
  void ask(Done<T> done, Work work) {
    submit<T>(std::move(done), [limit = limit_, work = std::move(work)](Connection& connection) mutable -> result<T> {
      if (auto begun = connection.begin_request_blocking(limit); !begun) return begun.error();
      return work(connection);
    });
  }
  // Inside the transaction that an earlier request left open.
  template <class T, class Work>
  void ask_inside(Done<T> done, Work work) {
    submit<T>(std::move(done), [limit = limit_, work = std::move(work)](Connection& connection) mutable -> result<T> {
      if (auto open = connection.continue_request(limit); !open) return open.error();
      return work(connection);
    });
  }

 private:
  template <class T, class Work>
  void submit(Done<T> done, Work work) {
    if (pool_.full()) {
      owner_.post([alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
        if (alive.lock()) done(errc::busy);
      });
      return;
    }
    pool_.submit([done = std::move(done), work = std::move(work)](Connection& connection) mutable {
      return base::Executor::Task(
          [done = std::move(done), answer = work(connection)]() mutable { done(std::move(answer)); });
    });
  }

  base::Executor& owner_;
  const std::chrono::milliseconds limit_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // posted answers find it gone
  Pool pool_;
};

class Reading final : public StoreReading {
 public:
  Reading(Shared& shared, base::Executor& owner) : desk_("store-reading", shared, owner) {}

  // Fixes the moment; before anything else.
  void open(Done<void> done) {
    desk_.ask(std::move(done), [](Connection& c) { return open_reading_blocking(c); });
  }

  void partitions(Done<std::vector<PartitionState>> done) override {
    desk_.ask_inside(std::move(done), [](Connection& c) { return read_partitions_blocking(c); });
  }
  void count_events(Done<std::uint64_t> done) override {
    desk_.ask_inside(std::move(done), [](Connection& c) { return count_events_blocking(c); });
  }
  void next_events(std::size_t limit, Done<std::vector<model::Event>> done) override {
    desk_.ask_inside(std::move(done), [limit](Connection& c) { return fetch_events_blocking(c, limit); });
  }
  void next_rooms(std::size_t limit, Done<std::vector<ProjectedRoom>> done) override {
    desk_.ask_inside(std::move(done), [limit](Connection& c) { return fetch_rooms_blocking(c, limit); });
  }
  void next_members(std::size_t limit, Done<std::vector<ProjectedMember>> done) override {
    desk_.ask_inside(std::move(done), [limit](Connection& c) { return fetch_members_blocking(c, limit); });
  }
  void next_snapshots(std::size_t limit, Done<std::vector<PartitionSnapshot>> done) override {
    desk_.ask_inside(std::move(done), [limit](Connection& c) { return fetch_snapshots_blocking(c, limit); });
  }
  void next_letters(std::size_t limit, Done<std::vector<PartitionLetter>> done) override {
    desk_.ask_inside(std::move(done), [limit](Connection& c) { return fetch_letters_blocking(c, limit); });
  }

 private:
  Desk desk_;
};

class PgMaintenance final : public Maintenance {
 public:
  PgMaintenance(std::unique_ptr<Shared> shared, base::Executor& owner)
      : shared_(std::move(shared)), owner_(owner), desk_("store-maintenance", *shared_, owner) {}
  ~PgMaintenance() override {
    shared_->stop_signal.stop(std::chrono::steady_clock::now() + shared_->config.close_timeout);
  }
  PgMaintenance(const PgMaintenance&) = delete;
  PgMaintenance& operator=(const PgMaintenance&) = delete;

  void read(Done<std::unique_ptr<StoreReading>> done) override {
    auto reading = std::make_unique<Reading>(*shared_, owner_);
    Reading& opening = *reading;
    opening.open([reading = std::move(reading), done = std::move(done)](const result<void>& opened) mutable {
      if (opened) {
        done(std::unique_ptr<StoreReading>(std::move(reading)));
      } else {
        done(opened.error());
      }
    });
  }
  void reset(std::vector<StoredProgress> expected, std::string note, Done<void> done) override {
    desk_.ask(std::move(done), [expected = std::move(expected), note = std::move(note)](Connection& connection) {
      return reset_blocking(connection, expected, note);
    });
  }
  void note(Done<std::optional<std::string>> done) override {
    desk_.ask(std::move(done), [](Connection& connection) { return note_blocking(connection); });
  }
  void clear_note(Done<void> done) override {
    desk_.ask(std::move(done), [](Connection& connection) { return clear_note_blocking(connection); });
  }
  void adopt(std::vector<Adoption> adoptions, Done<void> done) override {
    desk_.ask(std::move(done), [adoptions = std::move(adoptions)](Connection& connection) {
      return adopt_blocking(connection, adoptions);
    });
  }

 private:
  const std::unique_ptr<Shared> shared_;  // outlives the desk, and the readings
  base::Executor& owner_;
  Desk desk_;
};

}  // namespace
}  // namespace skat::store::postgres

namespace skat::store {

OpenedPostgresMaintenance open_postgres_maintenance(const postgres::Config& config, base::Executor& owner) {
  if (auto wrong = validate(config)) return {.maintenance = nullptr, .problem = *std::move(wrong)};
  auto shared = std::make_unique<postgres::Shared>(config);
  {
    postgres::Connection first(*shared);
    if (const auto begun = first.begin_request_blocking(config.directory_timeout); !begun) {
      return {.maintenance = nullptr, .problem = fmt::format("PostgreSQL: {}", first.problem())};
    }
  }
  return {.maintenance = std::make_unique<postgres::PgMaintenance>(std::move(shared), owner), .problem = {}};
}

}  // namespace skat::store
