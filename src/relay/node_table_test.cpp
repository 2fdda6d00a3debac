#include "relay/node_table.hpp"

#include <gtest/gtest.h>

namespace skat::relay {
namespace {

using namespace std::chrono_literals;
using engineio::NodeTag;
using Heard = NodeTable::Heard;

constexpr auto kSelf = Incarnation{100};
constexpr std::uint64_t kClaimed = 1'000, kWall = 5'000;

class NodeTableTest : public ::testing::Test {
 protected:
  NodeTag tag_other_than(NodeTag tag) { return tag == NodeTag{1} ? NodeTag{2} : NodeTag{1}; }
  Heard hear(Incarnation from, NodeTag tag, std::uint64_t claimed = kClaimed) {
    return table_.heard(from, {tag, claimed, false, false}, now_, kWall);
  }

  Config config_{.lease = 5s, .max_nodes = 2};
  base::SteadyTime now_{};
  NodeTable table_{config_, kSelf, kClaimed};
  const NodeTag own_ = table_.own_tag();
  const NodeTag other_ = tag_other_than(own_);
};

TEST_F(NodeTableTest, PicksATagThatIsNotNone) {
  EXPECT_NE(own_, NodeTag::none);
}

TEST_F(NodeTableTest, FindsANodeByItsTag) {
  EXPECT_FALSE(table_.find(other_));
  EXPECT_EQ(hear(Incarnation{1}, other_), Heard::arrived);
  EXPECT_EQ(hear(Incarnation{1}, other_), Heard::known);
  EXPECT_EQ(table_.find(other_), Incarnation{1});
  EXPECT_FALSE(table_.find(own_)) << "itself is nobody to ask";
}

TEST_F(NodeTableTest, OfTwoClaimsOfOneTagTheOlderStands) {
  EXPECT_EQ(hear(Incarnation{1}, own_, kClaimed + 1), Heard::contested);
  EXPECT_EQ(table_.own_tag(), own_);
  EXPECT_FALSE(table_.find(own_));
  EXPECT_EQ(hear(Incarnation{2}, own_, kClaimed - 1), Heard::yielded);
  EXPECT_NE(table_.own_tag(), own_);
  EXPECT_EQ(table_.announcement().claimed, kWall);
  EXPECT_EQ(table_.find(own_), Incarnation{2});
}

TEST_F(NodeTableTest, OfTwoEqualClaimsTheLowerIncarnationStands) {
  EXPECT_EQ(hear(Incarnation{101}, own_), Heard::contested);
  EXPECT_EQ(hear(Incarnation{99}, own_), Heard::yielded);
}

TEST_F(NodeTableTest, TwoTablesAgreeWhoKeepsATag) {
  for (std::uint64_t other_claim : {kClaimed - 1, kClaimed, kClaimed + 1}) {
    for (std::uint64_t other_incarnation : {99U, 101U}) {
      NodeTable a(config_, kSelf, kClaimed);
      const Announcement of_a = a.announcement();
      const Announcement of_b{of_a.tag, other_claim, false, false};
      const bool a_keeps = a.heard(Incarnation{other_incarnation}, of_b, now_, kWall) == Heard::contested;
      const bool b_keeps = std::pair(other_claim, Incarnation{other_incarnation}) < std::pair(kClaimed, kSelf);
      EXPECT_NE(a_keeps, b_keeps);
    }
  }
}

TEST_F(NodeTableTest, ANodeThatTookAnotherTagIsFoundByThatOnly) {
  hear(Incarnation{1}, other_);
  const NodeTag next = static_cast<NodeTag>(static_cast<unsigned>(other_) + 10);
  hear(Incarnation{1}, next);
  EXPECT_FALSE(table_.find(other_));
  EXPECT_EQ(table_.find(next), Incarnation{1});
}

TEST_F(NodeTableTest, ATagThatChangedHandsStaysWithItsNewNode) {
  hear(Incarnation{1}, other_);
  hear(Incarnation{2}, other_);
  EXPECT_TRUE(table_.left(Incarnation{1}));
  EXPECT_EQ(table_.find(other_), Incarnation{2});
  EXPECT_FALSE(table_.left(Incarnation{1}));
}

TEST_F(NodeTableTest, ANodeThatIsSilentForItsLeaseIsGone) {
  hear(Incarnation{1}, other_);
  now_ += 4s;
  hear(Incarnation{2}, NodeTag{77});
  EXPECT_TRUE(table_.expire(now_).empty());
  now_ += 1s;
  EXPECT_EQ(table_.expire(now_), std::vector{Incarnation{1}});
  EXPECT_FALSE(table_.find(other_));
  EXPECT_FALSE(table_.knows(Incarnation{1}));
}

TEST_F(NodeTableTest, LeasesBeginAnewWhenNobodyCouldBeHeard) {
  hear(Incarnation{1}, other_);
  now_ += 60s;
  table_.renew_all(now_);
  EXPECT_TRUE(table_.expire(now_ + 4s).empty());
}

TEST_F(NodeTableTest, KnowsUpToItsLimitOfNodes) {
  hear(Incarnation{1}, NodeTag{71});
  hear(Incarnation{2}, NodeTag{72});
  EXPECT_EQ(hear(Incarnation{3}, NodeTag{73}), Heard::ignored);
  EXPECT_EQ(hear(Incarnation{1}, NodeTag{71}), Heard::known);
}

TEST_F(NodeTableTest, ItsOwnWordIsIgnored) {
  EXPECT_EQ(hear(kSelf, own_), Heard::ignored);
  EXPECT_EQ(table_.size(), 0U);
}

}  // namespace
}  // namespace skat::relay
