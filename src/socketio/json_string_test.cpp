#include "socketio/json_string.hpp"

#include <gtest/gtest.h>

#include "base/json_text.hpp"

namespace skat::socketio {
namespace {

std::string encode(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

TEST(JsonString, DecodesEveryEscape) {
  EXPECT_EQ(decode_json_string(R"("plain")"), "plain");
  EXPECT_EQ(decode_json_string(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(decode_json_string(R"("\u0041\u00e9\u20AC")"), "Aé€");
  EXPECT_EQ(decode_json_string(R"("a\u0000b")"), std::string("a\0b", 3));
  EXPECT_EQ(decode_json_string(R"("")"), "");
}

TEST(JsonString, JoinsSurrogatePairs) {
  EXPECT_EQ(decode_json_string(R"("\ud83d\ude00!")"), "😀!");
}

TEST(JsonString, ReplacesLoneSurrogates) {
  EXPECT_EQ(decode_json_string(R"("\ud800")"), "\uFFFD");
  EXPECT_EQ(decode_json_string(R"("\udc00x")"), "\uFFFDx");
  EXPECT_EQ(decode_json_string(R"("\ud800\ud83d\ude00")"), "\uFFFD😀");
  EXPECT_EQ(decode_json_string(R"("\ud800\n")"), "\uFFFD\n");
  EXPECT_EQ(decode_json_string(R"("\ud800\u0041")"), "\uFFFDA");
}

TEST(JsonString, ComparesByMeaningNotBySpelling) {
  EXPECT_TRUE(json_string_equals(R"("num")", "num"));
  EXPECT_TRUE(json_string_equals(R"("\u006eum")", "num"));
  EXPECT_FALSE(json_string_equals(R"("nun")", "num"));
  EXPECT_FALSE(json_string_equals(R"("\\num")", "num"));
}

TEST(JsonString, EscapesWhatJavaScriptEscapes) {
  EXPECT_EQ(encode("plain"), R"("plain")");
  EXPECT_EQ(encode("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(encode(std::string("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(encode("é😀"), "\"é😀\"");
}

}  // namespace
}  // namespace skat::socketio
