// SnapshotTaker: which rooms' folds have changed since their stored snapshots, and the next snapshots of them.
// Lives on: the core executor, in an Archiver.
// Ends by: with it.
// Rule: what take() answers may be stored in a transaction that ends at its `at`, and nowhere earlier.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace skat::chat {

class SnapshotTaker {
 public:
  // A room's fold as bytes; empty: the fold knows no such room.
  using Source = base::Function<std::string(const model::RoomId&)>;
  struct Taken {
    log::Offset at;     // the fold's position when they were taken
    log::Offset as_of;  // with them stored, every room's snapshot is true up to here
    std::vector<store::RoomSnapshot> rows;
    std::vector<std::pair<log::Offset, model::RoomId>> since;  // what put_back() needs
  };

  explicit SnapshotTaker(Source source) : source_(std::move(source)) {}

  // The record at `offset` may have changed the room.
  void touch(const model::RoomId& room, log::Offset offset);
  [[nodiscard]] bool dirty() const noexcept { return !oldest_first_.empty(); }
  // Limit: kMaxRooms rooms and about kMaxBytes at a time; the rest stays dirty, and as_of says so.
  [[nodiscard]] Taken take(log::Offset position);
  // They were not stored after all.
  void put_back(const Taken& taken);
  // Somebody has stored snapshots: every room's is true up to at least `as_of`.
  void covered(log::Offset as_of);

  static constexpr std::size_t kMaxRooms = 1'000;
  static constexpr std::size_t kMaxBytes = 16u * 1024 * 1024;

 private:
  struct Span {
    log::Offset since, last;  // of the first and the newest record that the room's stored snapshot lacks
  };

  Source source_;
  std::set<std::pair<log::Offset, model::RoomId>> oldest_first_;  // by Span::since
  std::unordered_map<model::RoomId, Span, model::Id128Hash> rooms_;
};

}  // namespace skat::chat
