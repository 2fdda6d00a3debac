// OwnNumbers: device and n for requests that came without n, unique per (room, sender).
// Lives on: the core executor, in the Submitter.
// Ends by: with it.
// Rule: n is dense per room and sender on one device, so that the fold's windows stay narrow.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "model/record.hpp"

namespace skat::chat {

class OwnNumbers {
 public:
  struct Number {
    model::DeviceId device;
    model::N n;
  };

  // Limit: kMaxCounters pairs; at the limit all begin again on a new device.
  Number next(const model::RoomId& room, const model::UserId& sender) {
    if (counters_.size() >= kMaxCounters) renew();
    std::uint64_t& n = counters_[{room, sender}];
    return {device_, model::N{++n}};
  }
  [[nodiscard]] model::DeviceId device() const noexcept { return device_; }
  // Begins again on a new device: the old one was evicted somewhere.
  void renew() {
    device_ = model::issue_device_id();
    counters_.clear();
  }

 private:
  static constexpr std::size_t kMaxCounters = 65'536;

  using Pair = std::pair<model::RoomId, model::UserId>;
  struct PairHash {
    std::size_t operator()(const Pair& pair) const noexcept {
      return model::Id128Hash{}(pair.first) ^ (model::Id128Hash{}(pair.second) * 3);
    }
  };

  model::DeviceId device_ = model::issue_device_id();
  std::unordered_map<Pair, std::uint64_t, PairHash> counters_;
};

}  // namespace skat::chat
