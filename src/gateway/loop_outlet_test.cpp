#include "gateway/loop_outlet.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/manual_executor.hpp"

namespace skat::gateway {
namespace {

constexpr std::chrono::milliseconds kRetry{20};

class LoopOutletTest : public testing::Test {
 protected:
  LoopOutlet::Task note(std::string what) {
    return [this, what = std::move(what)] { arrived.push_back(what); };
  }

  base::testing::ManualExecutor loop, core;
  std::vector<std::string> arrived;
  model::RoomId room_a = model::RoomId::random(), room_b = model::RoomId::random();
  LoopOutlet outlet{"loop-0.events", 2, loop, core, kRetry, [this](model::RoomId room) {
                      return note(room == room_a ? "resync a" : "resync b");
                    }};
};

TEST_F(LoopOutletTest, KeepsTheOrderOfAnswersAndEvents) {
  outlet.answer(note("answer"));
  outlet.event(room_a, note("event"));
  loop.run();
  EXPECT_EQ(arrived, (std::vector<std::string>{"answer", "event"}));
}

TEST_F(LoopOutletTest, AnswersWaitWhileTheMailboxIsFull) {
  for (int i = 0; i < 5; ++i) outlet.answer(note(std::to_string(i)));
  loop.run();
  EXPECT_EQ(arrived, (std::vector<std::string>{"0", "1"}));
  for (int turn = 0; turn < 2; ++turn) {
    core.advance(kRetry);
    loop.run();
  }
  EXPECT_EQ(arrived, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(core.timer_count(), 0U) << "nothing is left to retry";
}

TEST_F(LoopOutletTest, ARoomThatLostAnEventIsLoadedAgainOnce) {
  outlet.event(room_a, note("a1"));
  outlet.event(room_a, note("a2"));
  outlet.event(room_a, note("a3"));
  outlet.event(room_a, note("a4"));
  loop.run();
  EXPECT_EQ(arrived, (std::vector<std::string>{"a1", "a2"}));
  core.advance(kRetry);
  loop.run();
  EXPECT_EQ(arrived.back(), "resync a");
  outlet.event(room_a, note("a5"));
  loop.run();
  EXPECT_EQ(arrived.back(), "a5");
  EXPECT_EQ(arrived.size(), 4U);
}

TEST_F(LoopOutletTest, AnEventNeverOvertakesAnAnswerThatWaits) {
  outlet.answer(note("0"));
  outlet.answer(note("1"));
  outlet.answer(note("stream start"));
  loop.run();
  outlet.event(room_b, note("too early"));
  for (int turn = 0; turn < 2; ++turn) {
    core.advance(kRetry);
    loop.run();
  }
  EXPECT_EQ(arrived, (std::vector<std::string>{"0", "1", "stream start", "resync b"}));
}

TEST_F(LoopOutletTest, EphemeralEventsAreDroppedFirst) {
  outlet.answer(note("0"));
  outlet.answer(note("1"));
  outlet.ephemeral(note("typing"));
  loop.run();
  core.advance(kRetry);
  loop.run();
  EXPECT_EQ(arrived, (std::vector<std::string>{"0", "1"}));
  outlet.ephemeral(note("typing"));
  loop.run();
  EXPECT_EQ(arrived.back(), "typing");
}

}  // namespace
}  // namespace skat::gateway
