#include "chat/typing.hpp"

#include <gtest/gtest.h>

#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::milliseconds;
using Typed = std::vector<std::pair<std::string, bool>>;

class TypingTest : public ::testing::Test {
 protected:
  TypingTest() {
    world_.start();
    ada_ = world_.guest("Ada");
    EXPECT_TRUE(world_.open(0, model::kLobby, ada_));
    world_.advance(milliseconds(1));  // the channel is subscribed
  }
  void say(bool on) {
    world_.node().typing(ada_, model::kLobby, on);
    world_.run();
  }
  const Typed& typed() { return world_.life->fanout.typed; }

  ChatWorld world_;
  Identity ada_;
};

TEST_F(TypingTest, IsToldToTheLoopsOfTheRoom) {
  say(true);
  say(false);
  EXPECT_EQ(typed(), (Typed{{"Ada", true}, {"Ada", false}}));
}

TEST_F(TypingTest, SayingItAgainSoonIsNotToldAgain) {
  for (int i = 0; i < 100; ++i) say(true);
  EXPECT_EQ(typed().size(), 1u);
  world_.advance(Typing::kRepeatAfter);
  say(true);
  EXPECT_EQ(typed().size(), 2u);
  say(false);
  say(false);
  EXPECT_EQ(typed().size(), 3u);
}

TEST_F(TypingTest, WhoMayNotReadTheRoomIsNotHeard) {
  const Identity bob = world_.guest("Bob");
  const auto room = world_.create(ada_, "Engine room")->id;
  ASSERT_TRUE(world_.open(0, room, ada_));
  world_.node().typing(bob, room, true);
  world_.run();
  EXPECT_TRUE(typed().empty());
}

TEST_F(TypingTest, TakesNoNumberAndLeavesNoTrace) {
  const auto before = world_.life->log.appends;
  say(true);
  EXPECT_EQ(world_.life->log.appends, before);
}

TEST_F(TypingTest, AMarkEndsByItself) {
  say(true);
  world_.advance(model::kTypingLifetime);
  say(false);  // of nothing
  EXPECT_EQ(typed().size(), 1u);
}

TEST_F(TypingTest, MarksPastTheirLimitAreDropped) {
  for (std::size_t i = 0; i < Typing::kMaxMarks; ++i) world_.node().typing(ada_, model::kLobby, i % 2 == 0);
  world_.run();
  EXPECT_EQ(typed().size(), Typing::kMaxMarks);
  say(true);
  EXPECT_EQ(typed().size(), Typing::kMaxMarks);
  world_.advance(model::kTypingLifetime);
  say(true);
  EXPECT_EQ(typed().size(), Typing::kMaxMarks + 1);
}

}  // namespace
}  // namespace skat::chat
