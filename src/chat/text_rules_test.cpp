#include "chat/text_rules.hpp"

#include <gtest/gtest.h>

#include <string>

#include "chat/errc.hpp"
#include "model/limits.hpp"

namespace skat::chat {
namespace {

std::string repeat(const std::string& part, std::size_t times) {
  std::string all;
  while (times-- > 0) all += part;
  return all;
}

TEST(TextRules, ANameHasOneTo64CodePoints) {
  EXPECT_TRUE(check_name("A"));
  EXPECT_TRUE(check_name(repeat("名", 64)));
  EXPECT_TRUE(check_name("👩‍🚀"));
  EXPECT_EQ(check_name("").error(), errc::bad_name);
  EXPECT_EQ(check_name(repeat("名", 65)).error(), errc::bad_name);
}

TEST(TextRules, APresenceTextIsEmptyOrAsANameIs) {
  EXPECT_TRUE(check_presence_text(""));
  EXPECT_TRUE(check_presence_text(repeat("名", 64)));
  EXPECT_EQ(check_presence_text(repeat("名", 65)).error(), errc::bad_text);
  EXPECT_EQ(check_presence_text("a\nb").error(), errc::bad_text);
}

TEST(TextRules, ANameHasNoControlCharacters) {
  for (const char* name : {"a\nb", "a\x7f", "\xc2\x80", "a\xc2\x9f"}) {
    EXPECT_EQ(check_name(name).error(), errc::bad_name) << name;
  }
  EXPECT_EQ(check_name(std::string("a\0b", 3)).error(), errc::bad_name);
  EXPECT_TRUE(check_name("\xc2\xa0 no-break space, \xc3\x9f"));
}

TEST(TextRules, NamesAndTextsAreUtf8) {
  EXPECT_EQ(check_name("\xff").error(), errc::bad_name);
  EXPECT_EQ(check_text("\xc0\xaf").error(), errc::bad_text);
  EXPECT_EQ(check_text("\xed\xbf\xbf").error(), errc::bad_text);
}

TEST(TextRules, ATextHasOneTo16384Bytes) {
  EXPECT_TRUE(check_text("x"));
  EXPECT_TRUE(check_text("a\nb\tc"));
  EXPECT_TRUE(check_text(std::string(model::kMaxTextBytes, 'x')));
  EXPECT_EQ(check_text("").error(), errc::bad_text);
  EXPECT_EQ(check_text(std::string(model::kMaxTextBytes + 1, 'x')).error(), errc::text_too_long);
  EXPECT_EQ(check_text(std::string("\0", 1)).error(), errc::bad_text);
}

}  // namespace
}  // namespace skat::chat
