#include "store/postgres/pg_store.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/logger.hpp"
#include "store/postgres/pg_archive.hpp"
#include "store/postgres/pg_directory.hpp"
#include "store/postgres/pg_messages.hpp"
#include "store/postgres/pg_rooms.hpp"
#include "store/postgres/pool.hpp"

namespace skat::store::postgres {
namespace {

using model::DeviceId;
using model::N;
using model::RoomId;
using model::Seq;
using model::UserId;
using std::chrono::milliseconds;

// PgStore: hands each request to the pool of its sort.
// Lives on: `owner`; see Pool. Ends by: destruction; see open_postgres_store().
class PgStore final : public Store {
 public:
  PgStore(std::unique_ptr<Shared> shared, base::Executor& owner)
      : shared_(std::move(shared)),
        owner_(owner),
        archive_("store-archive", config().archive_connections, config().max_waiting_archives, *shared_, owner),
        reads_("store-reads", config().read_connections, config().max_waiting_reads, *shared_, owner),
        directory_("store-directory", config().directory_connections, config().max_waiting_directory, *shared_, owner) {
  }
  ~PgStore() override { shared_->stop_signal.stop(std::chrono::steady_clock::now() + config().close_timeout); }
  PgStore(const PgStore&) = delete;
  PgStore& operator=(const PgStore&) = delete;

  void load_fold(std::uint32_t partition, std::string log_id, Done<StoredFold> done) override {
    ask(archive_, config().load_timeout, std::move(done),
        [partition, log_id = std::move(log_id)](Connection& connection) {
          return load_fold_blocking(connection, partition, log_id);
        });
  }
  void load_rooms(std::uint32_t partition, std::string log_id, std::vector<RoomId> rooms,
                  Done<StoredFold> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [partition, log_id = std::move(log_id), rooms = std::move(rooms)](Connection& connection) {
          return load_rooms_blocking(connection, partition, log_id, rooms);
        });
  }
  void progress(Done<std::vector<StoredProgress>> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [](Connection& connection) { return progress_blocking(connection); });
  }
  void archive(ArchiveBatch batch, Done<void> done) override {
    ask(archive_, config().archive_timeout, std::move(done),
        [batch = std::move(batch)](Connection& connection) { return archive_blocking(connection, batch); });
  }
  void page_before(RoomId room, Seq before, std::size_t limit, Done<Page> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [=](Connection& connection) { return page_before_blocking(connection, room, before, limit); });
  }
  void page_after(RoomId room, Seq after, std::size_t limit, Done<Page> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [=](Connection& connection) { return page_after_blocking(connection, room, after, limit); });
  }
  void range(RoomId room, Seq after, Seq up_to, std::size_t max_events, Done<Page> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [=](Connection& connection) { return range_blocking(connection, room, after, up_to, max_events); });
  }
  void find_key(RoomId room, UserId sender, DeviceId device, N n, Done<std::optional<StoredKey>> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [=](Connection& connection) { return find_key_blocking(connection, room, sender, device, n); });
  }

  void create_session(User user, SessionRow session, Done<void> done) override {
    ask(directory_, config().directory_timeout, std::move(done),
        [user = std::move(user), session = std::move(session)](Connection& connection) {
          return create_session_blocking(connection, user, session);
        });
  }
  void find_session(std::string token_hash, base::WallTime now, Done<User> done) override {
    ask(directory_, config().directory_timeout, std::move(done),
        [token_hash = std::move(token_hash), now](Connection& connection) {
          return find_session_blocking(connection, token_hash, now);
        });
  }
  void reserve_room_name(NameReservation wanted, Done<NameReservation> done) override {
    ask(directory_, config().directory_timeout, std::move(done), [wanted = std::move(wanted)](Connection& connection) {
      return reserve_room_name_blocking(connection, wanted);
    });
  }
  void list_rooms(std::string after, std::size_t limit, Done<std::vector<RoomRow>> done) override {
    ask(reads_, config().read_timeout, std::move(done), [after = std::move(after), limit](Connection& connection) {
      return list_rooms_blocking(connection, after, limit);
    });
  }
  void rooms_of(UserId user, Done<std::vector<MyRoom>> done) override {
    ask(reads_, config().read_timeout, std::move(done),
        [user](Connection& connection) { return rooms_of_blocking(connection, user); });
  }
  void write_read_markers(std::vector<ReadMarker> markers, Done<void> done) override {
    ask(directory_, config().directory_timeout, std::move(done),
        [markers = std::move(markers)](Connection& connection) {
          return write_read_markers_blocking(connection, markers);
        });
  }
  void get_or_put_setting(std::string name, std::string value, Done<std::string> done) override {
    ask(directory_, config().directory_timeout, std::move(done),
        [name = std::move(name), value = std::move(value)](Connection& connection) {
          return get_or_put_setting_blocking(connection, name, value);
        });
  }

 private:
  [[nodiscard]] const Config& config() const noexcept { return shared_->config; }

  // `work` runs on a thread of the pool; its answer is given to `done` on the owner's.
  template <class T, class Work>
  void ask(Pool& pool, milliseconds limit, Done<T> done, Work work) {
    if (pool.full()) {
      // In a later turn, like every other answer; not at all if the store is gone by then.
      owner_.post([alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
        if (alive.lock()) done(errc::busy);
      });
      return;
    }
    pool.submit([limit, done = std::move(done), work = std::move(work)](Connection& connection) mutable {
      auto begun = connection.begin_request_blocking(limit);
      result<T> answer = begun ? work(connection) : result<T>(begun.error());
      return base::Executor::Task(
          [done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
    });
  }

  // set at construction
  const std::unique_ptr<Shared> shared_;  // outlives the pools
  base::Executor& owner_;

  // Shared with posted answers, which find it gone when the store was destroyed first.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  Pool archive_, reads_, directory_;
};

}  // namespace
}  // namespace skat::store::postgres

namespace skat::store {

OpenedPostgresStore open_postgres_store(const postgres::Config& config, base::Executor& owner,
                                        std::function<void(std::string)> on_newer_schema) {
  using base::LogLevel;
  if (auto wrong = validate(config)) return {.store = nullptr, .problem = *std::move(wrong)};
  if (const auto warning = tls_warning(config)) base::log(LogLevel::warn, "store", "PostgreSQL: {}", *warning);
  auto shared = std::make_unique<postgres::Shared>(config);
  {
    postgres::Connection first(*shared);
    const auto begun = first.begin_request_blocking(config.directory_timeout);
    if (!begun && (first.refused() || begun.error() == errc::schema)) {
      return {.store = nullptr, .problem = fmt::format("PostgreSQL: {}", first.problem())};
    }
    if (!begun)
      base::log(LogLevel::warn, "store", "PostgreSQL cannot be reached yet; the store stays unavailable until it can");
  }
  shared->on_newer_schema = std::move(on_newer_schema);
  return {.store = std::make_unique<postgres::PgStore>(std::move(shared), owner), .problem = {}};
}

}  // namespace skat::store
