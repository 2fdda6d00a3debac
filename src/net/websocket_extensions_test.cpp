#include "net/websocket_extensions.hpp"

#include <gtest/gtest.h>

#include <string>

namespace skat::net {
namespace {

constexpr std::string_view kAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// The answer, or "" when nothing is agreed on.
std::string answer(std::string_view offers) {
  const auto agreement = agree_on_deflate(offers);
  return agreement ? agreement->answer : "";
}

TEST(WebSocketExtensions, AnswersAnOfferWithoutContextTakeover) {
  for (const std::string_view offer : {
           "permessage-deflate",
           "permessage-deflate; client_max_window_bits",
           "permessage-deflate; client_max_window_bits=8",
           "permessage-deflate;client_max_window_bits=\"15\"",
           "permessage-deflate ; server_no_context_takeover\t;  client_no_context_takeover",
           " , permessage-deflate , ",
       }) {
    EXPECT_EQ(answer(offer), kAnswer) << offer;
    EXPECT_EQ(agree_on_deflate(offer)->window_bits, 15);
  }
}

TEST(WebSocketExtensions, KeepsToTheServersWindowThatIsAskedFor) {
  for (int bits = 9; bits <= 15; ++bits) {
    const auto agreement = agree_on_deflate("permessage-deflate; server_max_window_bits=" + std::to_string(bits));
    ASSERT_TRUE(agreement);
    EXPECT_EQ(agreement->window_bits, bits);
    EXPECT_EQ(agreement->answer, std::string(kAnswer) + "; server_max_window_bits=" + std::to_string(bits));
  }
  EXPECT_EQ(answer(R"(permessage-deflate; server_max_window_bits="1\0")"),
            std::string(kAnswer) + "; server_max_window_bits=10");
}

TEST(WebSocketExtensions, PassesOverWhatItCannotKeep) {
  for (const std::string_view offer : {
           "",
           "permessage-bzip2",
           "x-webkit-deflate-frame",
           "permessage-deflate; unknown",
           "permessage-deflate; unknown=1",
           "permessage-deflate; server_no_context_takeover=1",
           "permessage-deflate; client_no_context_takeover=true",
           "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
           "permessage-deflate; client_max_window_bits; client_max_window_bits=15",
           "permessage-deflate; server_max_window_bits",
           "permessage-deflate; server_max_window_bits=8",
           "permessage-deflate; server_max_window_bits=7",
           "permessage-deflate; server_max_window_bits=16",
           "permessage-deflate; server_max_window_bits=010",
           "permessage-deflate; server_max_window_bits=1e1",
           "permessage-deflate; client_max_window_bits=7",
           "permessage-deflate; client_max_window_bits=16",
           "permessage-deflate; client_max_window_bits=09",
           "permessage-deflate; client_max_window_bits=-9",
       }) {
    EXPECT_EQ(answer(offer), "") << offer;
  }
}

TEST(WebSocketExtensions, TakesTheFirstOfferThatItCanKeep) {
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=10, "
                   "permessage-deflate"),
            std::string(kAnswer) + "; server_max_window_bits=10");
  EXPECT_EQ(answer("foo; bar=\"a;b\", permessage-deflate"), "") << "a quoted value has to be a token";
  EXPECT_EQ(answer("foo; bar=\"ab\"; x, permessage-deflate"), kAnswer);
}

TEST(WebSocketExtensions, AListThatIsNotWellFormedOffersNothing) {
  for (const std::string_view offers : {
           "permessage-deflate;",
           "permessage-deflate; ;",
           "permessage-deflate; server_max_window_bits=",
           "permessage-deflate; server_max_window_bits=\"10",
           "permessage-deflate; server_max_window_bits=\"10\\",
           "permessage-deflate; server_max_window_bits=\"\"",
           "permessage-deflate; =10",
           "permessage-deflate server_no_context_takeover",
           "permessage-deflate, permessage-deflate foo",
           "permessage-deflate; client_max_window_bits=10 11",
           "permessage-deflate; client_max_window_bits=\"10\"\"11\"",
           "; permessage-deflate",
           "permessage-deflate, \"x\"",
           "permessage@deflate, permessage-deflate",
       }) {
    EXPECT_EQ(answer(offers), "") << offers;
  }
}

}  // namespace
}  // namespace skat::net
