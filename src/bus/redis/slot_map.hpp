// Which master of a Redis Cluster has which slot, and in which slot a channel lies. Sans-I/O.
// Spec: "Redis cluster specification", key distribution model and hash tags; commands CLUSTER SLOTS, SPUBLISH.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bus/redis/resp.hpp"

namespace skat::bus::redis {

inline constexpr std::size_t kSlots = 16'384;

// CRC16 (XMODEM) of the name, or of what stands between its first { and the next }, if that is something.
[[nodiscard]] std::uint16_t slot_of(std::string_view name) noexcept;

struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

struct SlotMap {
  std::vector<Address> masters;
  std::array<std::uint16_t, kSlots> master_of{};  // index in `masters`
};

// Out of the answer to CLUSTER SLOTS. `asked` is who was asked: a server that does not know its own name leaves it out.
// Nothing when the answer is not understood, or when a slot has no master: the cluster is not whole.
[[nodiscard]] std::optional<SlotMap> read_slots(const resp::Reply& reply, std::string_view asked);

}  // namespace skat::bus::redis
