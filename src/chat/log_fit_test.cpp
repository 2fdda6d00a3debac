#include "chat/log_fit.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

LogFit judge(std::uint64_t start, std::uint64_t end, std::uint64_t next_offset, std::uint64_t snapshots_as_of,
             std::string_view log_id = "a") {
  return judge_log(log_id, {log::Offset{start}, log::Offset{end}}, {"a", next_offset, snapshots_as_of});
}

TEST(LogFit, FitsWhileAllThatTheStoreNeedsLiesInTheLog) {
  EXPECT_EQ(judge(0, 0, 0, 0), LogFit::fits);
  EXPECT_EQ(judge_log("a", {log::Offset{1}, log::Offset{1}, log::Offset{1}}, {"a", 0, 0}), LogFit::fits)
      << "counts from 1";
  EXPECT_EQ(judge(5, 9, 9, 5), LogFit::fits);
  EXPECT_EQ(judge(5, 90, 9, 5), LogFit::fits);
}

TEST(LogFit, AnotherIdIsAnotherLogWhateverItsBounds) {
  EXPECT_EQ(judge(0, 100, 9, 5, "b"), LogFit::other_log);
}

TEST(LogFit, AFirstRecordThatWasDeletedBeforeItWasArchivedIsMissed) {
  EXPECT_EQ(judge(1, 5, 0, 0), LogFit::begins_late);
}

TEST(LogFit, SnapshotsBehindTheLogsStartAreAsBadAsAPositionBehindIt) {
  EXPECT_EQ(judge(6, 90, 9, 5), LogFit::begins_late);
  EXPECT_EQ(judge(10, 90, 9, 9), LogFit::begins_late);
}

TEST(LogFit, ALogThatEndsBelowThePositionIsAnOlderCopy) {
  EXPECT_EQ(judge(1, 8, 9, 5), LogFit::ends_early);
}

TEST(LogFit, EveryMisfitIsASentenceThatNamesTheWayOut) {
  for (const auto fit : {LogFit::other_log, LogFit::begins_late, LogFit::ends_early}) {
    const auto sentence = describe_misfit(fit, 3, "b", {log::Offset{5}, log::Offset{6}}, {"a", 7, 7});
    EXPECT_NE(sentence.find("partition 3"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("`skat log adopt`"), std::string::npos) << sentence;
  }
}

}  // namespace
}  // namespace skat::chat
