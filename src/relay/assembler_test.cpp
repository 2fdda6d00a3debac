#include "relay/assembler.hpp"

#include <gtest/gtest.h>

namespace skat::relay {
namespace {

using namespace std::chrono_literals;
using Outcome = Assembler::Outcome;

class AssemblerTest : public ::testing::Test {
 protected:
  Outcome take(std::uint32_t piece, bool more, std::string_view payload, RequestId id = RequestId{1},
               Incarnation from = Incarnation{1}) {
    auto taken = assembler_.take({Kind::answer, more, from, id, piece, payload}, now_);
    message_ = std::move(taken.message);
    return taken.outcome;
  }

  Config config_{.partial_timeout = 1s, .max_piece_bytes = 10, .max_message_bytes = 20, .max_partial_bytes = 40};
  Assembler assembler_{config_};
  base::SteadyTime now_{};
  std::string message_;
};

TEST_F(AssemblerTest, AMessageInOnePieceIsWholeAtOnce) {
  EXPECT_EQ(take(0, false, "hello"), Outcome::whole);
  EXPECT_EQ(message_, "hello");
}

TEST_F(AssemblerTest, JoinsThePiecesOfSeveralMessagesAtATime) {
  EXPECT_EQ(take(0, true, "he", RequestId{1}), Outcome::more);
  EXPECT_EQ(take(0, true, "wor", RequestId{2}), Outcome::more);
  EXPECT_EQ(take(0, true, "x", RequestId{1}, Incarnation{2}), Outcome::more);
  EXPECT_EQ(take(1, false, "llo", RequestId{1}), Outcome::whole);
  EXPECT_EQ(message_, "hello");
  EXPECT_EQ(take(1, true, "l", RequestId{2}), Outcome::more);
  EXPECT_EQ(take(2, false, "d", RequestId{2}), Outcome::whole);
  EXPECT_EQ(message_, "world");
  EXPECT_EQ(assembler_.partial_bytes(), 1U);
}

TEST_F(AssemblerTest, AMissingPieceSpoilsTheMessageOnce) {
  EXPECT_EQ(take(0, true, "a"), Outcome::more);
  EXPECT_EQ(take(2, true, "c"), Outcome::refused);
  EXPECT_EQ(take(3, false, "d"), Outcome::ignored);
  EXPECT_EQ(assembler_.partial_bytes(), 0U);
}

TEST_F(AssemblerTest, AMessageWithoutItsFirstPieceIsIgnored) {
  EXPECT_EQ(take(1, false, "b"), Outcome::ignored);
}

TEST_F(AssemblerTest, AMessagePastItsLimitIsDropped) {
  EXPECT_EQ(take(0, false, std::string(21, 'x')), Outcome::refused);
  EXPECT_EQ(take(0, true, std::string(10, 'x')), Outcome::more);
  EXPECT_EQ(take(1, true, std::string(10, 'x')), Outcome::more);
  EXPECT_EQ(take(2, false, "x"), Outcome::refused);
  EXPECT_EQ(assembler_.partial_bytes(), 0U);
}

TEST_F(AssemblerTest, AllPartsTogetherHaveALimit) {
  for (std::uint64_t id = 1; id <= 4; ++id) {
    EXPECT_EQ(take(0, true, std::string(10, 'x'), RequestId{id}), Outcome::more);
  }
  EXPECT_EQ(take(0, true, "x", RequestId{5}), Outcome::refused);
  EXPECT_EQ(take(0, false, "whole", RequestId{6}), Outcome::whole) << "a message in one piece waits for nothing";
  EXPECT_EQ(take(1, true, "x", RequestId{1}), Outcome::refused);
  EXPECT_EQ(take(0, true, std::string(10, 'x'), RequestId{5}), Outcome::more) << "its place is free";
}

TEST_F(AssemblerTest, AMessageThatBeginsAgainReplacesItsFirstAttempt) {
  EXPECT_EQ(take(0, true, "old"), Outcome::more);
  EXPECT_EQ(take(0, true, "he"), Outcome::more);
  EXPECT_EQ(take(1, false, "llo"), Outcome::whole);
  EXPECT_EQ(message_, "hello");
  EXPECT_EQ(assembler_.partial_bytes(), 0U);
}

TEST_F(AssemblerTest, ForgetsWhatDoesNotGoOn) {
  take(0, true, "a", RequestId{1});
  now_ += 600ms;
  take(0, true, "b", RequestId{2});
  now_ += 600ms;
  assembler_.expire(now_);
  EXPECT_EQ(take(1, false, "a", RequestId{1}), Outcome::ignored);
  EXPECT_EQ(take(1, false, "b", RequestId{2}), Outcome::whole);
}

TEST_F(AssemblerTest, ForgetsTheMessagesOfOneNode) {
  take(0, true, "a", RequestId{1}, Incarnation{1});
  take(0, true, "b", RequestId{1}, Incarnation{2});
  assembler_.forget(Incarnation{1});
  EXPECT_EQ(take(1, false, "a", RequestId{1}, Incarnation{1}), Outcome::ignored);
  EXPECT_EQ(take(1, false, "b", RequestId{1}, Incarnation{2}), Outcome::whole);
}

}  // namespace
}  // namespace skat::relay
