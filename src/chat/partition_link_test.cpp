#include "chat/partition_link.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

using std::chrono::milliseconds;

class PartitionLinkTest : public ::testing::Test {
 protected:
  PartitionLink::Heard beat(Incarnation node, std::uint64_t position) {
    return link_.on_beat(node, ++numbers_[node], {0, model::Epoch{7}, log::Offset{position}, 5, false}, now_);
  }
  void beats(Incarnation node, std::uint64_t position, int count) {
    for (int i = 0; i < count; ++i) {
      wait(milliseconds(250));
      beat(node, position);
    }
  }
  void wait(milliseconds by) { now_ += by; }
  std::optional<Incarnation> owner() { return link_.owner(now_); }

  PartitionLink link_;
  base::SteadyTime now_{};
  std::map<Incarnation, std::uint64_t> numbers_;
};

TEST_F(PartitionLinkTest, AnOwnerIsBelievedFromItsThirdBeatInARow) {
  beats(1, 10, 2);
  EXPECT_EQ(owner(), std::nullopt);
  beats(1, 10, 1);
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, ASecondOfSilenceEndsTheTrust) {
  beats(1, 10, 3);
  wait(milliseconds(1'000));
  EXPECT_EQ(owner(), 1u);
  wait(milliseconds(1));
  EXPECT_EQ(owner(), std::nullopt);
  beats(1, 10, 3);
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, AfterASilenceOneBeatIsNotEnough) {
  beats(1, 10, 3);
  wait(milliseconds(2'000));
  EXPECT_EQ(beat(1, 10), PartitionLink::Heard::missed);
  EXPECT_EQ(owner(), std::nullopt);
}

TEST_F(PartitionLinkTest, ABeatThatDoesNotPassTheKnownEndIsNoLife) {
  beats(1, 10, 3);
  link_.on_end(log::Offset{11}, now_);
  beats(1, 10, 4);
  EXPECT_EQ(owner(), 1u);
  beats(1, 10, 1);
  EXPECT_EQ(owner(), std::nullopt) << "cut from the log, but not from the bus";
  beats(1, 11, 1);
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, AnOwnerThatKeepsUpIsBelievedThoughTheEndIsAlwaysAhead) {
  beats(1, 10, 3);
  for (std::uint64_t position = 10; position < 100; position += 10) {
    link_.on_end(log::Offset{position + 5}, now_);
    beats(1, position + 7, 1);
    EXPECT_EQ(owner(), 1u);
  }
}

TEST_F(PartitionLinkTest, OfTwoOwnersTheOneAheadIsBelieved) {
  beats(1, 10, 3);
  beat(2, 9);
  EXPECT_EQ(owner(), 1u);
  beats(2, 12, 1);
  EXPECT_EQ(owner(), std::nullopt);
  beats(2, 12, 2);
  EXPECT_EQ(owner(), 2u);
}

TEST_F(PartitionLinkTest, AMissingNumberIsHeard) {
  beats(1, 10, 3);
  EXPECT_EQ(beat(1, 10), PartitionLink::Heard::in_order);
  ++numbers_[1];
  EXPECT_EQ(beat(1, 10), PartitionLink::Heard::missed);
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, WithAFoldOfItsOwnANodeReturnsWhenTheOwnerHasPassedIt) {
  link_.on_own_fold(log::Offset{50});
  beats(1, 40, 5);
  EXPECT_EQ(owner(), std::nullopt);
  beats(1, 50, 3);
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, AFoldThatRunsAMomentAheadOfEveryBeatDoesNotKeepTheNodeAway) {
  for (std::uint64_t position = 100; position < 200; position += 10) {
    link_.on_own_fold(log::Offset{position});
    beats(1, position - 3, 1);
  }
  EXPECT_EQ(owner(), 1u);
}

TEST_F(PartitionLinkTest, WithoutTheBusNobodyIsBelieved) {
  beats(1, 10, 3);
  link_.on_bus_down();
  EXPECT_EQ(owner(), std::nullopt);
}

TEST_F(PartitionLinkTest, AnOwnerThatOwedAnAnswerHasToProveItselfAgain) {
  beats(1, 10, 3);
  link_.distrust();
  EXPECT_EQ(owner(), std::nullopt);
  beats(1, 10, 2);
  EXPECT_EQ(owner(), std::nullopt);
  beats(1, 10, 1);
  EXPECT_EQ(owner(), 1u);
}

}  // namespace
}  // namespace skat::chat
