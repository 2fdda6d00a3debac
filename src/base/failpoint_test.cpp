#include "base/failpoint.hpp"

#include <gtest/gtest.h>

#ifdef SKAT_FAILPOINTS

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace skat::base {
namespace {

class FailpointTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(set_failpoints("")); }
};

TEST_F(FailpointTest, DoesNothingUnlessItIsNamed) {
  ASSERT_TRUE(set_failpoints("test.other:error"));
  EXPECT_FALSE(SKAT_FAILPOINT("test.point"));
}

TEST_F(FailpointTest, AnErrorWithoutANumberHappensOnEveryPass) {
  ASSERT_TRUE(set_failpoints("test.point:error"));
  EXPECT_TRUE(SKAT_FAILPOINT("test.point"));
  EXPECT_TRUE(SKAT_FAILPOINT("test.point"));
}

TEST_F(FailpointTest, ANumberedErrorHappensOnThatPassOnly) {
  ASSERT_TRUE(set_failpoints("test.other:delay,test.point:error:2"));
  EXPECT_FALSE(SKAT_FAILPOINT("test.point"));
  EXPECT_TRUE(SKAT_FAILPOINT("test.point"));
  EXPECT_FALSE(SKAT_FAILPOINT("test.point"));
}

TEST_F(FailpointTest, DelaySleeps) {
  ASSERT_TRUE(set_failpoints("test.point:delay:1"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(SKAT_FAILPOINT("test.point"));
  EXPECT_GE(std::chrono::steady_clock::now() - start, kFailpointDelay);
}

TEST_F(FailpointTest, KillAndPauseEndAndStopTheProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (!set_failpoints("test.pause:pause,test.kill:kill")) _exit(1);
    (void)SKAT_FAILPOINT("test.pause");
    (void)SKAT_FAILPOINT("test.kill");
    _exit(2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  ASSERT_EQ(kill(child, SIGCONT), 0);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(FailpointTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong : {"x", ":kill", "x:", "x:boom", "x:error:0", "x:error:", "x:error:1a", "x:error,,y:error"}) {
    EXPECT_FALSE(set_failpoints(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace skat::base

#endif
