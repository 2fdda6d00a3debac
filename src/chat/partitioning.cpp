#include "chat/partitioning.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

namespace skat::chat {
namespace {

constexpr std::uint64_t kSlots = 4096;

}  // namespace

std::uint32_t partition_of(const model::RoomId& room, std::uint32_t partition_count) {
  if (partition_count <= 1) return 0;
  const std::string key = room.hex();
  return static_cast<std::uint32_t>(XXH64(key.data(), key.size(), 0) % kSlots % partition_count);
}

std::string partitioning_setting(std::uint32_t partition_count) {
  return fmt::format("xxh64(key) % {} % {}", kSlots, partition_count);
}

}  // namespace skat::chat
