#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace skat::base {

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("plain ascii, longer than eight"), 30U);
  EXPECT_EQ(count_code_points("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 3U);  // é € 😀
  EXPECT_EQ(count_code_points(std::string_view("\0", 1)), 1U);
}

// RFC 3629, sections 3 and 4: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut short.
TEST(Utf8, RefusesWhatTheRfcForbids) {
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
                          "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3",
                          "\xE2\x82", "\xF0\x9F\x98", "\xC3(", "abcdefgh\xC3", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
  }
}

TEST(Utf8, AcceptsTheEdges) {
  for (const char* good : {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(count_code_points(good), 1U) << good;
  }
}

}  // namespace skat::base
