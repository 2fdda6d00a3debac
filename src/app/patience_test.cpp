#include "app/patience.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace skat::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Retry : public testing::Test {
 protected:
  Patience patience_with(seconds limit) {
    return {.began = std::chrono::steady_clock::now(),
            .limit = limit,
            .pause = milliseconds(1),
            .tell = [this](const std::string& line) { told.push_back(line); }};
  }
  std::vector<std::string> told;
};

TEST_F(Retry, WaitsForWhatIsAwayAndTellsWhy) {
  int attempts = 0;
  const int value = retry<int>("Kafka", patience_with(seconds(60)), [&] {
    ++attempts;
    return attempts < 3 ? Attempt<int>{.problem = "nobody answers", .away = true} : Attempt<int>{.value = 7};
  });
  EXPECT_EQ(value, 7);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], "waiting for Kafka, 0 of 60 s: nobody answers");
}

TEST_F(Retry, GivesUpAtOnceOnWhatWaitingDoesNotMend) {
  const auto attempt = [] { return Attempt<int>{.problem = "wrong password"}; };
  try {
    (void)retry<int>("Kafka", patience_with(seconds(60)), attempt);
    ADD_FAILURE();
  } catch (const StartError& error) {
    EXPECT_STREQ(error.what(), "wrong password");
  }
  EXPECT_TRUE(told.empty());
}

TEST_F(Retry, GivesUpAtItsLimit) {
  const auto attempt = [] { return Attempt<int>{.problem = "nobody answers", .away = true}; };
  try {
    (void)retry<int>("Kafka", patience_with(seconds(0)), attempt);
    ADD_FAILURE();
  } catch (const StartError& error) {
    EXPECT_STREQ(error.what(), "nobody answers; given up after 0 s (--start-timeout)");
  }
}

TEST_F(Retry, EndsWhenTheStartIsCancelled) {
  auto patience = patience_with(seconds(60));
  patience.pause = seconds(30);
  patience.cancelled = [] { return true; };
  const auto attempt = [] { return Attempt<int>{.problem = "nobody answers", .away = true}; };
  EXPECT_THROW((void)retry<int>("Kafka", patience, attempt), StartError);
}

}  // namespace
}  // namespace skat::app
