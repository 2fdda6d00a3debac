// RoomAudit: one room's rows in the store, held against each other and against what the log makes of it. Takes rows,
// says sentences; reads nothing itself.
// Lives on: the thread of a command.
// Ends by: destruction, after finish().
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "maintenance/event_digest.hpp"
#include "maintenance/findings.hpp"
#include "store/maintenance.hpp"

namespace skat::maintenance {

// What one fold of the log made of a room: the digests of its events from `first` on.
struct RoomDigests {
  model::Seq first{1};
  std::optional<base::WallTime> created;  // of the event 1, where it is among them
  std::vector<Digest> events;
};

// What is known of a room beside its rows.
struct RoomExpectation {
  const RoomDigests* from_start = nullptr;      // nullptr: the log has no record that made an event of it
  const RoomDigests* from_snapshots = nullptr;  // nullptr: neither a snapshot nor an event behind it
  bool reaches_back = false;                    // the log still has the first record of the room's partition
  bool folded = true;                           // false: the partition's log could not be folded; nothing to compare
  model::Epoch epoch;                           // of the partition
  std::vector<model::Epoch> former_epochs;      // of the partition: from before its log was adopted
};

class RoomAudit {
 public:
  // An event whose digest is not the log's.
  struct Mismatch {
    model::Event stored;
    bool from_start = false;
  };

  RoomAudit(Hasher& hasher, const model::RoomId& room, const RoomExpectation& expected, Findings& findings,
            std::vector<Mismatch>& mismatches);

  void take(const model::Event& event);  // ascending seq
  // `row`: the room's, if there is one; `members`: its rows, ascending.
  void finish(const std::optional<store::ProjectedRoom>& row, const std::vector<model::UserId>& members);

  [[nodiscard]] model::Seq head() const noexcept { return head_; }
  [[nodiscard]] const Digest& hash() const noexcept { return hash_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] std::uint64_t compared() const noexcept { return compared_; }
  // The log still has all of the room.
  [[nodiscard]] bool judged_from_start() const noexcept { return judge_ != nullptr && judge_ == expected_.from_start; }

 private:
  struct Key {
    model::UserId sender;
    model::DeviceId device;
    model::N n;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  [[nodiscard]] bool is_former(model::Epoch epoch) const;
  void choose_judge(const model::Event& first, const Digest& digest);
  void check_numbers(const model::Event& event);
  void compare(const model::Event& event, const Digest& digest);
  void project(const model::Event& event);
  void check_keys();
  void check_row(const store::ProjectedRoom& row);
  template <class... Arguments>
  void say(const char* format, const Arguments&... arguments);

  // set at construction
  Hasher& hasher_;
  const model::RoomId room_;
  const RoomExpectation expected_;
  Findings& findings_;
  std::vector<Mismatch>& mismatches_;

  const RoomDigests* judge_ = nullptr;
  std::uint64_t events_ = 0, compared_ = 0;
  model::Seq head_;
  model::MSeq mseq_;
  base::WallTime time_{};
  Digest hash_{};
  std::vector<Key> keys_;
  // What the events say.
  std::string name_;
  model::Access access_ = model::Access::open;
  model::UserId owner_;
  std::optional<base::WallTime> created_;
  std::set<model::UserId> members_;
};

}  // namespace skat::maintenance
