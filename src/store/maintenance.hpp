// Maintenance: what the commands that look after a store need of it, and a running node does not: everything in it
// read in one moment, the conversations dropped, the store put onto another log. Siblings: store/sqlite,
// store/postgres; every sibling passes maintenance_conformance.hpp.
//
// Threads: as the store: called on the executor given at construction, calls back there; none blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace skat::store {

struct PartitionState {
  StoredProgress progress;
  std::string log_id;
  std::vector<model::Epoch> former_epochs;  // given up by adopt(), oldest first; events of them are still there
};

// A room as the projection has it.
struct ProjectedRoom {
  model::RoomId id;
  std::string name, name_key;
  model::Access access = model::Access::open;
  model::UserId owner;
  base::WallTime created;
  std::uint64_t members = 0;
};

struct ProjectedMember {
  model::RoomId room;
  model::UserId user;
};

struct PartitionSnapshot {
  std::uint32_t partition = 0;
  RoomSnapshot snapshot;
};

struct PartitionLetter {
  std::uint32_t partition = 0;
  DeadLetter letter;
};

// The store as it was at one moment. Each next_…() answers the rows that follow those it answered before, at most
// `limit` of them, in the order said; none: there are no more. One call may be outstanding.
// Ends by: destruction, which drops the callback.
class StoreReading {
 public:
  virtual ~StoreReading() = default;
  virtual void partitions(Done<std::vector<PartitionState>> done) = 0;  // all of them, ascending
  virtual void count_events(Done<std::uint64_t> done) = 0;
  virtual void next_events(std::size_t limit, Done<std::vector<model::Event>> done) = 0;      // by (room, seq)
  virtual void next_rooms(std::size_t limit, Done<std::vector<ProjectedRoom>> done) = 0;      // by id
  virtual void next_members(std::size_t limit, Done<std::vector<ProjectedMember>> done) = 0;  // by (room, user)
  virtual void next_snapshots(std::size_t limit,
                              Done<std::vector<PartitionSnapshot>> done) = 0;                 // by (partition, room)
  virtual void next_letters(std::size_t limit, Done<std::vector<PartitionLetter>> done) = 0;  // by (partition, offset)
};

// A partition put onto another log, or onto another place of its own.
struct Adoption {
  StoredProgress from;  // as it was read; anything else: errc::superseded
  std::string log_id;
  std::uint64_t next_offset = 0;
  model::Epoch epoch;                   // a new one
  std::vector<RoomSnapshot> snapshots;  // of rooms whose stored one is behind; their as_of is not looked at
};

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  virtual void read(Done<std::unique_ptr<StoreReading>> done) = 0;

  // One transaction: no events, projections, snapshots and dead letters any more, every partition at offset 0; epochs,
  // log ids and the directory stay. `note` is kept until clear_note(), so that a process that goes on with what this
  // one began knows what it was. errc::superseded unless the partitions stand as `expected` says.
  virtual void reset(std::vector<StoredProgress> expected, std::string note, Done<void> done) = 0;
  virtual void note(Done<std::optional<std::string>> done) = 0;
  virtual void clear_note(Done<void> done) = 0;

  // All of them or none; every snapshot of an adopted partition is true as of its new next_offset, and its epoch joins
  // the former ones.
  virtual void adopt(std::vector<Adoption> adoptions, Done<void> done) = 0;
};

}  // namespace skat::store
