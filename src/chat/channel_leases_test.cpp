#include "chat/channel_leases.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

using std::chrono::seconds;

constexpr log::Partition kOne{1}, kTwo{2};
constexpr base::SteadyTime kStart{};

TEST(ChannelLeases, WhatAHeartbeatNamesIsListenedToForTheTimeOfALease) {
  ChannelLeases leases;
  leases.renew(7, {1}, kStart);
  EXPECT_TRUE(leases.alive(kOne, kStart));
  EXPECT_FALSE(leases.alive(kTwo, kStart));
  EXPECT_TRUE(leases.alive(kOne, kStart + seconds(14)));
  EXPECT_FALSE(leases.alive(kOne, kStart + ChannelLeases::kLease));
  leases.renew(7, {1}, kStart + seconds(14));
  EXPECT_TRUE(leases.alive(kOne, kStart + ChannelLeases::kLease));
}

TEST(ChannelLeases, WhatTheNextHeartbeatDoesNotNameIsOverAtOnce) {
  ChannelLeases leases;
  leases.renew(7, {1, 2}, kStart);
  leases.renew(7, {2}, kStart);
  EXPECT_FALSE(leases.alive(kOne, kStart));
  EXPECT_TRUE(leases.alive(kTwo, kStart));
  leases.renew(7, {}, kStart);
  EXPECT_FALSE(leases.alive(kTwo, kStart));
}

TEST(ChannelLeases, OneNodeDoesNotEndAnothersLease) {
  ChannelLeases leases;
  leases.renew(7, {1}, kStart);
  leases.renew(8, {1}, kStart);
  leases.renew(7, {}, kStart);
  EXPECT_TRUE(leases.alive(kOne, kStart));
  EXPECT_FALSE(leases.alive(kOne, kStart, 8)) << "nobody else";
}

TEST(ChannelLeases, ANodeThatHasGoneWithoutAWordIsForgotten) {
  ChannelLeases leases;
  leases.renew(7, {1, 2}, kStart);
  const auto later = kStart + ChannelLeases::kLease;
  leases.renew(8, {2}, later);
  EXPECT_FALSE(leases.alive(kOne, later));
  EXPECT_FALSE(leases.alive(kTwo, later, 8));
  leases.renew(7, {2}, later);
  EXPECT_TRUE(leases.alive(kTwo, later, 8)) << "and welcome when it is back";
}

}  // namespace
}  // namespace skat::chat
