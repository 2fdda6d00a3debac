#include "store/sqlite/sqlite_maintenance.hpp"

#include <string>
#include <utility>

#include "base/check.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "store/former_epochs.hpp"
#include "store/sqlite/sqlite_reading.hpp"

namespace skat::store::sqlite {
namespace {

using Kind = base::sqlite::Transaction::Kind;

constexpr std::string_view kNote = "rebuild";  // its name among the settings
constexpr std::size_t kMaxRequests = 16;       // without an answer, on one lane

// Lane: a thread, and the way of its answers back to the owner. Lives on: `owner`.
// Ends by: destruction, which runs what was taken and drops the callbacks.
class Lane {
 public:
  Lane(std::string name, base::Executor& owner)
      : owner_(owner), answers_(name + "-answers", kMaxRequests, owner), worker_(std::move(name), kMaxRequests) {}

  // `work` runs on the thread; its answer is given to `done` on the owner's.
  template <class T, class Work>
  void ask(Done<T> done, Work work) {
    if (requests_ >= kMaxRequests) {
      owner_.post([alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
        if (alive.lock()) done(errc::busy);
      });
      return;
    }
    ++requests_;
    const bool taken = worker_.submit([this, work = std::move(work), done = std::move(done)]() mutable {
      const bool pushed = answers_.push([this, done = std::move(done), answer = work()]() mutable {
        --requests_;
        done(std::move(answer));
      });
      SKAT_CHECK(pushed, "an answer found no place in the mailbox");
    });
    SKAT_CHECK(taken, "a request found no place in its worker");
  }

 private:
  base::Executor& owner_;
  std::size_t requests_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // posted answers find it gone
  base::TaskMailbox answers_;
  base::Worker worker_;
};

// Reading: a StoreReading with a thread of its own, so that it stands beside everything else.
class Reading final : public StoreReading {
 public:
  Reading(std::unique_ptr<SqliteReading> reading, base::Executor& owner)
      : reading_(std::move(reading)), lane_("store-reading", owner) {}

  void partitions(Done<std::vector<PartitionState>> done) override {
    lane_.ask(std::move(done), [this] { return reading_->partitions(); });
  }
  void count_events(Done<std::uint64_t> done) override {
    lane_.ask(std::move(done), [this] { return reading_->count_events(); });
  }
  void next_events(std::size_t limit, Done<std::vector<model::Event>> done) override {
    lane_.ask(std::move(done), [this, limit] { return reading_->next_events(limit); });
  }
  void next_rooms(std::size_t limit, Done<std::vector<ProjectedRoom>> done) override {
    lane_.ask(std::move(done), [this, limit] { return reading_->next_rooms(limit); });
  }
  void next_members(std::size_t limit, Done<std::vector<ProjectedMember>> done) override {
    lane_.ask(std::move(done), [this, limit] { return reading_->next_members(limit); });
  }
  void next_snapshots(std::size_t limit, Done<std::vector<PartitionSnapshot>> done) override {
    lane_.ask(std::move(done), [this, limit] { return reading_->next_snapshots(limit); });
  }
  void next_letters(std::size_t limit, Done<std::vector<PartitionLetter>> done) override {
    lane_.ask(std::move(done), [this, limit] { return reading_->next_letters(limit); });
  }

 private:
  std::unique_ptr<SqliteReading> reading_;  // of the lane's thread, which ends first
  Lane lane_;
};

// Inside a transaction that writes.
result<void> expect_progress(Connection& connection, const StoredProgress& expected) {
  Query query(connection,
              "SELECT 1 FROM log_progress"
              " WHERE partition = ? AND next_offset = ? AND snapshots_as_of = ? AND epoch = ?");
  query.with(expected.partition).with(expected.next_offset).with(expected.snapshots_as_of);
  auto row = query.with(expected.epoch).step();
  if (!row) return row.error();
  return *row ? result<void>{} : errc::superseded;
}

result<void> reset_blocking(Connection& connection, const std::vector<StoredProgress>& expected,
                            std::string_view note) {
  return in_transaction(connection, Kind::write, [&]() -> result<void> {
    for (const auto& progress : expected) {
      if (auto same = expect_progress(connection, progress); !same) return same;
    }
    for (const std::string_view sql :
         {"DELETE FROM events", "DELETE FROM rooms", "DELETE FROM members", "DELETE FROM snapshots",
          "DELETE FROM dead_letters", "UPDATE log_progress SET next_offset = 0, snapshots_as_of = 0"}) {
      if (auto done = Query(connection, sql).run(); !done) return done;
    }
    Query keep(connection,
               "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
               "excluded.value");
    return keep.with_text(kNote).with_blob(note).run();
  });
}

result<std::optional<std::string>> note_blocking(Connection& connection) {
  Query query(connection, "SELECT value FROM settings WHERE name = ?");
  auto row = query.with_text(kNote).step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::string>();
  return std::optional(std::string(query.blob(0)));
}

result<void> clear_note_blocking(Connection& connection) {
  return Query(connection, "DELETE FROM settings WHERE name = ?").with_text(kNote).run();
}

result<void> adopt_one(Connection& connection, const Adoption& adoption) {
  const std::uint32_t partition = adoption.from.partition;
  if (auto same = expect_progress(connection, adoption.from); !same) return same;
  Query progress(connection,
                 "UPDATE log_progress SET next_offset = ?, snapshots_as_of = ?, epoch = ?, log_id = ?"
                 " WHERE partition = ?");
  progress.with(adoption.next_offset).with(adoption.next_offset).with(adoption.epoch).with_text(adoption.log_id);
  if (auto done = progress.with(partition).run(); !done) return done;
  Query former(connection,
               "INSERT INTO settings (name, value) VALUES (?, ?)"
               " ON CONFLICT (name) DO UPDATE SET value = CAST(value || excluded.value AS BLOB)");
  former.with_text(former_epochs_setting(partition)).with_blob(format_former_epoch(adoption.from.epoch));
  if (auto done = former.run(); !done) return done;
  Query write(connection,
              "INSERT INTO snapshots (partition, room, as_of, state) VALUES (?, ?, 0, ?)"
              " ON CONFLICT (partition, room) DO UPDATE SET state = excluded.state");
  for (const RoomSnapshot& snapshot : adoption.snapshots) {
    write.restart().with(partition).with(snapshot.room);
    if (auto done = write.with_blob(snapshot.state).run(); !done) return done;
  }
  Query as_of(connection, "UPDATE snapshots SET as_of = ? WHERE partition = ?");
  return as_of.with(adoption.next_offset).with(partition).run();
}

result<void> adopt_blocking(Connection& connection, const std::vector<Adoption>& adoptions) {
  return in_transaction(connection, Kind::write, [&]() -> result<void> {
    for (const auto& adoption : adoptions) {
      if (auto done = adopt_one(connection, adoption); !done) return done;
    }
    return {};
  });
}

class SqliteMaintenance final : public Maintenance {
 public:
  SqliteMaintenance(const Config& config, base::Executor& owner, Connection connection)
      : config_(config), owner_(owner), connection_(std::move(connection)), lane_("store-maintenance", owner) {}

  void read(Done<std::unique_ptr<StoreReading>> done) override {
    lane_.ask(std::move(done), [this]() -> result<std::unique_ptr<StoreReading>> {
      auto reading = SqliteReading::open_blocking(config_);
      if (!reading) return reading.error();
      return std::make_unique<Reading>(std::move(*reading), owner_);
    });
  }
  void reset(std::vector<StoredProgress> expected, std::string note, Done<void> done) override {
    lane_.ask(std::move(done), [this, expected = std::move(expected), note = std::move(note)] {
      return reset_blocking(connection_, expected, note);
    });
  }
  void note(Done<std::optional<std::string>> done) override {
    lane_.ask(std::move(done), [this] { return note_blocking(connection_); });
  }
  void clear_note(Done<void> done) override {
    lane_.ask(std::move(done), [this] { return clear_note_blocking(connection_); });
  }
  void adopt(std::vector<Adoption> adoptions, Done<void> done) override {
    lane_.ask(std::move(done),
              [this, adoptions = std::move(adoptions)] { return adopt_blocking(connection_, adoptions); });
  }

 private:
  // set at construction
  const Config config_;
  base::Executor& owner_;
  Connection connection_;  // of the lane's thread, which ends first
  Lane lane_;
};

}  // namespace
}  // namespace skat::store::sqlite

namespace skat::store {

result<std::unique_ptr<Maintenance>> open_sqlite_maintenance(const sqlite::Config& config, base::Executor& owner) {
  using base::sqlite::Access;
  // Migrated by a connection that may write; the file is not made.
  auto connection = sqlite::Connection::open_blocking(config, Access::read_write);
  if (!connection) return connection.error();
  return std::make_unique<sqlite::SqliteMaintenance>(config, owner, std::move(*connection));
}

}  // namespace skat::store
