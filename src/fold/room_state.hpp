// RoomState: everything the fold knows of one room that exists: numbers, members, and the window of every device.
// Lives in: Fold, one per room. Touched by whoever owns the Fold.
// Ends by: Fold::drop, or with the Fold.
// Rule: fold version 1 (README.md). No clock, no I/O; nothing iterates in an order that depends on the hash.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "fold/device_window.hpp"
#include "fold/fold.hpp"
#include "model/ids.hpp"
#include "model/record.hpp"

namespace skat::fold {

// What fold version 1 demands of a record beyond its form: what is accepted must be storable.
[[nodiscard]] bool is_storable(const model::Record& record) noexcept;

class RoomState {
 public:
  // What a room remembers of one user, whether a member or not. Limit: model::kMaxDevicesPerSender windows.
  struct Sender {
    bool member = false;
    // Ascending; most users have one. Once there are kMaxDevicesPerSender, the oldest is the sender's floor: an unknown
    // device below it is stale, and one above it takes its place, so that the floor only rises.
    boost::container::small_vector<DeviceWindow, 1> devices;
  };

  // `record` is a storable room.create that nobody has used yet; `outcome` gets its event.
  RoomState(const model::Record& record, base::WallTime append_time, model::Epoch epoch, Outcome& outcome);
  // A record of this room.
  [[nodiscard]] Outcome apply(const model::Record& record, base::WallTime append_time, model::Epoch epoch);

  [[nodiscard]] RoomView view() const;
  [[nodiscard]] bool has_member(const model::UserId& user) const;

 private:
  friend std::string encode_snapshot(const RoomState& room);
  friend result<std::unique_ptr<RoomState>> decode_snapshot(std::string_view bytes);
  RoomState() = default;  // for decode_snapshot

  // nullptr: the device was evicted, or would be at once.
  [[nodiscard]] static DeviceWindow* window_of(Sender& sender, model::DeviceId device);
  [[nodiscard]] error_code decide(const model::Record& record, const Sender& sender) const;
  void take_part(const model::Record& record, Sender& sender);
  [[nodiscard]] model::Event make_event(const model::Record& record, base::WallTime append_time, model::Epoch epoch);

  std::string name_;
  model::Access access_ = model::Access::open;
  model::UserId owner_;
  model::Seq seq_;
  model::MSeq mseq_;
  base::WallTime time_;  // of the newest event
  std::size_t members_ = 0;
  boost::unordered_flat_map<model::UserId, Sender, model::Id128Hash> senders_;
};

}  // namespace skat::fold
