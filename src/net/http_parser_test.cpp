#include "net/http_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "net/config.hpp"
#include "net/http_body.hpp"

namespace skat::net {
namespace {

struct Parsed {
  int status = 0;  // 0: complete, -1: more is needed
  HttpRequest request;
  std::string left;
};

// Feeds `bytes` in pieces of `step` and keeps what the parser leaves, as a connection does.
Parsed parse(const std::string& bytes, std::size_t step = std::string::npos, std::size_t max_body = 100) {
  const HttpConfig config{.max_head_bytes = 1'024, .max_header_count = 10};
  HttpParser parser(config);
  std::string kept;
  std::size_t fed = 0;
  for (;;) {
    std::string_view view = kept;
    auto status = parser.feed(view);
    if (status == HttpParser::Status::head_done) {
      if (!parser.allow_body(max_body)) return {parser.error_status(), {}, {}};
      status = parser.feed(view);
    }
    if (status == HttpParser::Status::failed) return {parser.error_status(), {}, {}};
    if (status == HttpParser::Status::complete) return {0, parser.take_request(), std::string(view)};
    kept.erase(0, kept.size() - view.size());
    if (fed == bytes.size()) return {-1, {}, kept};
    const auto size = std::min(step, bytes.size() - fed);
    kept.append(bytes, fed, size);
    fed += size;
  }
}

std::string get(const std::string& fields) {
  return "GET /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

TEST(HttpParser, ReadsARequestHoweverItIsCut) {
  const std::string bytes =
      "POST /a%20b?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nX-Thing:  value \r\nContent-Length: 5\r\n\r\nhelloNEXT";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Parsed parsed = parse(bytes, step);
    ASSERT_EQ(parsed.status, 0) << step;
    EXPECT_EQ(parsed.request.method, "POST");
    EXPECT_EQ(parsed.request.target, "/a%20b?x=1&y=%20");
    EXPECT_EQ(parsed.request.path, "/a b");
    EXPECT_EQ(parsed.request.query, "x=1&y=%20");
    EXPECT_EQ(parsed.request.header("x-thing"), "value");
    EXPECT_EQ(parsed.request.body, "hello");
    EXPECT_EQ(std::string("NEXT").substr(0, parsed.left.size()), parsed.left);
  }
}

TEST(HttpParser, ReadsAChunkedBodyHoweverItIsCut) {
  const std::string bytes =
      post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nTrailer: a\r\n\r\nNEXT");
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Parsed parsed = parse(bytes, step);
    ASSERT_EQ(parsed.status, 0) << step;
    EXPECT_EQ(parsed.request.body, "hello world");
  }
}

TEST(HttpParser, RefusesWhatProxiesReadDifferently) {
  const std::string refused[] = {
      post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
      post("Content-Length: 3, 3\r\n", "abc"),
      post("Content-Length: +3\r\n", "abc"),
      post("Content-Length: 0x3\r\n", "abc"),
      post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
      get("X: a\r\n b\r\n"),
      get("X:\r\n b\r\n"),
      get("X: \r\n \r\n"),
      get("Host: again\r\n"),
      get(" X: a\r\n"),
      get("X: a\nY: b\r\n"),
      get("X: a\rb\r\n"),
      "GET /x HTTP/1.1\nHost: h\n\n",
      "GET /x HTTP/1.1\r\n\r\n",
      "GET  /x HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  for (const auto& bytes : refused) {
    EXPECT_EQ(parse(bytes).status, 400) << bytes;
    // Byte by byte a bare LF is only seen as a head that does not end; that is never taken for a request either.
    EXPECT_NE(parse(bytes, 1).status, 0) << bytes;
  }
}

TEST(HttpParser, RefusesBrokenChunks) {
  for (const std::string body :
       {"5\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "-1\r\n", "\r\n", "5\r\nhelloX\n0\r\n\r\n",
        "0\r\n\n", "0\r\na\n\r\n", "1000000000000000\r\n", "g\r\n"}) {
    EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", body)).status, 400) << body;
  }
}

TEST(HttpParser, ALongChunkExtensionOrTrailerIsRefused) {
  EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", "1;" + std::string(300, 'x'))).status, 400);
  EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", "0\r\n" + std::string(9'000, 'x'))).status, 400);
}

TEST(HttpParser, AHeadAboveItsLimitIs431) {
  EXPECT_EQ(parse(get("X: " + std::string(2'000, 'a') + "\r\n")).status, 431);
  EXPECT_EQ(parse(get("X: " + std::string(2'000, 'a') + "\r\n"), 100).status, 431);
  EXPECT_EQ(parse("GET /" + std::string(2'000, 'a'), 100).status, 431);
  std::string many;
  for (int i = 0; i < 10; ++i) many += "A: b\r\n";
  EXPECT_EQ(parse(get(many)).status, 431);
}

TEST(HttpParser, WhiteSpaceCountsTowardsTheHeadsLimit) {
  const std::size_t room = 1'024 - get("X:\r\n").size();
  for (const std::size_t step : {std::size_t{1}, std::size_t{100}, std::string::npos}) {
    EXPECT_EQ(parse(get("X:" + std::string(room, ' ') + "\r\n"), step).status, 0) << step;
    EXPECT_EQ(parse(get("X:" + std::string(room + 1, ' ') + "\r\n"), step).status, 431) << step;
    EXPECT_EQ(parse(get("X:" + std::string(room, 'a') + "\r\n"), step).status, 0) << step;
    EXPECT_EQ(parse(get("X:" + std::string(room + 1, 'a') + "\r\n"), step).status, 431) << step;
  }
}

TEST(HttpParser, ABodyAboveItsLimitIs413BeforeItIsRead) {
  EXPECT_EQ(parse(post("Content-Length: 101\r\n", "")).status, 413);
  EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", "65\r\n")).status, 413);
  const std::string most = "64\r\n" + std::string(100, 'a') + "\r\n";
  EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", most + "0\r\n\r\n")).status, 0);
  EXPECT_EQ(parse(post("Transfer-Encoding: chunked\r\n", most + "1\r\n")).status, 413);
}

TEST(HttpParser, AnotherVersionIs505) {
  EXPECT_EQ(parse("GET /x HTTP/2.0\r\nHost: h\r\n\r\n").status, 505);
  EXPECT_EQ(parse("GET /x HTTP/2.0\r\nHost: h\r\n\r\n", 1).status, 505);
}

TEST(HttpParser, AnUnknownExpectationIs417) {
  EXPECT_EQ(parse(get("Expect: miracles\r\n")).status, 417);
}

TEST(HttpParser, AnAbsoluteTargetHasAPathToo) {
  const auto parsed = parse("GET http://h:3000/a?b=c HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(parsed.status, 0);
  EXPECT_EQ(parsed.request.path, "/a");
  EXPECT_EQ(parsed.request.query, "b=c");
}

TEST(HttpParser, AnUpgradeNeedsAllItsParts) {
  const std::string connection = "Connection: keep-alive, Upgrade\r\n", upgrade = "Upgrade: websocket\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_TRUE(parse(get(connection + upgrade + version + key)).request.upgrade_websocket);
  EXPECT_FALSE(parse(get(upgrade + version + key)).request.upgrade_websocket);
  EXPECT_FALSE(parse(get(connection + version + key)).request.upgrade_websocket);
  EXPECT_FALSE(parse(get(connection + upgrade + key)).request.upgrade_websocket);
  EXPECT_FALSE(parse(get(connection + upgrade + version)).request.upgrade_websocket);
  EXPECT_FALSE(parse(get(connection + upgrade + version + "Sec-WebSocket-Key: dG9v\r\n")).request.upgrade_websocket);
}

}  // namespace
}  // namespace skat::net
