#include "chat/presence_leases.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

using Renewal = PresenceLeases::Renewal;
using std::chrono::seconds;

TEST(PresenceLeases, ANodeThatDoesNotRenewIsDead) {
  PresenceLeases leases;
  base::SteadyTime now{};
  EXPECT_EQ(leases.renew(1, 1, now), Renewal::continues);
  now += PresenceLeases::kRenewEvery;
  EXPECT_EQ(leases.renew(1, 2, now), Renewal::continues);
  EXPECT_TRUE(leases.heard(1, now + seconds(10))) << "which does not renew it";
  EXPECT_TRUE(leases.expire(now + PresenceLeases::kLease - seconds(1)).empty());
  EXPECT_EQ(leases.expire(now + PresenceLeases::kLease), (std::vector<Incarnation>{1}));
  EXPECT_TRUE(leases.expire(now + PresenceLeases::kLease).empty());
}

TEST(PresenceLeases, AMissingNumberMeansThatSomethingMayBeMissing) {
  PresenceLeases leases;
  const base::SteadyTime now{};
  EXPECT_EQ(leases.renew(1, 7, now), Renewal::missed) << "it has been there for a while";
  EXPECT_EQ(leases.renew(1, 8, now), Renewal::continues);
  EXPECT_EQ(leases.renew(1, 10, now), Renewal::missed);
  EXPECT_EQ(leases.renew(2, 1, now), Renewal::continues) << "it has just started";
}

TEST(PresenceLeases, MoreNodesThanTheLimitArePassedOver) {
  PresenceLeases leases;
  base::SteadyTime now{};
  for (Incarnation node = 1; node <= PresenceLeases::kMaxNodes; ++node) EXPECT_TRUE(leases.heard(node, now));
  EXPECT_FALSE(leases.heard(1'000, now));
  EXPECT_EQ(leases.renew(1'000, 1, now), Renewal::full);
  leases.forget(1);
  EXPECT_EQ(leases.renew(1'000, 1, now), Renewal::continues);
}

}  // namespace
}  // namespace skat::chat
