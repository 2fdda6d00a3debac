#include "store/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_archive.hpp"
#include "store/sqlite/sqlite_directory.hpp"
#include "store/sqlite/sqlite_messages.hpp"
#include "store/sqlite/sqlite_rooms.hpp"

namespace skat::store::sqlite {
namespace {

using model::DeviceId;
using model::N;
using model::RoomId;
using model::Seq;
using model::UserId;

// SqliteStore: hands each request to a worker and its answer back to the owner.
// Lives on: `owner`; a lane's connection is touched by that lane's worker only.
// Ends by: destruction; see open_sqlite_store().
class SqliteStore final : public Store {
 public:
  SqliteStore(const Config& config, base::Executor& owner, Connection writer, std::vector<Connection> readers)
      : max_requests_(config.max_requests),
        owner_(owner),
        // Holds the answers of all requests that were let in, so it is never full.
        answers_("store.answers", config.max_requests, owner),
        writer_("store-writer", config.max_requests, std::move(writer)) {
    for (Connection& reader : readers)
      readers_.push_back(std::make_unique<Lane>("store-reader", config.max_requests, std::move(reader)));
  }

  void load_fold(std::uint32_t partition, std::string log_id, Done<StoredFold> done) override {
    ask(writer_, std::move(done), [partition, log_id = std::move(log_id)](Connection& connection) {
      return load_fold_blocking(connection, partition, log_id);
    });
  }
  void load_rooms(std::uint32_t partition, std::string log_id, std::vector<RoomId> rooms,
                  Done<StoredFold> done) override {
    ask(writer_, std::move(done),
        [partition, log_id = std::move(log_id), rooms = std::move(rooms)](Connection& connection) {
          return load_rooms_blocking(connection, partition, log_id, rooms);
        });
  }
  void progress(Done<std::vector<StoredProgress>> done) override {
    ask(reader(), std::move(done), [](Connection& connection) { return progress_blocking(connection); });
  }
  void archive(ArchiveBatch batch, Done<void> done) override {
    ask(writer_, std::move(done),
        [batch = std::move(batch)](Connection& connection) { return archive_blocking(connection, batch); });
  }
  void page_before(RoomId room, Seq before, std::size_t limit, Done<Page> done) override {
    ask(reader(), std::move(done),
        [=](Connection& connection) { return page_before_blocking(connection, room, before, limit); });
  }
  void page_after(RoomId room, Seq after, std::size_t limit, Done<Page> done) override {
    ask(reader(), std::move(done),
        [=](Connection& connection) { return page_after_blocking(connection, room, after, limit); });
  }
  void range(RoomId room, Seq after, Seq up_to, std::size_t max_events, Done<Page> done) override {
    ask(reader(), std::move(done),
        [=](Connection& connection) { return range_blocking(connection, room, after, up_to, max_events); });
  }
  void find_key(RoomId room, UserId sender, DeviceId device, N n, Done<std::optional<StoredKey>> done) override {
    ask(reader(), std::move(done),
        [=](Connection& connection) { return find_key_blocking(connection, room, sender, device, n); });
  }

  void create_session(User user, SessionRow session, Done<void> done) override {
    ask(writer_, std::move(done), [user = std::move(user), session = std::move(session)](Connection& connection) {
      return create_session_blocking(connection, user, session);
    });
  }
  void find_session(std::string token_hash, base::WallTime now, Done<User> done) override {
    ask(reader(), std::move(done), [token_hash = std::move(token_hash), now](Connection& connection) {
      return find_session_blocking(connection, token_hash, now);
    });
  }
  void reserve_room_name(NameReservation wanted, Done<NameReservation> done) override {
    ask(writer_, std::move(done), [wanted = std::move(wanted)](Connection& connection) {
      return reserve_room_name_blocking(connection, wanted);
    });
  }
  void list_rooms(std::string after, std::size_t limit, Done<std::vector<RoomRow>> done) override {
    ask(reader(), std::move(done), [after = std::move(after), limit](Connection& connection) {
      return list_rooms_blocking(connection, after, limit);
    });
  }
  void rooms_of(UserId user, Done<std::vector<MyRoom>> done) override {
    ask(reader(), std::move(done), [user](Connection& connection) { return rooms_of_blocking(connection, user); });
  }
  void write_read_markers(std::vector<ReadMarker> markers, Done<void> done) override {
    ask(writer_, std::move(done), [markers = std::move(markers)](Connection& connection) {
      return write_read_markers_blocking(connection, markers);
    });
  }
  void get_or_put_setting(std::string name, std::string value, Done<std::string> done) override {
    ask(writer_, std::move(done), [name = std::move(name), value = std::move(value)](Connection& connection) {
      return get_or_put_setting_blocking(connection, name, value);
    });
  }

 private:
  // A connection and the thread that uses it; the thread ends before the connection does.
  struct Lane {
    Lane(std::string name, std::size_t capacity, Connection c)
        : connection(std::move(c)), worker(std::move(name), capacity) {}
    Connection connection;
    base::Worker worker;
  };

  Lane& reader() { return *readers_[next_reader_++ % readers_.size()]; }

  // `work` runs on the lane's thread; its answer is given to `done` on the owner's.
  template <class T, class Work>
  void ask(Lane& lane, Done<T> done, Work work) {
    if (requests_ >= max_requests_) {
      // In a later turn, like every other answer; not at all if the store is gone by then.
      owner_.post([alive = std::weak_ptr(alive_), done = std::move(done)]() mutable {
        if (alive.lock()) done(errc::busy);
      });
      return;
    }
    ++requests_;
    const bool taken = lane.worker.submit([this, &lane, work = std::move(work), done = std::move(done)]() mutable {
      auto answer = [this, done = std::move(done), answer = work(lane.connection)]() mutable {
        --requests_;
        done(std::move(answer));
      };
      const bool pushed = answers_.push(std::move(answer));
      SKAT_CHECK(pushed, "an answer found no place in the mailbox");
    });
    SKAT_CHECK(taken, "a request found no place in its worker");
  }

  // set at construction
  const std::size_t max_requests_;
  base::Executor& owner_;

  // owner only
  std::size_t requests_ = 0;  // without an answer
  std::size_t next_reader_ = 0;
  // Shared with posted answers, which find it gone when the store was destroyed first.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);

  // Before the lanes: their threads put answers into it until they have ended.
  base::TaskMailbox answers_;
  Lane writer_;  // before the readers, so that its connection closes last and cleans the WAL up
  std::vector<std::unique_ptr<Lane>> readers_;
};

}  // namespace
}  // namespace skat::store::sqlite

namespace skat::store {

result<std::unique_ptr<Store>> open_sqlite_store(const sqlite::Config& config, base::Executor& owner) {
  using base::sqlite::Access;
  auto writer = sqlite::Connection::open_blocking(config, Access::read_write_create);
  if (!writer) return writer.error();
  std::vector<sqlite::Connection> readers;
  for (std::size_t i = 0; i < std::max<std::size_t>(config.readers, 1); ++i) {
    auto reader = sqlite::Connection::open_blocking(config, Access::read_only);
    if (!reader) return reader.error();
    readers.push_back(std::move(*reader));
  }
  return std::make_unique<sqlite::SqliteStore>(config, owner, std::move(*writer), std::move(readers));
}

}  // namespace skat::store
