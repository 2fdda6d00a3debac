#include "chat/partitioning.hpp"

#include <gtest/gtest.h>

#include <map>

namespace skat::chat {
namespace {

// Computed by another implementation of xxh64, over the 32 hex digits.
TEST(Partitioning, IsXxh64OfTheKeyInTwoSteps) {
  const auto room = *model::RoomId::parse("9f86d081884c7d659a2feaa0c55ad015");  // 7255114768386501418
  EXPECT_EQ(partition_of(model::kLobby, 4096), 18093719097225626130u % 4096);
  EXPECT_EQ(partition_of(model::kLobby, 12), 2u);
  EXPECT_EQ(partition_of(model::kLobby, 7), 5u);
  EXPECT_EQ(partition_of(room, 12), 2u);
  EXPECT_EQ(partition_of(room, 7), 2u);
}

TEST(Partitioning, OnePartitionHoldsEverything) {
  EXPECT_EQ(partition_of(model::RoomId::random(), 1), 0u);
}

TEST(Partitioning, RoomsSpreadEvenly) {
  constexpr std::uint32_t kCount = 12;
  std::map<std::uint32_t, int> rooms;
  for (int i = 0; i < 12'000; ++i) ++rooms[partition_of(model::RoomId::random(), kCount)];
  for (std::uint32_t p = 0; p < kCount; ++p) EXPECT_NEAR(rooms[p], 1'000, 250);
}

TEST(Partitioning, TheSettingNamesFunctionAndCount) {
  EXPECT_NE(partitioning_setting(1), partitioning_setting(12));
}

}  // namespace
}  // namespace skat::chat
