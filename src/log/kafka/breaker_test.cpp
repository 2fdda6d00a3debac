#include "log/kafka/breaker.hpp"

#include <gtest/gtest.h>

namespace skat::log::kafka {
namespace {

using std::chrono::milliseconds;

class BreakerTest : public ::testing::Test {
 protected:
  static constexpr Partition kFirst{0}, kSecond{1};
  static base::SteadyTime at(int ms) { return base::SteadyTime{} + std::chrono::hours(1) + milliseconds(ms); }

  Breaker breaker_{2, milliseconds(1'000)};
};

TEST_F(BreakerTest, IsClosedWhileNobodyAsks) {
  EXPECT_FALSE(breaker_.is_open(kFirst, at(0)));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(3'600'000)));
}

TEST_F(BreakerTest, OpensWhenAnAppendHasHadNoAnswerForASecond) {
  breaker_.append_sent(kFirst, at(0));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(999)));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(1'000)));
  EXPECT_FALSE(breaker_.is_open(kSecond, at(1'000))) << "each partition by itself";
}

TEST_F(BreakerTest, AnAnswerClosesItAndTheNextSilenceCountsFromThere) {
  breaker_.append_sent(kFirst, at(0));
  breaker_.append_sent(kFirst, at(100));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(1'500)));
  breaker_.append_answered(kFirst, at(1'500));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(2'499)));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(2'500))) << "the second still waits";
  breaker_.append_answered(kFirst, at(2'600));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(9'000)));
}

TEST_F(BreakerTest, AnsweredQuestionsSayNothingWhileAppendsWait) {
  breaker_.append_sent(kFirst, at(0));
  breaker_.question_answered(kFirst);
  EXPECT_TRUE(breaker_.is_open(kFirst, at(1'000)));
  breaker_.append_unanswered(kFirst, at(10'000));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(10'001)));
  breaker_.question_answered(kFirst);
  EXPECT_FALSE(breaker_.is_open(kFirst, at(10'002)));
}

TEST_F(BreakerTest, UnansweredQuestionsOpenItToo) {
  breaker_.question_unanswered(kFirst, at(0));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(500)));
  breaker_.question_unanswered(kFirst, at(900));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(1'000)));
}

TEST_F(BreakerTest, OldTroubleFadesWhenNothingIsUnderWay) {
  breaker_.append_sent(kFirst, at(0));
  breaker_.append_unanswered(kFirst, at(10'000));
  EXPECT_TRUE(breaker_.is_open(kFirst, at(11'999)));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(12'000)));
  breaker_.append_sent(kFirst, at(12'000));
  EXPECT_FALSE(breaker_.is_open(kFirst, at(12'999))) << "the next silence begins anew";
  EXPECT_TRUE(breaker_.is_open(kFirst, at(13'000)));
}

}  // namespace
}  // namespace skat::log::kafka
