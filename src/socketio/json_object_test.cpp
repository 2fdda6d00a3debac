#include "socketio/json_object.hpp"

#include <gtest/gtest.h>

#include "socketio/json_scan.hpp"

namespace skat::socketio {
namespace {

TEST(JsonObject, FindsAMemberAtAnyPlace) {
  const std::string_view object = R"({ "a" : 1 , "b":[{"c":"]}"},"\"}"],"c":{"a":2}, "d":"x\\" , "e":-1.5e3 })";
  ASSERT_TRUE(scan_json(object, {}));
  EXPECT_EQ(json_member(object, "a"), "1");
  EXPECT_EQ(json_member(object, "b"), R"([{"c":"]}"},"\"}"])");
  EXPECT_EQ(json_member(object, "c"), R"({"a":2})");
  EXPECT_EQ(json_member(object, "d"), R"("x\\")");
  EXPECT_EQ(json_member(object, "e"), "-1.5e3");
  EXPECT_EQ(json_member(object, "f"), std::nullopt);
}

TEST(JsonObject, TheLastOfDuplicateKeysCounts) {
  EXPECT_EQ(json_member(R"({"a":1,"\u0061":2,"b":3})", "a"), "2");
}

TEST(JsonObject, OtherKindsOfValuesHaveNoMembers) {
  for (const auto* text : {"", "[]", "[{\"a\":1}]", "\"a\"", "1", "null", "{}"}) {
    EXPECT_EQ(json_member(text, "a"), std::nullopt) << text;
  }
}

TEST(JsonObject, ReadsStringMembers) {
  const std::string_view object = R"({"__proto__":"p","token":"a\u0062","n":1})";
  EXPECT_EQ(json_string_member(object, "token"), "ab");
  EXPECT_EQ(json_string_member(object, "__proto__"), "p");
  EXPECT_EQ(json_string_member(object, "n"), std::nullopt);
  EXPECT_EQ(json_string_member(object, "constructor"), std::nullopt);
}

}  // namespace
}  // namespace skat::socketio
