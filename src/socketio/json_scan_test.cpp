#include "socketio/json_scan.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "socketio/errc.hpp"

namespace skat::socketio {
namespace {

using Elements = std::vector<std::string_view>;

bool is_json(std::string_view text) {
  return scan_json(text, {}).has_value();
}

bool placeholders_fit(std::string_view text, std::size_t attachments) {
  return scan_json(text, {.max_depth = 128, .attachments = attachments}).has_value();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonScan, AcceptsWhatTheGrammarAllows) {
  for (const auto* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "1",
                           "-12.50",
                           "1e21",
                           "1E+2",
                           "0.1e-7",
                           R"("")",
                           R"("é😀")",
                           R"("\"\\\/\b\f\n\r\t\u00e9")",
                           "[]",
                           "{}",
                           "[[],{}]",
                           R"({"a":{"b":[1,2,{}]}})",
                           " [ 1 , 2 ] ",
                           "\t{\n\"a\" : 1\r}",
                           R"({"":0})",
                           R"("\u007f")",
                           "\"\x7f\"",
                           "123456789012345678901234567890"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(JsonScan, RejectsEverythingElse) {
  for (const auto* text : {"",
                           " ",
                           "nul",
                           "True",
                           "01",
                           "-",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "1e+",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "'a'",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\",
                           "\"a\nb\"",
                           "\"\t\"",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1,,2]",
                           "{",
                           "}",
                           "{]",
                           "[}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{1:1}",
                           "{\"a\" 1}",
                           "[]]",
                           "{}{}",
                           "1 2",
                           "[] x",
                           "/**/1",
                           "\xEF\xBB\xBF[]",
                           "\"\x01\""}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
  EXPECT_FALSE(is_json(std::string_view("[\0]", 3)));
  EXPECT_FALSE(is_json(std::string_view("\"\0\"", 3)));
}

TEST(JsonScan, RejectsInvalidUtf8InsideStrings) {
  for (const auto* text : {"\"\x80\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                           "\"12345678\xFF\"", "{\"\xFF\":1}"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonScan, FindsSpecialBytesAtEveryOffsetOfALongString) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text = '"' + std::string(40, 'x') + '"';
    EXPECT_TRUE(is_json(text));
    text[at + 1] = '\x1f';
    EXPECT_FALSE(is_json(text)) << at;
    text[at + 1] = '"';
    EXPECT_FALSE(is_json(text)) << at;
    text[at + 1] = '\x80';
    EXPECT_FALSE(is_json(text)) << at;
  }
}

TEST(JsonScan, SplitsATopLevelArrayIntoRawElements) {
  const auto outline = scan_json(R"( [ "a,b]" ,1.50, {"x":[1,2]},[ 3 ],null , -0] )", {});
  ASSERT_TRUE(outline);
  EXPECT_EQ(outline->elements, (Elements{R"("a,b]")", "1.50", R"({"x":[1,2]})", "[ 3 ]", "null", "-0"}));
  EXPECT_EQ(outline->text, R"([ "a,b]" ,1.50, {"x":[1,2]},[ 3 ],null , -0])");
}

TEST(JsonScan, SplitsNothingElse) {
  EXPECT_TRUE(scan_json("[]", {})->elements.empty());
  EXPECT_TRUE(scan_json(R"({"a":[1,2]})", {})->elements.empty());
  EXPECT_TRUE(scan_json("7", {})->elements.empty());
  EXPECT_EQ(scan_json("[[[1,2]],3]", {})->elements, (Elements{"[[1,2]]", "3"}));
}

TEST(JsonScan, PassesLoneSurrogatesAndDuplicateKeysThrough) {
  const auto outline = scan_json(R"(["\ud800",{"a":1,"a":2}])", {});
  ASSERT_TRUE(outline);
  EXPECT_EQ(outline->elements, (Elements{R"("\ud800")", R"({"a":1,"a":2})"}));
}

TEST(JsonScan, BoundsTheDepth) {
  EXPECT_TRUE(scan_json(nested(128), {.max_depth = 128, .attachments = {}}));
  EXPECT_FALSE(scan_json(nested(129), {.max_depth = 128, .attachments = {}}));
  EXPECT_TRUE(scan_json("1", {.max_depth = 0, .attachments = {}}));
  EXPECT_TRUE(scan_json(nested(kMaxJsonDepth), {.max_depth = 1'000'000, .attachments = {}}));
  EXPECT_FALSE(scan_json(nested(kMaxJsonDepth + 1), {.max_depth = 1'000'000, .attachments = {}}));
  EXPECT_EQ(scan_json(std::string(1'000'000, '['), {}).error(), errc::violation);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(is_json(objects));
}

TEST(JsonScan, TakesTimeInProportionToTheLength) {
  const auto seconds = [](std::size_t repeats) {
    std::string text = "[0";
    for (std::size_t i = 0; i < repeats; ++i) text += R"(,"\n\\\"",[{"_placeholder":0}])";
    text += ']';
    const auto begin = std::clock();  // processor time: other processes do not count
    EXPECT_TRUE(placeholders_fit(text, 1));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  // Quadratic would be 400 times as long.
  EXPECT_LT(seconds(100'000), 0.02 + 100 * seconds(5'000));
}

TEST(JsonScan, ChecksPlaceholdersOnlyWhenToldHowManyAttachmentsThereAre) {
  const auto* text = R"([{"_placeholder":true,"num":7}])";
  EXPECT_TRUE(is_json(text));
  EXPECT_FALSE(placeholders_fit(text, 7));
  EXPECT_TRUE(placeholders_fit(text, 8));
}

TEST(JsonScan, WantsAnIntegerIndexInsideTheBounds) {
  for (const auto* num :
       {"-1", "2", "99999999999999999999", "0.5", "1.0", "1e0", "\"0\"", "null", "true", "[0]", "{\"num\":0}", "-0"}) {
    EXPECT_FALSE(placeholders_fit(R"([{"_placeholder":true,"num":)" + std::string(num) + "}]", 2)) << num;
  }
  EXPECT_FALSE(placeholders_fit(R"([{"_placeholder":true}])", 2));
  EXPECT_TRUE(placeholders_fit(R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", 2));
}

TEST(JsonScan, TakesOnlyExactlyTrueForAPlaceholder) {
  for (const auto* flag : {"false", "1", "\"true\"", "null", "[true]", "{\"_placeholder\":true,\"num\":0}"}) {
    EXPECT_TRUE(placeholders_fit(R"([{"_placeholder":)" + std::string(flag) + R"(,"num":99}])", 1)) << flag;
  }
}

TEST(JsonScan, FindsPlaceholdersAtAnyDepthAndInAnyOrder) {
  EXPECT_FALSE(placeholders_fit(R"([{"a":[{"num":9,"_placeholder":true}]}])", 1));
  EXPECT_TRUE(placeholders_fit(R"([{"a":[{"num":0,"_placeholder":true}]}])", 1));
  EXPECT_FALSE(placeholders_fit(R"([{"_placeholder":true,"num":0,"more":{"_placeholder":true,"num":1}}])", 1));
}

TEST(JsonScan, ReadsPlaceholderKeysByMeaning) {
  EXPECT_FALSE(placeholders_fit(R"([{"\u005fplaceholder":true,"n\u0075m":9}])", 1));
}

TEST(JsonScan, LetsTheLastOfDuplicateKeysCount) {
  EXPECT_FALSE(placeholders_fit(R"([{"_placeholder":false,"_placeholder":true,"num":9}])", 1));
  EXPECT_TRUE(placeholders_fit(R"([{"_placeholder":true,"num":9,"num":0}])", 1));
  EXPECT_FALSE(placeholders_fit(R"([{"_placeholder":true,"num":0,"num":{}}])", 1));
  EXPECT_TRUE(placeholders_fit(R"([{"_placeholder":true,"_placeholder":[],"num":9}])", 1));
}

TEST(JsonKind, IsTheFirstCharacters) {
  EXPECT_EQ(json_kind("null"), JsonKind::null);
  EXPECT_EQ(json_kind("false"), JsonKind::boolean);
  EXPECT_EQ(json_kind("-1"), JsonKind::number);
  EXPECT_EQ(json_kind("\"\""), JsonKind::string);
  EXPECT_EQ(json_kind("[]"), JsonKind::array);
  EXPECT_EQ(json_kind("{}"), JsonKind::object);
}

}  // namespace
}  // namespace skat::socketio
