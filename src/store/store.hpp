// The long memory. Two ports, one backend object: Conversations (what the log decided, written by the archiver only)
// and Directory (users, sessions, room names, read markers; the store's own transactions). Siblings: store/sqlite,
// store/postgres; every sibling passes store_conformance.hpp.
//
// Threads: every method is called on the executor given at construction, and every callback runs there, in no
// particular order between calls; none blocks. Each may answer errc::busy or errc::unavailable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "model/event.hpp"
#include "model/record.hpp"

namespace skat::store {

template <class T>
using Done = base::Function<void(result<T>)>;

// ---- Conversations -------------------------------------------------------------------------------------------------

// One room's fold, as fold/snapshot.hpp encodes it. Records of the room at or above `as_of` are not in it yet.
struct RoomSnapshot {
  model::RoomId room;
  std::uint64_t as_of = 0;  // log offset
  std::string state;
};

// A record that took no seq because it was not storable; kept for people to look at.
struct DeadLetter {
  std::uint64_t offset = 0;
  std::string key, value, reason;  // bytes as they were in the log (value cut at model::kMaxRecordBytes)
};

// One transaction: every event, its projections (rooms, members), snapshots, dead letters, and log_progress moved from
// `start` to `end`, all or nothing.
struct ArchiveBatch {
  std::uint32_t partition = 0;
  std::uint64_t start = 0, end = 0;  // log offsets [start, end) that this batch covers
  std::vector<model::Event> events;  // in offset order
  std::vector<DeadLetter> dead_letters;
  std::vector<RoomSnapshot> snapshots;
  // Set with `snapshots`: from now on every room's stored snapshot is true up to at least this offset.
  std::optional<std::uint64_t> snapshots_as_of;
};

struct StoredFold {
  std::uint64_t next_offset = 0;      // first offset that is not archived
  std::uint64_t snapshots_as_of = 0;  // replay starts here; a room's records below its own as_of are skipped
  model::Epoch epoch;
  std::string log_id;  // of the log these offsets belong to; empty before the first start
  std::vector<RoomSnapshot> snapshots;
};

// How far the archive of one partition has come.
struct StoredProgress {
  std::uint32_t partition = 0;
  std::uint64_t next_offset = 0;
  std::uint64_t snapshots_as_of = 0;
  model::Epoch epoch;
};

// Limit: a page holds at most this many events, however few messages are among them; `more` says that it goes on.
inline constexpr std::size_t kMaxPageEvents = 1000;

struct Page {
  std::vector<model::Event> events;  // ascending seq
  model::Seq head;                   // the room's newest archived seq in the same snapshot; 0: none
  bool more = false;                 // there are further events in the asked direction (range(): in the range)
};

struct StoredKey {
  model::Seq seq;
  std::optional<model::MSeq> mseq;
  base::WallTime ts;
};

class Conversations {
 public:
  virtual ~Conversations() = default;

  // The partition's state in one snapshot. A first call creates log_progress: offset 0, a random epoch, `log_id`.
  // A log_id that differs from the stored one is answered as stored; the caller refuses the partition.
  virtual void load_fold(std::uint32_t partition, std::string log_id, Done<StoredFold> done) = 0;
  // As load_fold(), but the snapshots of these rooms only; a room without one, or named twice, makes no difference.
  virtual void load_rooms(std::uint32_t partition, std::string log_id, std::vector<model::RoomId> rooms,
                          Done<StoredFold> done) = 0;
  // Every partition that was ever loaded, ascending, in one snapshot.
  virtual void progress(Done<std::vector<StoredProgress>> done) = 0;
  // errc::superseded when log_progress is not at batch.start: nothing was written. Durable when it succeeds.
  virtual void archive(ArchiveBatch batch, Done<void> done) = 0;
  // The newest `limit` countable messages below `before` (and the other events between them), ascending.
  virtual void page_before(model::RoomId room, model::Seq before, std::size_t limit, Done<Page> done) = 0;
  // The oldest `limit` countable messages above `after` (and the other events between them), ascending.
  virtual void page_after(model::RoomId room, model::Seq after, std::size_t limit, Done<Page> done) = 0;
  // Events with after < seq ≤ up_to, ascending, at most `max_events` of them.
  virtual void range(model::RoomId room, model::Seq after, model::Seq up_to, std::size_t max_events,
                     Done<Page> done) = 0;
  // nullopt: no accepted event has this key.
  virtual void find_key(model::RoomId room, model::UserId sender, model::DeviceId device, model::N n,
                        Done<std::optional<StoredKey>> done) = 0;
};

// ---- Directory -----------------------------------------------------------------------------------------------------

struct User {
  model::UserId id;
  std::string name;
  base::WallTime created;
};

// A session token as stored: its hash only.
struct SessionRow {
  std::string token_hash;  // SHA-256, 32 bytes
  model::UserId user;
  model::DeviceId device;
  base::WallTime expires;
};

struct RoomRow {
  model::RoomId id;
  std::string name;
  model::Access access = model::Access::open;
  std::uint64_t members = 0;
  base::WallTime created;
};

struct NameReservation {
  model::RoomId room;
  std::string name;
  model::Access access = model::Access::open;
  model::UserId user;      // who reserved it
  model::DeviceId device;  // on which device: a repeat of the same request finds itself
};

struct MyRoom {
  model::RoomId id;
  std::string name;
  model::Access access = model::Access::open;
  model::Seq read_seq;  // 0: nothing read
  model::MSeq read_mseq;
};

struct ReadMarker {
  model::UserId user;
  model::RoomId room;
  model::Seq seq;
  model::MSeq mseq;
};

class Directory {
 public:
  virtual ~Directory() = default;

  // One transaction: the user (unless already there) and a session.
  virtual void create_session(User user, SessionRow session, Done<void> done) = 0;
  // The user of a live session (not revoked, not expired at `now`); not_found otherwise.
  virtual void find_session(std::string token_hash, base::WallTime now, Done<User> done) = 0;
  // Names are unique regardless of case and surrounding space (name_key.hpp). The given reservation, or the one that
  // already holds the name. errc::name_taken: the room has reserved another name.
  virtual void reserve_room_name(NameReservation wanted, Done<NameReservation> done) = 0;
  // Created rooms with access `open`, by name_key(name); `after` is the last name of the page before, empty for the
  // first.
  virtual void list_rooms(std::string after, std::size_t limit, Done<std::vector<RoomRow>> done) = 0;
  // Rooms the user is a member of, with his read markers; those with access `everyone` come first, then by name.
  virtual void rooms_of(model::UserId user, Done<std::vector<MyRoom>> done) = 0;
  // Markers only move forward.
  virtual void write_read_markers(std::vector<ReadMarker> markers, Done<void> done) = 0;
  // Small facts under a name: "server_secret", "partition_count"… The stored value if there is one, else `value` is
  // stored and returned.
  virtual void get_or_put_setting(std::string name, std::string value, Done<std::string> done) = 0;
};

class Store : public Conversations, public Directory {};

}  // namespace skat::store
