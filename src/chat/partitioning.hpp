// Which partition a room belongs to: xxh64(room id, seed 0) % 4096 % partition_count, over the log's key, which is the
// room id as 32 hex digits, so that any tool that sees a key can compute it.
#pragma once

#include <cstdint>
#include <string>

#include "model/ids.hpp"

namespace skat::chat {

[[nodiscard]] std::uint32_t partition_of(const model::RoomId& room, std::uint32_t partition_count);
// Function and count, as the store keeps them: a store whose setting differs belongs to another layout.
[[nodiscard]] std::string partitioning_setting(std::uint32_t partition_count);

}  // namespace skat::chat
