// A store in memory for chat's unit tests: StoreDisk outlives the MemoryStore on it, as a file outlives the process.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "chat/testing/power.hpp"
#include "store/errc.hpp"
#include "store/store.hpp"

namespace skat::chat::testing {

struct StoreDisk {
  struct Progress {
    std::uint64_t next_offset = 0, snapshots_as_of = 0;
    std::string log_id;
    model::Epoch epoch;
    std::map<model::RoomId, store::RoomSnapshot> snapshots;
  };
  struct Marker {
    model::Seq seq;
    model::MSeq mseq;
  };

  std::map<std::uint32_t, Progress> progress;
  std::map<model::RoomId, std::vector<model::Event>> events;  // index = seq − 1
  std::map<std::pair<std::uint32_t, std::uint64_t>, store::DeadLetter> dead_letters;
  std::map<model::UserId, std::set<model::RoomId>> memberships;
  std::map<model::RoomId, store::RoomRow> rooms;
  std::map<model::UserId, store::User> users;
  std::map<std::string, store::SessionRow> sessions;
  std::map<std::string, store::NameReservation> names;
  std::map<std::pair<model::UserId, model::RoomId>, Marker> markers;
  std::map<std::string, std::string> settings;
};

class MemoryStore final : public store::Store {
 public:
  MemoryStore(base::Executor& core, StoreDisk& disk, Power& power) : core_(core), disk_(disk), power_(power) {}

  bool away = false;              // every call answers unavailable
  std::size_t fail_archives = 0;  // that many attempts fail with archive_error, unwritten
  error_code archive_error = store::errc::unavailable;
  std::size_t lose_answers = 0;  // that many archives are committed and answered unavailable
  std::size_t max_page_events = store::kMaxPageEvents;
  base::Duration delay{0};                    // of every call
  std::vector<store::ArchiveBatch> attempts;  // of archive(), all of them

  void load_fold(std::uint32_t partition, std::string log_id, store::Done<store::StoredFold> done) override;
  void load_rooms(std::uint32_t partition, std::string log_id, std::vector<model::RoomId> rooms,
                  store::Done<store::StoredFold> done) override;
  void progress(store::Done<std::vector<store::StoredProgress>> done) override;
  void archive(store::ArchiveBatch batch, store::Done<void> done) override;
  void page_before(model::RoomId room, model::Seq before, std::size_t limit, store::Done<store::Page> done) override;
  void page_after(model::RoomId room, model::Seq after, std::size_t limit, store::Done<store::Page> done) override;
  void range(model::RoomId room, model::Seq after, model::Seq up_to, std::size_t max_events,
             store::Done<store::Page> done) override;
  void find_key(model::RoomId room, model::UserId sender, model::DeviceId device, model::N n,
                store::Done<std::optional<store::StoredKey>> done) override;

  void create_session(store::User user, store::SessionRow session, store::Done<void> done) override;
  void find_session(std::string token_hash, base::WallTime now, store::Done<store::User> done) override;
  void reserve_room_name(store::NameReservation wanted, store::Done<store::NameReservation> done) override;
  void list_rooms(std::string after, std::size_t limit, store::Done<std::vector<store::RoomRow>> done) override;
  void rooms_of(model::UserId user, store::Done<std::vector<store::MyRoom>> done) override;
  void write_read_markers(std::vector<store::ReadMarker> markers, store::Done<void> done) override;
  void get_or_put_setting(std::string name, std::string value, store::Done<std::string> done) override;

 private:
  // Runs `work` as one transaction in a turn of its own, and answers in another one.
  template <class T, class Work>
  void call(store::Done<T> done, Work work) {
    auto task = [this, done = std::move(done), work = std::move(work)]() mutable {
      if (!power_.use()) return;
      result<T> outcome = away ? result<T>(store::errc::unavailable) : work();
      core_.post([this, outcome = std::move(outcome), done = std::move(done)]() mutable {
        if (power_.on()) done(std::move(outcome));
      });
    };
    if (delay == base::Duration{0}) {
      core_.post(std::move(task));
    } else {
      std::ignore = core_.after(delay, std::move(task));
    }
  }
  // The partition's progress, made at the first call.
  StoreDisk::Progress& start(std::uint32_t partition, const std::string& log_id);
  result<void> commit(const store::ArchiveBatch& batch);
  void write(const model::Event& event);
  [[nodiscard]] const std::vector<model::Event>& events(const model::RoomId& room);

  base::Executor& core_;
  StoreDisk& disk_;
  Power& power_;
};

}  // namespace skat::chat::testing
