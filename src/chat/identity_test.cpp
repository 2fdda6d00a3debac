#include "chat/identity.hpp"

#include <gtest/gtest.h>

#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;

class IdentityTest : public ::testing::Test {
 protected:
  explicit IdentityTest(Config config = {}) : world_(config) { world_.start(); }
  result<Welcome> by_name(const std::string& name) { return world_.authenticate({name, std::nullopt, false}); }
  result<Welcome> by_token(const std::string& token, bool new_device = false) {
    return world_.authenticate({std::nullopt, token, new_device});
  }

  ChatWorld world_;
};

TEST_F(IdentityTest, ANameMakesANewGuest) {
  const auto ada = by_name("Ada");
  const auto other = by_name("Ada");
  ASSERT_TRUE(ada && other);
  EXPECT_EQ(ada->identity.name, "Ada");
  EXPECT_NE(ada->identity.user, other->identity.user);
  EXPECT_LT(ada->identity.device, other->identity.device);
  EXPECT_EQ(by_name("").error(), errc::bad_name);
  EXPECT_EQ(by_name("a\nb").error(), errc::bad_name);
}

TEST_F(IdentityTest, ATokenComesBackAsTheSameUserAndDevice) {
  const auto ada = by_name("Ada");
  const auto again = by_token(ada->token);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->identity.user, ada->identity.user);
  EXPECT_EQ(again->identity.device, ada->identity.device);
  EXPECT_EQ(again->identity.name, "Ada");
  EXPECT_EQ(again->token, ada->token);
}

TEST_F(IdentityTest, ATokenOutlivesTheProcess) {
  const auto ada = by_name("Ada");
  world_.stop();
  world_.start();
  EXPECT_EQ(by_token(ada->token)->identity.user, ada->identity.user);
}

TEST_F(IdentityTest, ANewDeviceIsTheSameUserWithATokenOfItsOwn) {
  const auto ada = by_name("Ada");
  const auto tab = by_token(ada->token, true);
  ASSERT_TRUE(tab);
  EXPECT_EQ(tab->identity.user, ada->identity.user);
  EXPECT_GT(tab->identity.device, ada->identity.device);
  EXPECT_NE(tab->token, ada->token);
  EXPECT_EQ(by_token(tab->token)->identity.device, tab->identity.device);
}

TEST_F(IdentityTest, WhatIsNoTokenOfOursIsRefused) {
  EXPECT_EQ(by_token("").error(), errc::bad_token);
  EXPECT_EQ(by_token("nonsense").error(), errc::bad_token);
  const SessionToken forged{model::UserId::random(), model::issue_device_id(), base::wall_now() + std::chrono::hours(1),
                            "Eve"};
  EXPECT_EQ(by_token(forged.seal("guessed")).error(), errc::bad_token);
  EXPECT_EQ(world_.authenticate({}).error(), errc::bad_token);
}

TEST_F(IdentityTest, ARevokedTokenIsRefused) {
  const auto ada = by_name("Ada");
  world_.store_disk.sessions.clear();
  EXPECT_EQ(by_token(ada->token).error(), errc::bad_token);
}

TEST_F(IdentityTest, WhileTheStoreIsAwayAGoodMacIsEnough) {
  const auto ada = by_name("Ada");
  world_.life->store.away = true;
  const auto again = by_token(ada->token);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->identity.user, ada->identity.user);
  EXPECT_EQ(again->identity.name, "Ada");
  EXPECT_FALSE(again->rooms_complete);
  EXPECT_EQ(by_token("nonsense").error(), errc::bad_token);
  EXPECT_EQ(by_name("Bob").error(), errc::unavailable);
  EXPECT_EQ(by_token(ada->token, true).error(), errc::unavailable);
}

class ExpiredIdentityTest : public IdentityTest {
 protected:
  static Config expired() {
    Config config;
    config.session_lifetime = std::chrono::hours(0);
    return config;
  }
  ExpiredIdentityTest() : IdentityTest(expired()) {}
};

TEST_F(ExpiredIdentityTest, AnExpiredTokenIsRefusedAlsoWhileTheStoreIsAway) {
  const auto ada = by_name("Ada");
  EXPECT_EQ(by_token(ada->token).error(), errc::bad_token);
  world_.life->store.away = true;
  EXPECT_EQ(by_token(ada->token).error(), errc::bad_token);
}

}  // namespace
}  // namespace skat::chat
