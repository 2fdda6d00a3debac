// EventKey: what makes a request safe to repeat: (room, sender, device, n). Accepted at most once, for ever.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "model/event.hpp"
#include "model/record.hpp"

namespace skat::chat {

struct EventKey {
  model::RoomId room;
  model::UserId sender;
  model::DeviceId device;
  model::N n;
  friend bool operator==(const EventKey&, const EventKey&) = default;
};

struct EventKeyHash {
  std::size_t operator()(const EventKey& key) const noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // n and device are chosen by clients: spread them over all bits
    std::uint64_t hash = model::Id128Hash{}(key.room) ^ (model::Id128Hash{}(key.sender) * kOdd);
    hash = (hash ^ key.device.value()) * kOdd;
    hash = (hash ^ (hash >> 29) ^ key.n.value()) * kOdd;
    return hash ^ (hash >> 32);
  }
};

[[nodiscard]] inline EventKey key_of(const model::Event& event) {
  return {event.room, event.sender, event.device, event.n};
}
[[nodiscard]] inline EventKey key_of(const model::Record& record) {
  return {record.room, record.sender, record.device, record.n};
}

}  // namespace skat::chat
