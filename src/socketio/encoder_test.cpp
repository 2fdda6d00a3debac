#include "socketio/encoder.hpp"

#include <gtest/gtest.h>

#include "socketio/server.hpp"

namespace skat::socketio {
namespace {

TEST(Encoder, WritesTheNamespaceOnlyIfItIsNotTheMainOne) {
  EXPECT_EQ(encode_connect("/", "oSO0OpakMV_3jnilAAAA"), R"(0{"sid":"oSO0OpakMV_3jnilAAAA"})");
  EXPECT_EQ(encode_connect("/admin", "wZX3oN0bSVIhsaknAAAI"), R"(0/admin,{"sid":"wZX3oN0bSVIhsaknAAAI"})");
  EXPECT_EQ(encode_disconnect("/"), "1");
  EXPECT_EQ(encode_disconnect("/admin"), "1/admin,");
}

TEST(Encoder, WritesARefusalWithAndWithoutData) {
  EXPECT_EQ(encode_connect_error("/random", "Invalid namespace", ""), R"(4/random,{"message":"Invalid namespace"})");
  EXPECT_EQ(encode_connect_error("/admin", "Not authorized", R"({"code":7})"),
            R"(4/admin,{"message":"Not authorized","data":{"code":7}})");
  EXPECT_EQ(encode_connect_error("/", "say \"please\"\n", ""), R"(4{"message":"say \"please\"\n"})");
}

TEST(Encoder, WritesEvents) {
  EXPECT_EQ(encode_event_text("/", std::nullopt, "foo", R"(1,{"a":true})"), R"(2["foo",1,{"a":true}])");
  EXPECT_EQ(encode_event_text("/admin", 13, "foo", ""), R"(2/admin,13["foo"])");
  EXPECT_EQ(encode_event_text("/", std::nullopt, "a\"b", ""), R"(2["a\"b"])");
  EXPECT_EQ(encode_event_text("/", std::nullopt, "baz", R"({"_placeholder":true,"num":0})", 1),
            R"(51-["baz",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(encode_event_text("/admin", 3, "baz", R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})", 2),
            R"(52-/admin,3["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
}

TEST(Encoder, WritesAcknowledgements) {
  EXPECT_EQ(encode_ack_text("/admin", 13, R"("bar")"), R"(3/admin,13["bar"])");
  EXPECT_EQ(encode_ack_text("/", 12, ""), "312[]");
  EXPECT_EQ(encode_ack_text("/admin", 13, R"({"_placeholder":true,"num":0})", 1),
            R"(61-/admin,13[{"_placeholder":true,"num":0}])");
}

TEST(EncodeEvent, FramesAnEventForEverybody) {
  EXPECT_EQ(encode_event("/chat", "event", R"({"seq":1})")->payload(), R"(42/chat,["event",{"seq":1}])");
}

TEST(EncodeEvent, RefusesReservedNames) {
  for (const auto name : kReservedEvents) EXPECT_EQ(encode_event("/", name, ""), nullptr) << name;
}

}  // namespace
}  // namespace skat::socketio
