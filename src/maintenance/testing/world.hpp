// World: a real SQLite log and store in a directory of their own, on a thread of their own, as a stopped node leaves
// them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/io_thread.hpp"
#include "base/sqlite/database.hpp"
#include "log/record_format.hpp"
#include "log/sqlite/sqlite_log.hpp"
#include "maintenance/asker.hpp"
#include "maintenance/log_archive.hpp"
#include "maintenance/log_scan.hpp"
#include "maintenance/progress.hpp"
#include "store/sqlite/sqlite_maintenance.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace skat::maintenance::testing {

inline model::RoomId room_id(std::uint8_t i) {
  return model::RoomId{{7, i}};
}
inline model::UserId user_id(std::uint8_t i) {
  return model::UserId{{3, i}};
}

class SilentProgress final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t) override {}
  void reach(std::uint64_t) override {}
  void end() override {}
};

class World {
 public:
  World() {
    std::string name = (std::filesystem::temp_directory_path() / "skat-world-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory = name;
    open();
  }
  ~World() {
    close();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void open() {
    core = std::make_unique<base::IoThread>("core");
    asker = std::make_unique<Asker>(*core, std::chrono::seconds(5));
    asker->run_blocking([this] {
      log = log::open_sqlite_log({.path = log_path(), .partitions = 2}, *core).value();
      const store::sqlite::Config config{.path = store_path()};
      store = store::open_sqlite_store(config, *core).value();
      maintenance = store::open_sqlite_maintenance(config, *core).value();
    });
  }
  void close() {
    asker->run_blocking([this] {
      maintenance.reset();
      store.reset();
      log.reset();
    });
    asker.reset();
    core.reset();
  }
  [[nodiscard]] std::string log_path() const { return (directory / "log.sqlite").string(); }
  [[nodiscard]] std::string store_path() const { return (directory / "store.sqlite").string(); }

  // Changes a file behind everybody's back.
  static void tamper(const std::string& path, const std::string& sql) {
    auto database = base::sqlite::Database::open_blocking({.path = path, .access = base::sqlite::Access::read_write});
    ASSERT_TRUE(database);
    const auto done = database->exec(sql);
    ASSERT_TRUE(done) << database->last_message();
  }

  void append(const model::Record& record, std::uint32_t partition) {
    append_bytes(record.room.hex(), log::encode_record(record), partition);
  }
  void append_bytes(const std::string& key, const std::string& value, std::uint32_t partition) {
    const auto done = asker->ask_blocking<log::Appended>([&](base::Function<void(result<log::Appended>)> answer) {
      log->append(log::Partition{partition}, key, value, std::move(answer));
    });
    ASSERT_TRUE(done);
  }
  void trim(std::uint32_t partition, std::uint64_t below) {
    const auto done = asker->ask_blocking<void>([&](base::Function<void(result<void>)> answer) {
      log->trim(log::Partition{partition}, log::Offset{below}, base::wall_now() + std::chrono::hours(1),
                std::move(answer));
    });
    ASSERT_TRUE(done);
  }
  log::Bounds bounds(std::uint32_t partition) {
    return bounds_blocking(*asker, *log, log::Partition{partition}).value();
  }
  store::StoredFold stored(std::uint32_t partition) {
    return asker
        ->ask_blocking<store::StoredFold>(
            [&](store::Done<store::StoredFold> done) { store->load_fold(partition, log->log_id(), std::move(done)); })
        .value();
  }
  enum class Snapshots { none, all };
  // As a node's archiver would have done.
  void archive(Snapshots snapshots = Snapshots::all) {
    for (std::uint32_t partition = 0; partition < log->partition_count(); ++partition) {
      auto archive = LogArchive::load(partition, stored(partition));
      ASSERT_TRUE(archive);
      ASSERT_TRUE(archive->run_blocking(*asker, *log, *store, bounds(partition).end, progress, 0));
      if (snapshots == Snapshots::none) continue;
      ASSERT_TRUE(archive->write_snapshots_blocking(*asker, *store));
    }
  }

  std::filesystem::path directory;
  std::unique_ptr<base::IoThread> core;
  std::unique_ptr<Asker> asker;
  std::unique_ptr<log::Log> log;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Maintenance> maintenance;
  SilentProgress progress;
};

}  // namespace skat::maintenance::testing
