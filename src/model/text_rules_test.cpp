#include "model/text_rules.hpp"

#include <gtest/gtest.h>

#include <string>

#include "model/limits.hpp"

namespace skat::model {

TEST(TextRules, ANameHasOneToSixtyFourCodePoints) {
  std::string name;
  EXPECT_FALSE(is_name(name));
  for (std::size_t i = 0; i < kMaxNameCodePoints; ++i) {
    name += "\xF0\x9F\x98\x80";
    EXPECT_TRUE(is_name(name));
  }
  EXPECT_FALSE(is_name(name + "x"));
}

TEST(TextRules, ANameHasNoControlCharacters) {
  for (const char* bad : {"a\tb", "\n", "\x7f", "\xC2\x80", "a\xC2\x9F", "\xC3"}) EXPECT_FALSE(is_name(bad)) << bad;
  EXPECT_FALSE(is_name(std::string_view("\0", 1)));
  for (const char* good : {"\xC2\xA0", "\xC3\x80", "\xE2\x80\x99", " "}) EXPECT_TRUE(is_name(good)) << good;
}

TEST(TextRules, ATextIsBoundedAndHasNoNul) {
  EXPECT_TRUE(is_message_text(std::string(kMaxTextBytes, 'x')));
  EXPECT_FALSE(is_message_text(std::string(kMaxTextBytes + 1, 'x')));
  EXPECT_FALSE(is_message_text(""));
  EXPECT_FALSE(is_message_text(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_message_text("\xED\xA0\x80"));
  EXPECT_TRUE(is_message_text("line\nline\t"));
}

}  // namespace skat::model
