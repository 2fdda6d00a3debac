#include "app/commands/progress_display.hpp"

#include <gtest/gtest.h>

namespace skat::app {
namespace {

using std::chrono::seconds;

TEST(ProgressDisplay, ShowsShareRateAndTimeLeft) {
  EXPECT_EQ(format_progress("folding", 12'000, 24'000, seconds(2)),
            "folding [############............] 50 %, 12,000 of 24,000, 6,000/s, 2 s left");
}

TEST(ProgressDisplay, LongTimesAreMinutes) {
  EXPECT_NE(format_progress("folding", 1, 1'001, seconds(1)).find(", 17 min left"), std::string::npos);
}

TEST(ProgressDisplay, AtTheEndNothingIsLeft) {
  EXPECT_EQ(format_progress("folding", 10, 10, seconds(1)), "folding [########################] 100 %, 10 of 10, 10/s");
  EXPECT_NE(format_progress("folding", 12, 10, seconds(1)).find("100 %"), std::string::npos);
}

TEST(ProgressDisplay, WithoutATotalThereIsNoShare) {
  EXPECT_EQ(format_progress("folding", 1'234'567, 0, seconds(1)), "folding: 1,234,567, 1,234,567/s");
}

TEST(ProgressDisplay, BeforeAnyTimeHasPassedThereIsNoRate) {
  EXPECT_EQ(format_progress("folding", 0, 10, seconds(0)), "folding [........................] 0 %, 0 of 10, 0/s");
}

}  // namespace
}  // namespace skat::app
