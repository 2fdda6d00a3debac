#include "chat/submit.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "chat/errc.hpp"
#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::MemoryLog;
using testing::milliseconds;
using testing::seconds;

class SubmitTest : public ::testing::Test {
 protected:
  SubmitTest() {
    world_.start();
    ada_ = world_.guest("Ada");
  }

  // Asked, not waited for.
  struct Asked {
    std::optional<result<Accepted>> answer;
  };
  std::shared_ptr<Asked> begin(Submission wanted) {
    auto asked = std::make_shared<Asked>();
    world_.node().submit(std::move(wanted), [asked](result<Accepted> answer) { asked->answer = std::move(answer); });
    return asked;
  }

  ChatWorld world_;
  Identity ada_;
};

TEST_F(SubmitTest, AnAckCarriesTheNumbersOfTheFold) {
  const auto first = world_.send(ada_, model::kLobby, "one", 1);
  const auto second = world_.send(ada_, model::kLobby, "two", 2);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->seq, model::Seq{2});  // 1 made the lobby
  EXPECT_EQ(first->mseq, model::MSeq{1});
  EXPECT_EQ(second->seq, model::Seq{3});
  EXPECT_EQ(second->mseq, model::MSeq{2});
  EXPECT_GT(second->ts, first->ts);
}

TEST_F(SubmitTest, ARepeatIsAnsweredWithTheFirstNumber) {
  const auto first = world_.send(ada_, model::kLobby, "one", 1);
  const auto again = world_.send(ada_, model::kLobby, "one", 1);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(again->mseq, first->mseq);
  EXPECT_EQ(again->ts, first->ts);
  EXPECT_EQ(world_.node().stats().duplicates, 1u);
}

TEST_F(SubmitTest, ARepeatFindsItsNumberInTheStoreWhenTheHotTailHasForgotten) {
  const auto first = world_.send(ada_, model::kLobby, "one", 1);
  for (std::uint64_t n = 2; n <= 1'101; ++n) ASSERT_TRUE(world_.send(ada_, model::kLobby, "more", n));
  world_.advance(seconds(1));  // archived; only the newest 200 stay
  const auto again = world_.send(ada_, model::kLobby, "one", 1);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(again->mseq, first->mseq);
}

TEST_F(SubmitTest, ARepeatIsUnknownWhileTheStoreThatWouldKnowIsAway) {
  const auto first = world_.send(ada_, model::kLobby, "one", 1);
  for (std::uint64_t n = 2; n <= 300; ++n) ASSERT_TRUE(world_.send(ada_, model::kLobby, "more", n));
  world_.advance(seconds(1));
  world_.life->store.away = true;
  EXPECT_EQ(world_.send(ada_, model::kLobby, "one", 1).error(), errc::unknown);
  world_.life->store.away = false;
  EXPECT_EQ(world_.send(ada_, model::kLobby, "one", 1)->seq, first->seq);
}

TEST_F(SubmitTest, WhatLiesBelowTheWindowAndIsNowhereIsStale) {
  for (std::uint64_t n = 2'000; n < 2'070; ++n) ASSERT_TRUE(world_.send(ada_, model::kLobby, "x", n));
  const auto stale = world_.send(ada_, model::kLobby, "never sent before", 5);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error(), errc::stale);
  EXPECT_EQ(stale.error(), condition::refused);
}

TEST_F(SubmitTest, ARefusalIsFinalAndUsesUpItsN) {
  const Identity bob = world_.guest("Bob");
  const auto room = world_.create(bob, "Engine room")->id;
  EXPECT_EQ(world_.send(ada_, room, "let me in", 1).error(), errc::not_a_member);
  ASSERT_TRUE(world_.join(ada_, room));
  EXPECT_EQ(world_.send(ada_, room, "let me in", 1).error(), errc::refused_before);
  EXPECT_TRUE(world_.send(ada_, room, "hello", 2));
}

TEST_F(SubmitTest, WhatCanNeverHaveBeenAppendedIsRefusedBeforeTheLog) {
  const auto before = world_.life->log.appends;
  EXPECT_EQ(world_.send(ada_, model::kLobby, "", 1).error(), errc::bad_text);
  EXPECT_EQ(world_.send(ada_, model::kLobby, std::string("a\0b", 3), 1).error(), errc::bad_text);
  EXPECT_EQ(world_.send(ada_, model::kLobby, "\xed\xa0\x80", 1).error(), errc::bad_text);
  EXPECT_EQ(world_.send(ada_, model::kLobby, std::string(model::kMaxTextBytes + 1, 'x'), 1).error(),
            errc::text_too_long);
  EXPECT_EQ(world_.send(ada_, model::kLobby, "x", 0).error(), errc::bad_n);
  EXPECT_EQ(world_.send(ada_, model::kLobby, "x", model::kMaxN + 1).error(), errc::bad_n);
  EXPECT_EQ(world_.life->log.appends, before);
  EXPECT_TRUE(world_.send(ada_, model::kLobby, std::string(model::kMaxTextBytes, 'x'), 1));
}

TEST_F(SubmitTest, ATextThatTheRecordCannotHoldIsTooLong) {
  const std::string rare(model::kMaxTextBytes, '\x01');  // six bytes each in a record
  EXPECT_EQ(world_.send(ada_, model::kLobby, rare, 1).error(), errc::text_too_long);
}

TEST_F(SubmitTest, ARepeatOfWhatIsUnderWayJoinsItAndIsNotAppendedAgain) {
  world_.life->log.mode = MemoryLog::Mode::held;
  const auto before = world_.life->log.appends;
  const auto first = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  const auto again = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  EXPECT_EQ(world_.life->log.appends, before + 1);
  EXPECT_EQ(world_.node().stats().pending, 2u);
  world_.life->log.release();
  world_.run();
  ASSERT_TRUE(first->answer && again->answer);
  EXPECT_EQ((*first->answer)->seq, (*again->answer)->seq);
  EXPECT_EQ(world_.node().stats().pending, 0u);
}

TEST_F(SubmitTest, WhatWasNeverHandedOverIsUnavailableAndMayBeTriedAgain) {
  world_.life->log.mode = MemoryLog::Mode::away;
  const auto refused = world_.send(ada_, model::kLobby, "one", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::unavailable);
  EXPECT_EQ(refused.error(), condition::retryable);
  world_.life->log.mode = MemoryLog::Mode::up;
  EXPECT_TRUE(world_.send(ada_, model::kLobby, "one", 1));
}

TEST_F(SubmitTest, WhatWasHandedOverWithoutAnOutcomeIsUnknownAfterTheAckTimeout) {
  world_.life->log.mode = MemoryLog::Mode::swallows;
  const auto lost = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  world_.advance(world_.config.ack_timeout - milliseconds(1));
  EXPECT_FALSE(lost->answer);
  world_.advance(milliseconds(1));
  ASSERT_TRUE(lost->answer);
  EXPECT_EQ(lost->answer->error(), errc::unknown);
  EXPECT_EQ(lost->answer->error(), condition::unknown);
}

TEST_F(SubmitTest, AnUnsureAppendIsStillAckedWhenTheFoldSeesIt) {
  world_.life->log.mode = MemoryLog::Mode::unsure;
  EXPECT_EQ(world_.send(ada_, model::kLobby, "one", 1)->seq, model::Seq{2});
}

TEST_F(SubmitTest, ARepeatAfterUnknownIsNeverASecondEvent) {
  world_.life->log.mode = MemoryLog::Mode::held;
  const auto lost = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  world_.advance(world_.config.ack_timeout);
  ASSERT_EQ(lost->answer->error(), errc::unknown);
  const auto again = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  world_.life->log.release();
  world_.run();
  ASSERT_TRUE(again->answer && *again->answer);
  EXPECT_EQ(world_.whole_history(model::kLobby, ada_.user, 10).size(), 2u);
}

TEST_F(SubmitTest, ALateAnswerToAnEarlierAttemptDoesNotAnswerTheRepeat) {
  auto& log = world_.life->log;
  log.mode = MemoryLog::Mode::away;
  log.answer_after = world_.config.ack_timeout + seconds(1);
  const auto first = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  world_.advance(world_.config.ack_timeout);
  ASSERT_EQ(first->answer->error(), errc::unknown);
  log.mode = MemoryLog::Mode::held;
  const auto again = begin(ChatWorld::submission(ada_, model::kLobby, "one", 1));
  world_.advance(seconds(2));
  EXPECT_FALSE(again->answer);
  log.release();
  world_.run();
  ASSERT_TRUE(again->answer);
  EXPECT_TRUE(*again->answer);
}

TEST_F(SubmitTest, WithoutNTheNodeCountsAndEveryRequestIsNew) {
  const auto first = world_.send(ada_, model::kLobby, "same");
  const auto second = world_.send(ada_, model::kLobby, "same");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->seq, second->seq);
}

TEST_F(SubmitTest, ASenderWhoseDevicesEvictedTheNodesGetsAnotherTry) {
  ASSERT_TRUE(world_.send(ada_, model::kLobby, "by the node's device"));
  for (std::size_t i = 0; i < model::kMaxDevicesPerSender + 1; ++i) {
    Identity newer = ada_;
    newer.device = model::issue_device_id();
    ASSERT_TRUE(world_.send(newer, model::kLobby, "from a newer device", 1));
  }
  EXPECT_TRUE(world_.send(ada_, model::kLobby, "by the node's next device"));
}

TEST_F(SubmitTest, AnonymousMessagesGoIntoTheLobby) {
  const auto sent = world_.ask<Accepted>(
      [&](Done<Accepted> done) { world_.node().submit_anonymous("from the old page", std::move(done)); });
  ASSERT_TRUE(sent);
  const auto page = world_.history({model::kLobby, ada_.user, std::nullopt, std::nullopt, 10});
  EXPECT_EQ(page->events.back()->sender, model::kAnonymousUser);
  EXPECT_NE(page->events.back()->json.find("from the old page"), std::string::npos);
}

TEST(Submit, OneMoreThanMaxPendingIsBusy) {
  Config config;
  config.max_pending = 2;
  ChatWorld world(config);
  world.start();
  const Identity ada = world.guest("Ada");
  world.life->log.mode = MemoryLog::Mode::held;
  std::vector<error_code> errors;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    world.node().submit(ChatWorld::submission(ada, model::kLobby, "x", n), [&](result<Accepted> answer) {
      if (!answer) errors.push_back(answer.error());
    });
  }
  EXPECT_EQ(errors, std::vector<error_code>{errc::busy});
}

TEST(Submit, SendsGoOnWithoutTheStoreUntilTooMuchWaitsForIt) {
  Config config;
  config.max_unarchived_events = 20;
  ChatWorld world(config);
  world.start();
  const Identity ada = world.guest("Ada");
  world.advance(seconds(1));
  world.life->store.away = true;
  std::uint64_t n = 1;
  for (; n <= 20; ++n) ASSERT_TRUE(world.send(ada, model::kLobby, "x", n));
  EXPECT_EQ(world.send(ada, model::kLobby, "x", n).error(), errc::unavailable);
  world.life->store.away = false;
  world.advance(seconds(10));
  EXPECT_TRUE(world.send(ada, model::kLobby, "x", n));
}

}  // namespace
}  // namespace skat::chat
