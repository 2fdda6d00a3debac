#include "bus/redis/slot_map.hpp"

#include <gtest/gtest.h>

namespace skat::bus::redis {
namespace {

std::optional<SlotMap> read(std::string_view bytes) {
  resp::Reader reader;
  EXPECT_EQ(reader.read(bytes), resp::Reader::Status::complete);
  return read_slots(reader.reply(), "asked");
}

TEST(RedisSlots, AChannelsSlotIsItsCrc) {
  EXPECT_EQ(slot_of("123456789"), 0x31c3);  // the specification's own example
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12'182);
}

TEST(RedisSlots, AHashTagDecidesAlone) {
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
  EXPECT_NE(slot_of("foo{}{bar}"), slot_of("bar"));
  EXPECT_NE(slot_of("foo{bar"), slot_of("bar"));
}

TEST(RedisSlots, TheMapNamesTheMasterOfEverySlot) {
  const auto map = read(
      "*3\r\n"
      "*4\r\n:0\r\n:5460\r\n*4\r\n$8\r\n10.0.0.1\r\n:7000\r\n$2\r\nid\r\n*0\r\n*4\r\n$8\r\n10.0.0.4\r\n:7003\r\n$"
      "2\r\nid\r\n*0\r\n"
      "*3\r\n:5461\r\n:10922\r\n*3\r\n$0\r\n\r\n:7001\r\n$2\r\nid\r\n"
      "*3\r\n:10923\r\n:16383\r\n*3\r\n$8\r\n10.0.0.1\r\n:7000\r\n$2\r\nid\r\n");
  ASSERT_TRUE(map);
  EXPECT_EQ(map->masters, (std::vector<Address>{{"10.0.0.1", 7000}, {"asked", 7001}}));
  EXPECT_EQ(map->master_of[0], 0);
  EXPECT_EQ(map->master_of[5460], 0);
  EXPECT_EQ(map->master_of[5461], 1);
  EXPECT_EQ(map->master_of[10922], 1);
  EXPECT_EQ(map->master_of[16383], 0);
}

TEST(RedisSlots, WithoutAMasterForEverySlotThereIsNoMap) {
  EXPECT_FALSE(read("*0\r\n"));
  EXPECT_FALSE(read("*1\r\n*3\r\n:0\r\n:16382\r\n*2\r\n$1\r\nh\r\n:1\r\n"));
}

TEST(RedisSlots, WhatIsNoMapIsRefused) {
  for (const char* bytes :
       {"+OK\r\n", "*1\r\n+x\r\n", "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:-1\r\n:16383\r\n*2\r\n$1\r\nh\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:16383\r\n*1\r\n$1\r\nh\r\n",
        "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\n?\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\nh\r\n:65536\r\n",
        "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n*1\r\n+h\r\n:1\r\n"}) {
    EXPECT_FALSE(read(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace skat::bus::redis
