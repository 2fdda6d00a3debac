#include "gateway/wire.hpp"

#include <gtest/gtest.h>

#include "chat/errc.hpp"
#include "gateway/errc.hpp"
#include "gateway/wire_answers.hpp"
#include "model/limits.hpp"

namespace skat::gateway {
namespace {

const std::string kRoom = "9f86d081884c7d659a2feaa0c55ad015";

std::string send(const std::string& members) {
  return R"({"room":")" + kRoom + "\"," + members + "}";
}

TEST(Wire, ReadsAMessage) {
  RequestParser parser;
  const auto request = parser.message_send(send(R"("n":7,"text":"a\u00e9\n\"b\"")"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->room.hex(), kRoom);
  EXPECT_EQ(request->n, model::N{7});
  EXPECT_EQ(request->text, "a\xc3\xa9\n\"b\"");
}

TEST(Wire, RefusesWhatIsNotOneJsonObject) {
  RequestParser parser;
  for (const char* request : {"", " ", "null", "5", "\"text\"", "[]", "[{}]", "{", "{}}", "{\"room\":}", "{room:1}",
                              "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", "{\"a\":tru}"}) {
    SCOPED_TRACE(request);
    const auto parsed = parser.room_list(request);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), errc::bad_request);
  }
}

TEST(Wire, RefusesAMemberTwiceWhereverItStands) {
  RequestParser parser;
  std::string wide = R"({"x":{)";
  for (int i = 0; i < 100; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  for (const auto& request : {std::string(R"({"limit":1,"limit":1})"), std::string(R"({"x":{"a":1,"a":2}})"),
                              std::string(R"({"x":[{"b":{"a":1,"\u0061":2}}]})"), wide + "\"k42\":2}}"}) {
    SCOPED_TRACE(request);
    const auto parsed = parser.room_list(request);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), errc::bad_request);
  }
  EXPECT_TRUE(parser.room_list(wide + "\"k100\":2}}"));
}

TEST(Wire, LimitsTheDepth) {
  RequestParser parser;
  const auto nested = [](std::size_t levels) {
    return R"({"x":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_TRUE(parser.room_list(nested(model::kMaxJsonDepth)));
  EXPECT_FALSE(parser.room_list(nested(model::kMaxJsonDepth + 1)));
  EXPECT_FALSE(parser.room_list(nested(100'000)));
  EXPECT_TRUE(parser.room_list(nested(model::kMaxJsonDepth))) << "a refusal leaves nothing behind";
}

TEST(Wire, FindsTheLoneSurrogateInTheTextAndNotBesideIt) {
  RequestParser parser;
  EXPECT_EQ(parser.message_send(send(R"("text":"\ud800")")).error(), chat::errc::bad_text);
  EXPECT_EQ(parser.message_send(send(R"("mood":"\udc00","text":"fine")")).error(), errc::bad_request);
  EXPECT_EQ(parser.message_send(R"({"text":"\udc00"})").error(), chat::errc::bad_text);
}

TEST(Wire, AnIntegerIsWrittenAsAnInteger) {
  RequestParser parser;
  for (const char* n : {"0", "-1", "1.0", "1e3", "9007199254740992", "\"1\"", "null", "true", "[1]"}) {
    SCOPED_TRACE(n);
    EXPECT_EQ(parser.room_member(send(std::string("\"n\":") + n)).error(), chat::errc::bad_n);
  }
  EXPECT_EQ(parser.room_member(send("\"n\":9007199254740991"))->n, model::N{model::kMaxN});
}

TEST(Wire, ATextIsLimitedInBytes) {
  RequestParser parser;
  const auto of = [](std::size_t bytes) { return send("\"text\":\"" + std::string(bytes, 'x') + "\""); };
  EXPECT_EQ(parser.message_send(of(model::kMaxTextBytes))->text.size(), model::kMaxTextBytes);
  EXPECT_EQ(parser.message_send(of(model::kMaxTextBytes + 1)).error(), chat::errc::text_too_long);
  EXPECT_EQ(parser.message_send(of(900'000)).error(), chat::errc::text_too_long);
  EXPECT_TRUE(parser.message_send(of(1))) << "a large request leaves nothing behind";
}

TEST(Wire, AResumeIsLimitedInRooms) {
  RequestParser parser;
  const auto of = [](std::size_t rooms) {
    std::string request = R"({"rooms":{)";
    for (std::size_t i = 0; i < rooms; ++i) {
      if (i > 0) request += ',';
      const auto digits = std::to_string(i);
      request += "\"" + std::string(32 - digits.size(), '0') + digits + "\":null";
    }
    return request + "}}";
  };
  EXPECT_EQ(parser.resume(of(model::kMaxRoomsPerResume))->rooms.size(), model::kMaxRoomsPerResume);
  EXPECT_EQ(parser.resume(of(model::kMaxRoomsPerResume + 1)).error(), errc::bad_request);
}

TEST(Wire, ATokenComesBeforeAName) {
  RequestParser parser;
  const auto credentials = parser.connect(R"({"name":"Ada","token":"t","new_device":true})");
  ASSERT_TRUE(credentials);
  EXPECT_FALSE(credentials->name);
  EXPECT_EQ(credentials->token, "t");
  EXPECT_TRUE(credentials->new_device);
}

TEST(Wire, TheTextOfAnEventComesOutAsItWentIn) {
  RequestParser parser;
  const auto text = parser.event_text(R"({"seq":1,"body":{"name":"Ada","text":"a\"\u20ac"}})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "a\"\xe2\x82\xac");
  EXPECT_EQ(encode_root_message(*text), R"("{\"message\":\"a\\\")"
                                        "\xe2\x82\xac"
                                        R"(\"}")");
}

}  // namespace
}  // namespace skat::gateway
