#include "socketio/decoder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "socketio/errc.hpp"

namespace skat::socketio {
namespace {

using Texts = std::vector<std::string_view>;

class DecoderTest : public ::testing::Test {
 protected:
  // The one packet that `text` is, a violation being a failed test.
  Packet decode(std::string_view text) {
    auto decoded = decoder_.on_text(text);
    if (!decoded || !*decoded) {
      ADD_FAILURE() << text;
      return {};
    }
    return std::move(**decoded);
  }

  static bool is_violation(std::string_view text, const Config& config = {}) {
    Decoder decoder(config);
    const auto decoded = decoder.on_text(text);
    return !decoded && decoded.error() == errc::violation;
  }

  const Config config_;
  Decoder decoder_{config_};
};

TEST_F(DecoderTest, ReadsConnect) {
  EXPECT_EQ(decode("0").type, PacketType::connect);
  EXPECT_EQ(decode("0").nsp, "/");
  EXPECT_EQ(decode("0").data, "");
  EXPECT_EQ(decode(R"(0{"token":"123"})").data, R"({"token":"123"})");
  EXPECT_EQ(decode("0/admin,").nsp, "/admin");
  const auto packet = decode(R"(0/admin,{"token":"123"})");
  EXPECT_EQ(packet.nsp, "/admin");
  EXPECT_EQ(packet.data, R"({"token":"123"})");
}

TEST_F(DecoderTest, ReadsTheNamespaceUpToTheCommaOrTheEnd) {
  EXPECT_EQ(decode("0/custom").nsp, "/custom");
  EXPECT_EQ(decode("0/").nsp, "/");
  EXPECT_EQ(decode("0/,").nsp, "/");
  EXPECT_EQ(decode("0/custom?a=1,").nsp, "/custom?a=1");
  EXPECT_EQ(decode("0/a/b,{}").nsp, "/a/b");
}

TEST_F(DecoderTest, ReadsDisconnect) {
  EXPECT_EQ(decode("1").type, PacketType::disconnect);
  EXPECT_EQ(decode("1/admin,").nsp, "/admin");
}

TEST_F(DecoderTest, ReadsEvents) {
  auto packet = decode(R"(2["foo",1,{"a":true}])");
  EXPECT_EQ(packet.type, PacketType::event);
  EXPECT_EQ(packet.ack_id, std::nullopt);
  EXPECT_EQ(packet.elements, (Texts{"\"foo\"", "1", R"({"a":true})"}));
  packet = decode(R"(2/admin,13["foo"])");
  EXPECT_EQ(packet.nsp, "/admin");
  EXPECT_EQ(packet.ack_id, 13U);
  EXPECT_EQ(packet.elements, (Texts{"\"foo\""}));
  EXPECT_EQ(decode(R"(2[42,"number as a name"])").elements.front(), "42");
}

TEST_F(DecoderTest, ReadsAcknowledgements) {
  auto packet = decode(R"(3/admin,13["bar"])");
  EXPECT_EQ(packet.type, PacketType::ack);
  EXPECT_EQ(packet.ack_id, 13U);
  EXPECT_EQ(packet.elements, (Texts{"\"bar\""}));
  packet = decode("312[]");
  EXPECT_EQ(packet.ack_id, 12U);
  EXPECT_TRUE(packet.elements.empty());
}

TEST_F(DecoderTest, LeadingZerosOfAnAckIdVanish) {
  EXPECT_EQ(decode(R"(2007["x"])").ack_id, 7U);
  EXPECT_EQ(decode(R"(2000000000000000000000000000000["x"])").ack_id, 0U);
}

TEST_F(DecoderTest, TakesAckIdsUpToTwoToTheFiftyThird) {
  EXPECT_EQ(decode(R"(29007199254740992["x"])").ack_id, 9007199254740992U);
  EXPECT_TRUE(is_violation(R"(29007199254740993["x"])"));
  EXPECT_TRUE(is_violation(R"(218446744073709551616["x"])"));
  EXPECT_TRUE(is_violation("2" + std::string(100'000, '9') + R"(["x"])"));
}

TEST_F(DecoderTest, TreatsASpaceBeforeThePayloadAsWhiteSpace) {
  EXPECT_EQ(decode(R"(2 ["x"])").ack_id, std::nullopt);
}

TEST_F(DecoderTest, LeavesPlaceholdersInPlainPacketsUntouched) {
  EXPECT_EQ(decode(R"(2["x",{"_placeholder":true,"num":0}])").elements.back(), R"({"_placeholder":true,"num":0})");
  EXPECT_EQ(decode(R"(31[{"_placeholder":true,"num":-5}])").elements.back(), R"({"_placeholder":true,"num":-5})");
}

TEST_F(DecoderTest, RejectsBadTypes) {
  for (const auto* text : {"", "7", "9", "a", "abc", "-", " 2[\"x\"]", "\xFF"}) EXPECT_TRUE(is_violation(text)) << text;
}

TEST_F(DecoderTest, RejectsPayloadsThatDoNotSuitTheType) {
  for (const auto* text : {"0null",      "0[]",     "0\"x\"",
                           "01.5",       "0true",   "0/a,null",       // CONNECT
                           "1{}",        "1[]",     "1/admin,\"x\"",  // DISCONNECT
                           "2",          "212",     "2/admin,",
                           "2[]",        "2{}",     "2\"x\"",
                           "2null",      "2[null]",  // EVENT
                           "2[true]",    "2[{}]",   "2[[]]",
                           "2[[\"x\"]]",  //
                           "3",          "312",     "312{}",
                           "3\"x\"",     "312null",  // ACK
                           "4",          "4{}",     "4{\"message\":\"x\"}",
                           "4\"x\""}) {  // CONNECT_ERROR
    EXPECT_TRUE(is_violation(text)) << text;
  }
}

TEST_F(DecoderTest, RejectsReservedEventNames) {
  for (const auto name : kReservedEvents) {
    EXPECT_TRUE(is_violation("2[\"" + std::string(name) + "\"]")) << name;
    EXPECT_TRUE(is_violation("51-[\"" + std::string(name) + "\"]")) << name;
  }
  EXPECT_TRUE(is_violation(R"(2["\u0063onnect"])"));
  EXPECT_EQ(decode(R"(2["error"])").elements.front(), "\"error\"");
  EXPECT_EQ(decode(R"(2["connection"])").elements.front(), "\"connection\"");
}

TEST_F(DecoderTest, RejectsWhatIsNotOneJsonText) {
  for (const auto* text : {R"(2["x")", R"(2["x"]])", R"(2["x"] y)", R"(2abc["x"])", R"(2-1["x"])", R"(21.5["x"])",
                           R"(2admin,["x"])", R"(2["x",])", "0{\"a\":}", "2[\"\xFF\"]"}) {
    EXPECT_TRUE(is_violation(text)) << text;
  }
}

TEST_F(DecoderTest, RejectsNestingPastTheLimitAndTakesWhatIsInside) {
  const std::string opened(127, '['), closed(127, ']');
  EXPECT_EQ(decode("2[\"x\"," + opened + closed + "]").elements.size(), 2U);
  EXPECT_TRUE(is_violation("2[\"x\",[" + opened + closed + "]]"));
  EXPECT_TRUE(is_violation("2[\"x\"," + std::string(500'000, '[')));
}

TEST_F(DecoderTest, RejectsNamespacesThatAreTooLongOrNoText) {
  EXPECT_EQ(decode("0/" + std::string(255, 'n')).nsp.size(), 256U);
  EXPECT_TRUE(is_violation("0/" + std::string(256, 'n')));
  EXPECT_TRUE(is_violation("0/\xC3,"));
}

TEST_F(DecoderTest, RejectsBadAttachmentCounts) {
  for (const auto* count : {"", "-", "0-", "11-", "1", "+1-", "-1-", "1.5-", "a-", " 1-", "1e0-", "4294967297-",
                            "99999999999999999999999-"}) {
    EXPECT_TRUE(is_violation("5" + std::string(count) + R"(["x"])")) << count;
    EXPECT_TRUE(is_violation("6" + std::string(count) + "1[]")) << count;
  }
}

TEST_F(DecoderTest, WaitsForEveryAttachmentInOrder) {
  auto decoded = decoder_.on_text(R"(52-/admin,3["baz",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])");
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(*decoded);
  decoded = decoder_.on_binary("first");
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(*decoded);
  decoded = decoder_.on_binary("");
  ASSERT_TRUE(decoded);
  ASSERT_TRUE(*decoded);
  const Packet& packet = **decoded;
  EXPECT_EQ(packet.type, PacketType::binary_event);
  EXPECT_EQ(packet.nsp, "/admin");
  EXPECT_EQ(packet.ack_id, 3U);
  EXPECT_EQ(packet.elements.front(), "\"baz\"");
  EXPECT_EQ(packet.elements.back(), R"({"_placeholder":true,"num":0})");
  EXPECT_EQ(packet.attachments, (std::vector<std::string>{"first", ""}));
}

TEST_F(DecoderTest, AfterABinaryPacketTheNextTextIsAPacketOfItsOwn) {
  ASSERT_TRUE(decoder_.on_text(R"(61-13[{"_placeholder":true,"num":0}])"));
  ASSERT_TRUE(decoder_.on_binary("x"));
  EXPECT_EQ(decode(R"(2["y"])").elements.front(), "\"y\"");
  EXPECT_FALSE(decoder_.on_binary("z"));
}

TEST_F(DecoderTest, AViewOfABinaryPacketOutlivesItsText) {
  std::string text = R"(51-/n,["x",{"_placeholder":true,"num":0}])";
  ASSERT_TRUE(decoder_.on_text(text));
  text.assign(text.size(), '#');
  const auto decoded = decoder_.on_binary("x");
  ASSERT_TRUE(decoded && *decoded);
  EXPECT_EQ((*decoded)->nsp, "/n");
  EXPECT_EQ((*decoded)->elements.front(), "\"x\"");
}

TEST_F(DecoderTest, RejectsTextBetweenAttachments) {
  ASSERT_TRUE(decoder_.on_text(R"(51-["x"])"));
  EXPECT_EQ(decoder_.on_text(R"(2["y"])").error(), errc::violation);
}

TEST_F(DecoderTest, RejectsBinaryWithoutAnAnnouncement) {
  EXPECT_EQ(decoder_.on_binary("x").error(), errc::violation);
}

TEST_F(DecoderTest, RejectsPlaceholdersOutOfBounds) {
  for (const auto* num : {"-1", "1", "0.5", "\"0\"", "null", "\"splice\""}) {
    EXPECT_TRUE(is_violation(R"(51-["x",{"_placeholder":true,"num":)" + std::string(num) + "}]")) << num;
    EXPECT_TRUE(is_violation(R"(61-1[[{"_placeholder":true,"num":)" + std::string(num) + "}]]")) << num;
  }
  EXPECT_TRUE(is_violation(R"(51-[{"_placeholder":true,"num":0},"x"])"));
}

TEST_F(DecoderTest, AllowsFewerAndRepeatedPlaceholders) {
  for (const auto* text : {R"(52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])", R"(52-["x"])"}) {
    Decoder decoder(config_);
    ASSERT_TRUE(decoder.on_text(text)) << text;
    ASSERT_TRUE(decoder.on_binary("a"));
    const auto decoded = decoder.on_binary("b");
    EXPECT_TRUE(decoded && *decoded);
  }
}

TEST_F(DecoderTest, TakesTheAttachmentLimitFromTheConfig) {
  Config config;
  config.max_attachments = 2;
  EXPECT_FALSE(is_violation(R"(52-["x"])", config));
  EXPECT_TRUE(is_violation(R"(53-["x"])", config));
}

}  // namespace
}  // namespace skat::socketio
