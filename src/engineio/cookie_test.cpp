#include "engineio/cookie.hpp"

#include <gtest/gtest.h>

namespace skat::engineio {
namespace {

using enum CookieConfig::SameSite;

TEST(Cookie, TheDefaultIsThatOfTheReference) {
  EXPECT_EQ(set_cookie({}, "abc"), "io=abc; Path=/; HttpOnly; SameSite=Lax");
}

TEST(Cookie, EveryAttributeMayBeTurned) {
  EXPECT_EQ(set_cookie({.name = "n",
                        .path = "/p",
                        .domain = "chat.example",
                        .max_age = std::chrono::seconds(60),
                        .http_only = false,
                        .secure = true,
                        .partitioned = true,
                        .same_site = none},
                       "abc"),
            "n=abc; Max-Age=60; Domain=chat.example; Path=/p; Secure; Partitioned; SameSite=None");
  EXPECT_EQ(set_cookie({.path = "", .http_only = false, .same_site = unset}, "abc"), "io=abc");
  EXPECT_EQ(set_cookie({.path = "", .same_site = strict}, "abc"), "io=abc; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace skat::engineio
