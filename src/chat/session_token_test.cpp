#include "chat/session_token.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace skat::chat {
namespace {

const SessionToken kToken{model::UserId{{1, 2, 250}}, model::DeviceId{0x0193f2a7c4d1e86b},
                          base::from_millis(1'767'225'600'000), "Ada Łukasz"};

TEST(SessionToken, ComesBackAsItWas) {
  const auto opened = SessionToken::open(kToken.seal("secret"), "secret");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->user, kToken.user);
  EXPECT_EQ(opened->device, kToken.device);
  EXPECT_EQ(opened->expires, kToken.expires);
  EXPECT_EQ(opened->name, kToken.name);
}

TEST(SessionToken, IsNeverTheSameTwice) {
  EXPECT_NE(kToken.seal("secret"), kToken.seal("secret"));
}

TEST(SessionToken, IsNotOursUnderAnotherSecret) {
  EXPECT_FALSE(SessionToken::open(kToken.seal("secret"), "another"));
}

TEST(SessionToken, IsNotOursWithAnyByteChanged) {
  const auto bytes = *base::from_base64url(kToken.seal("secret"));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(SessionToken::open(base::to_base64url(changed), "secret")) << i;
  }
}

TEST(SessionToken, NoBytesAreDangerous) {
  EXPECT_FALSE(SessionToken::open("", "secret"));
  EXPECT_FALSE(SessionToken::open("!!!", "secret"));
  EXPECT_FALSE(SessionToken::open(std::string(20, 'A'), "secret"));
  EXPECT_FALSE(SessionToken::open(std::string(1'000'000, 'A'), "secret"));
}

TEST(SessionToken, OnlyItsHashIsStored) {
  const auto text = kToken.seal("secret");
  EXPECT_EQ(token_hash(text).size(), 32u);
  EXPECT_EQ(base::to_hex(token_hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace skat::chat
