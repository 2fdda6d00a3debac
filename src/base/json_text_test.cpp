#include "base/json_text.hpp"

#include <gtest/gtest.h>

namespace skat::base {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesWhatJsonStringifyEscapesAndNothingElse) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written(R"(a"b\c/d)"), R"("a\"b\\c/d")");
  EXPECT_EQ(written("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(written(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(written("\xC3\xA9\xF0\x9F\x98\x80 plain"), "\"\xC3\xA9\xF0\x9F\x98\x80 plain\"");
}

}  // namespace
}  // namespace skat::base
