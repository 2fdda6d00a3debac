#include "engineio/origin_policy.hpp"

#include <gtest/gtest.h>

#include <string>

namespace skat::engineio {
namespace {

using enum OriginVerdict;

TEST(OriginPolicy, ByDefaultTakesTheOwnOriginAndLocalhost) {
  struct Case {
    const char *origin, *host;
    OriginVerdict verdict;
  };
  for (const Case& c : {
           Case{"", "chat.example", absent},
           Case{"https://chat.example", "chat.example", allowed},
           Case{"HTTPS://Chat.Example", "chat.example", allowed},
           Case{"https://chat.example:443", "chat.example", allowed},
           Case{"https://chat.example", "chat.example:443", allowed},
           Case{"http://chat.example:8080", "chat.example:8080", allowed},
           Case{"http://[2001:db8::1]:8080", "[2001:db8::1]:8080", allowed},
           Case{"http://[2001:db8::1]", "[2001:db8::1]", allowed},
           Case{"http://localhost", "chat.example", allowed},
           Case{"http://localhost:5173", "chat.example", allowed},
           Case{"https://127.0.0.1:1", "chat.example", allowed},
           Case{"http://[::1]:3000", "chat.example", allowed},
           Case{"https://chat.example", "chat.example:8443", refused},
           Case{"https://chat.example:8443", "chat.example", refused},
           Case{"https://evil.example", "chat.example", refused},
           Case{"https://chat.example.evil.example", "chat.example", refused},
           Case{"https://localhost.evil.example", "chat.example", refused},
           Case{"https://localhost@evil.example", "chat.example", refused},
           Case{"https://evil.example/localhost", "chat.example", refused},
           Case{"https://127.0.0.1.evil.example", "chat.example", refused},
           Case{"https://127.0.0.2", "chat.example", refused},
           Case{"https://chat.example", "", refused},
           Case{"null", "null", refused},
           Case{"file://localhost", "chat.example", refused},
           Case{"chat.example", "chat.example", refused},
           Case{"https://", "", refused},
           Case{"https://a\x01", "a\x01", malformed},
           Case{"https://a\x7f", "a", malformed},
       }) {
    EXPECT_EQ(judge_origin(OriginPolicy{}, c.origin, c.host), c.verdict) << c.origin << " at " << c.host;
  }
}

TEST(OriginPolicy, TakesTheListedOnes) {
  OriginPolicy policy;
  policy.allow_own = policy.allow_localhost = false;
  policy.allowed = {"https://app.example", "http://other.example:8080/"};
  EXPECT_EQ(judge_origin(policy, "https://app.example", "chat.example"), allowed);
  EXPECT_EQ(judge_origin(policy, "https://app.example:443", "chat.example"), allowed);
  EXPECT_EQ(judge_origin(policy, "http://other.example:8080", "chat.example"), allowed);
  EXPECT_EQ(judge_origin(policy, "http://app.example", "chat.example"), refused);
  EXPECT_EQ(judge_origin(policy, "http://other.example", "chat.example"), refused);
  EXPECT_EQ(judge_origin(policy, "http://localhost", "chat.example"), refused);
  EXPECT_EQ(judge_origin(policy, "https://chat.example", "chat.example"), refused);
}

TEST(OriginPolicy, AnyTakesAllButControlCharacters) {
  OriginPolicy policy;
  policy.allow_any = true;
  EXPECT_EQ(judge_origin(policy, "null", ""), allowed);
  EXPECT_EQ(judge_origin(policy, "https://evil.example", ""), allowed);
  EXPECT_EQ(judge_origin(policy, "https://evil\n.example", ""), malformed);
}

TEST(OriginPolicy, OriginsAreTheSameByTheirParts) {
  EXPECT_TRUE(same_origin("https://a.example/", "HTTPS://A.example:443"));
  EXPECT_FALSE(same_origin("https://a.example", "http://a.example"));
  EXPECT_FALSE(same_origin("https://a.example", "https://a.example:8443"));
  EXPECT_FALSE(same_origin("null", "null"));
  EXPECT_TRUE(is_web_origin("https://a.example:8443"));
  EXPECT_TRUE(is_web_origin("https://a.example/"));
  for (const char* text :
       {"", "/", "*", "null", "a.example", "https://", "https://a.example/path", "https://a\r\nX: b"}) {
    EXPECT_FALSE(is_web_origin(text)) << text;
  }
}

}  // namespace
}  // namespace skat::engineio
