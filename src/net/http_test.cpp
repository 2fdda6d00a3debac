#include "net/http.hpp"

#include <gtest/gtest.h>

#include "net/http_response.hpp"
#include "net/http_text.hpp"

namespace skat::net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(ParseQuery, DecodesNamesAndValues) {
  EXPECT_EQ(parse_query("EIO=4&transport=polling&t=a%2Bb+c"),
            (Pairs{{"EIO", "4"}, {"transport", "polling"}, {"t", "a+b c"}}));
}

TEST(ParseQuery, TheLastOfARepeatedNameWins) {
  EXPECT_EQ(parse_query("a=1&b=2&a=3"), (Pairs{{"a", "3"}, {"b", "2"}}));
}

TEST(ParseQuery, OddPartsStandForThemselves) {
  EXPECT_EQ(parse_query("&&a&=x&b=%zz&c=1=2&"), (Pairs{{"a", ""}, {"", "x"}, {"b", "%zz"}, {"c", "1=2"}}));
  EXPECT_TRUE(parse_query("").empty());
}

TEST(ParseQuery, TakesLinearTimeForManyNames) {
  const auto seconds = [](int names) {
    std::string query;
    for (int i = 0; i < names; ++i) query += std::to_string(i) + '&';
    const auto begin = std::clock();  // processor time: other processes do not count
    EXPECT_EQ(parse_query(query).size(), static_cast<std::size_t>(names));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  // Quadratic would be 400 times as long.
  EXPECT_LT(seconds(40'000), 0.05 + 100 * seconds(2'000));
}

TEST(HttpRequest, HeaderNamesCompareWithoutCase) {
  HttpRequest request;
  request.headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(request.header("CONTENT-TYPE"), "a");
  EXPECT_EQ(request.header("Cookie"), "");
}

TEST(FormatHead, AHeaderThatWouldBreakTheFramingIsLeftOut) {
  HttpResponse response = HttpResponse::text(200, "hi");
  response.headers.push_back({"X-Echo", "a\r\nSet-Cookie: b"});
  response.headers.push_back({"Bad Name", "a"});
  response.headers.push_back({"content-length", "7"});
  const auto head = format_head(response, {.date = "now"});
  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nDate: now\r\nContent-Length: 2\r\n\r\n");
}

TEST(FormatHead, NoContentHasNoLength) {
  HttpResponse response;
  response.status = 204;
  EXPECT_EQ(format_head(response, {.keep_alive = false, .date = "now"}),
            "HTTP/1.1 204 No Content\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST(HttpText, TokensAreFoundInLists) {
  EXPECT_TRUE(list_has_token("keep-alive ,\tUpgrade", "upgrade"));
  EXPECT_FALSE(list_has_token("upgraded, up", "upgrade"));
  EXPECT_FALSE(list_has_token("", "upgrade"));
}

TEST(HttpText, APercentNeedsTwoHexDigits) {
  EXPECT_EQ(percent_decode("/a%20b+c", false), "/a b+c");
  EXPECT_FALSE(percent_decode("/%2", false));
  EXPECT_FALSE(percent_decode("/%g0", false));
}

}  // namespace
}  // namespace skat::net
