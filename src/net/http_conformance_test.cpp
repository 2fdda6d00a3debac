// RFC 9110 and RFC 9112 as a table: what a client sends, and all that the server says to it. Every case runs twice over
// a real socket: in one piece and byte by byte. Behind every refused request comes one that must never be served.
#include <gtest/gtest.h>

#include <atomic>
#include <cctype>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "net/config.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"

namespace skat::net {
namespace {

using testing::TestClient;
using testing::TestServer;

constexpr std::size_t kMaxHead = 1'024, kMaxHeaders = 10, kMaxBody = 100;

struct Answer {
  int status = 200;
  std::string body;       // empty: not looked at
  bool bodyless = false;  // none comes, whatever Content-Length says
};

struct HttpCase {
  std::string name, rule;
  std::string bytes;
  std::vector<Answer> answers;
  bool closes = false;  // after the last answer, by itself
};
void PrintTo(const HttpCase& one, std::ostream* out) {
  *out << one.name;
}

// ---- what a client sends

std::string line(const std::string& request_line, const std::string& fields = "") {
  return request_line + "\r\n" + fields + "\r\n";
}
std::string get(const std::string& fields = "", const std::string& target = "/a") {
  return line("GET " + target + " HTTP/1.1", "Host: x\r\n" + fields);
}
std::string old(const std::string& fields = "") {
  return line("GET /a HTTP/1.0", fields);
}
std::string post(const std::string& fields, const std::string& body) {
  return line("POST /echo HTTP/1.1", "Host: x\r\n" + fields) + body;
}
std::string sized(const std::string& length, const std::string& body = "hello") {
  return post("Content-Length: " + length + "\r\n", body);
}
std::string coded(const std::string& coding) {
  return post("Transfer-Encoding: " + coding + "\r\n", "0\r\n\r\n");
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}
const std::string kSmuggled = line("GET /smuggled HTTP/1.1", "Host: x\r\n");

// A GET whose head has that many bytes.
std::string head_of(std::size_t bytes) {
  return get("X: " + std::string(bytes - get("X: \r\n").size(), 'a') + "\r\n");
}
std::string headers_of(std::size_t count) {
  std::string fields;
  for (std::size_t i = 1; i < count; ++i) fields += "X" + std::to_string(i) + ": v\r\n";
  return get(fields);
}

const Answer kA{200, "a"};

HttpCase served(std::string name, std::string rule, std::string bytes, std::vector<Answer> answers = {kA}) {
  return {std::move(name), std::move(rule), std::move(bytes), std::move(answers), false};
}
HttpCase last(std::string name, std::string rule, std::string bytes, std::vector<Answer> answers = {kA}) {
  return {std::move(name), std::move(rule), std::move(bytes), std::move(answers), true};
}
HttpCase refused(std::string name, std::string rule, std::string bytes, int status = 400) {
  return {std::move(name), std::move(rule), std::move(bytes), {{status, ""}}, true};
}

std::vector<HttpCase> connection_cases() {
  const std::string rule = "RFC 9112, 9.3", order = "RFC 9112, 9.3.2";
  std::string many;
  std::vector<Answer> many_answers;
  for (int i = 0; i < 40; ++i) {
    many += sized("2", std::to_string(10 + i));
    many_answers.push_back({200, std::to_string(10 + i)});
  }
  return {
      served("KeptByDefault", rule, get()),
      last("ClosedOnWish", rule, get("Connection: close\r\n")),
      last("ClosedOnWishInAnyCase", "RFC 9110, 7.6.1", get("Connection: CLOSE\r\n")),
      last("ClosedOnWishInAList", "RFC 9110, 7.6.1", get("Connection: x, close ,y\r\n")),
      last("ClosedOnWishInASecondLine", "RFC 9110, 5.3", get("Connection: x\r\nConnection: close\r\n")),
      last("CloseIsStrongerThanKeepAlive", rule, get("Connection: keep-alive, close\r\n")),
      served("APartOfATokenIsNotClose", "RFC 9110, 7.6.1", get("Connection: closed\r\n")),
      last("Http10ClosesByDefault", rule, old()),
      served("Http10IsKeptOnWish", rule, old("Connection: keep-alive\r\n")),
      served("Http10NeedsNoHost", "RFC 9112, 3.2", old("Connection: keep-alive\r\nX: y\r\n")),
      served("TwoInOnePiece", order, get() + sized("5"), {kA, {200, "hello"}}),
      served("FortyInOrder", order, many, many_answers),
      served("AnErrorOfARouteKeepsIt", order, get("", "/none") + get(), {{404, ""}, kA}),
      last("NothingIsServedAfterClose", "RFC 9112, 9.6", get("Connection: close\r\n") + kSmuggled),
      served("BehindAnUnroutedBody", order,
             line("POST /none HTTP/1.1", "Host: x\r\nContent-Length: 3\r\n") + "abc" + get(), {{404, ""}, kA}),
      refused("ABrokenOneEndsTheRow", "RFC 9112, 9.6", " bad\r\n\r\n" + get()),
      served("EmptyLineBefore", "RFC 9112, 2.2", "\r\n" + get()),
      served("EmptyLinesBetween", "RFC 9112, 2.2", get() + "\r\n\r\n" + get("Y: z\r\n"), {kA, kA}),
  };
}

std::vector<HttpCase> line_cases() {
  const std::string grammar = "RFC 9112, 3", form = "RFC 9112, 3.2", version = "RFC 9110, 15.6.6";
  const auto with = [](const std::string& request_line) { return line(request_line, "Host: x\r\n"); };
  return {
      served("HeadHasNoBody", "RFC 9110, 9.3.2", with("HEAD /a HTTP/1.1"), {{200, "", true}}),
      served("HeadOfNothing", "RFC 9110, 9.3.2", with("HEAD /none HTTP/1.1"), {{404, "", true}}),
      served("AnUnknownMethod", "RFC 9110, 15.5.6", with("BREW /a HTTP/1.1"), {{405, ""}}),
      served("MethodsHaveACase", "RFC 9110, 9.1", with("get /a HTTP/1.1"), {{405, ""}}),
      served("AMethodOfMarks", "RFC 9110, 5.6.2", with("!#$%&'*+-.^_`|~ /a HTTP/1.1"), {{405, ""}}),
      served("OptionsOfTheServer", "RFC 9110, 9.3.7", with("OPTIONS * HTTP/1.1"), {{204, "", true}}),
      served("AbsoluteForm", "RFC 9112, 3.2.2", with("GET http://x/a HTTP/1.1")),
      served("AbsoluteFormWithAPort", "RFC 9112, 3.2.2", with("GET http://x:80/a?b HTTP/1.1")),
      served("AQueryIsNoPath", "RFC 9110, 4.2.3", get("", "/a?/none")),
      served("AnEscapedPath", "RFC 3986, 6.2.2.2", get("", "/%61")),
      refused("AuthorityFormNeedsConnect", form, with("GET x:80 HTTP/1.1")),
      refused("Connect", "RFC 9112, 3.2.3", with("CONNECT x:80 HTTP/1.1")),
      refused("AsteriskNeedsOptions", "RFC 9112, 3.2.4", with("GET * HTTP/1.1")),
      refused("ARelativeTarget", form, with("GET a HTTP/1.1")),
      refused("ABrokenEscape", form, with("GET /%4 HTTP/1.1")),
      refused("ANullInThePath", form, with("GET /%00 HTTP/1.1")),
      refused("TwoSpaces", grammar, with("GET  /a HTTP/1.1")),
      refused("TwoSpacesBeforeTheVersion", grammar, with("GET /a  HTTP/1.1")),
      refused("ATabForASpace", grammar, with("GET\t/a HTTP/1.1")),
      refused("ASpaceInTheTarget", form, with("GET /a b HTTP/1.1")),
      refused("ASpaceAtTheEnd", grammar, with("GET /a HTTP/1.1 ")),
      refused("ASpaceBefore", grammar, " " + with("GET /a HTTP/1.1")),
      refused("NoVersion", grammar, with("GET /a")),
      refused("AColonInTheMethod", "RFC 9110, 5.6.2", with("G:T /a HTTP/1.1")),
      refused("NoMethod", grammar, with("/a HTTP/1.1")),
      refused("AControlInTheTarget", form, with("GET /a\x01 HTTP/1.1")),
      refused("ABareLfAfterTheLine", "RFC 9112, 2.2", "GET /a HTTP/1.1\nHost: x\r\n\r\n"),
      refused("ABareCrInTheLine", "RFC 9112, 2.2", "GET /a\r HTTP/1.1\r\nHost: x\r\n\r\n"),
      refused("Http2", version, with("GET /a HTTP/2.0"), 505),
      refused("Http09", version, with("GET /a HTTP/0.9"), 505),
      refused("AMinorVersionThatDoesNotExist", "RFC 9112, 2.3", with("GET /a HTTP/1.9")),
      refused("ABareCrAfterTheLine", "RFC 9112, 2.2", "GET /a HTTP/1.1\rHost: x\r\r"),
      refused("LowerCaseVersion", "RFC 9112, 2.3", with("GET /a http/1.1")),
      refused("VersionOfTwoDigits", "RFC 9112, 2.3", with("GET /a HTTP/1.10")),
      refused("AnotherProtocol", "RFC 9112, 2.3", with("GET /a HTTQ/1.1")),
      refused("NoHost", "RFC 9112, 3.2", line("GET /a HTTP/1.1")),
      refused("TwoHosts", "RFC 9112, 3.2", get("Host: y\r\n")),
      refused("TheSameHostTwice", "RFC 9112, 3.2", get("Host: x\r\n")),
      refused("TwoHostsIn10", "RFC 9112, 3.2", old("Host: x\r\nHost: x\r\n")),
  };
}

std::vector<HttpCase> field_cases() {
  const std::string rule = "RFC 9112, 5", value = "RFC 9110, 5.5";
  return {
      served("NamesHaveNoCase", "RFC 9110, 5.1", line("GET /a HTTP/1.1", "hOST: x\r\n")),
      served("NoSpaceBeforeAValue", "RFC 9112, 5.1", get("X:y\r\n")),
      served("SpaceAroundAValue", "RFC 9112, 5.1", get("X: \t y \t \r\n")),
      served("AnEmptyValue", value, get("X:\r\n")),
      served("ObsTextInAValue", value, get("X: \x80\xff\r\n")),
      served("ATabInAValue", value, get("X: a\tb\r\n")),
      refused("SpaceBeforeTheColon", "RFC 9112, 5.1", get("X : y\r\n")),
      refused("TabBeforeTheColon", "RFC 9112, 5.1", get("X\t: y\r\n")),
      refused("NoColon", rule, get("X\r\n")),
      refused("NoName", rule, get(": y\r\n")),
      refused("ASpaceInAName", "RFC 9110, 5.1", get("X Y: z\r\n")),
      refused("ObsTextInAName", "RFC 9110, 5.1", get("X\xff: z\r\n")),
      refused("ABracketInAName", "RFC 9110, 5.1", get("X(: z\r\n")),
      refused("AFoldedLine", "RFC 9112, 5.2", get("X: a\r\n b\r\n")),
      refused("ALineFoldedByATab", "RFC 9112, 5.2", get("X: a\r\n\tb\r\n")),
      refused("AFoldedEmptyValue", "RFC 9112, 5.2", get("X:\r\n y\r\n")),
      refused("SpaceBeforeTheFirstField", "RFC 9112, 2.2", line("GET /a HTTP/1.1", " X: y\r\nHost: x\r\n")),
      refused("ANullInAValue", value, get(std::string("X: a\0b\r\n", 8))),
      refused("AControlInAValue", value,
              get("X: a\x07"
                  "b\r\n")),
      refused("ADeleteInAValue", value, get("X: a\x7f\r\n")),
      refused("ABareLfAfterAField", "RFC 9112, 2.2", get("X: a\nY: b\r\n")),
      refused("ABareCrInAValue", "RFC 9112, 2.2", get("X: a\rb\r\n")),
      refused("ABareLfAtTheEnd", "RFC 9112, 2.2", "GET /a HTTP/1.1\r\nHost: x\r\n\n"),
      served("AHeadOfTheMost", "RFC 9110, 5.4", head_of(kMaxHead)),
      refused("AHeadOfOneMore", "RFC 6585, 5", head_of(kMaxHead + 1), 431),
      served("TheMostFields", "RFC 9110, 5.4", headers_of(kMaxHeaders)),
      refused("OneFieldMore", "RFC 6585, 5", headers_of(kMaxHeaders + 1), 431),
      refused("ALongRequestLine", "RFC 9112, 3", get("", "/" + std::string(kMaxHead, 'a')), 431),
  };
}

std::vector<HttpCase> body_cases() {
  const std::string length = "RFC 9112, 6.2", both = "RFC 9112, 6.3", coding = "RFC 9112, 6.1", chunk = "RFC 9112, 7.1";
  const std::string hello = "5\r\nhello\r\n0\r\n\r\n", most(kMaxBody, 'b');
  const auto echoed = [](const std::string& body) { return std::vector<Answer>{{200, body}}; };
  return {
      served("ALength", length, sized("5"), echoed("hello")),
      served("ALengthWithZeros", "RFC 9110, 8.6", sized("005"), echoed("hello")),
      served("ALengthOfNothing", length, sized("0", ""), echoed("")),
      served("NoLengthIsNoBody", both, post("", ""), echoed("")),
      served("TheMostBody", "RFC 9110, 15.5.14", sized("100", most), echoed(most)),
      refused("OneByteMore", "RFC 9110, 15.5.14", sized("101", ""), 413),
      refused("TwoLengths", both, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")),
      refused("TheSameLengthTwice", both, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
      refused("AListOfLengths", both, sized("5, 5")),
      refused("AListWithoutSpace", both, sized("5,5")),
      refused("ASignedLength", "RFC 9110, 8.6", sized("+5")),
      refused("ANegativeLength", "RFC 9110, 8.6", sized("-1")),
      refused("AHexLength", "RFC 9110, 8.6", sized("0x5")),
      refused("ALengthWithAFraction", "RFC 9110, 8.6", sized("5.0")),
      refused("ALengthInTwoParts", "RFC 9110, 8.6", sized("5 5")),
      refused("AnEmptyLength", "RFC 9110, 8.6", sized("")),
      refused("ALengthOf2To64", "RFC 9110, 8.6", sized("18446744073709551616")),
      refused("ALengthOf2To64Less1", "RFC 9110, 15.5.14", sized("18446744073709551615"), 413),
      refused("LengthBeforeCoding", both, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", hello)),
      refused("CodingBeforeLength", both, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", hello)),
      refused("TwoCodings", coding, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", hello)),
      refused("ChunkedTwice", coding, coded("chunked, chunked")),
      refused("Identity", coding, coded("identity")),
      refused("AnUnknownCoding", coding, coded("xchunked")),
      refused("ChunkedIsNotLast", both, coded("chunked, gzip")),
      refused("AnotherCodingFirst", coding, coded("gzip, chunked")),
      refused("QuotedChunked", coding, coded("\"chunked\"")),
      refused("ChunkedWithAVerticalTab", coding,
              coded("\x0b"
                    "chunked")),
      refused("AnEmptyCoding", coding, coded("")),
      refused("ACommaBehindChunked", coding, coded("chunked,")),
      refused("AParameterOfChunked", "RFC 9112, 7", coded("chunked;q=1")),
      refused("SpaceBehindTheCodingsName", "RFC 9112, 5.1", post("Transfer-Encoding : chunked\r\n", hello)),
      refused("CodingIn10", coding, line("POST /echo HTTP/1.0", "Transfer-Encoding: chunked\r\n") + hello),
      served("CodingInAnyCase", "RFC 9112, 7", post("Transfer-Encoding: CHUNKED\r\n", hello), echoed("hello")),
      served("SpaceBehindTheCoding", "RFC 9112, 5.1", post("Transfer-Encoding: chunked \t\r\n", hello),
             echoed("hello")),
      served("AChunk", chunk, chunked(hello), echoed("hello")),
      served("NoChunk", chunk, chunked("0\r\n\r\n"), echoed("")),
      served("Chunks", chunk, chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), echoed("hello")),
      served("HexInBothCases", chunk, chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
             echoed("01234567890123456789")),
      served("ASizeWithZeros", chunk, chunked("0005\r\nhello\r\n000\r\n\r\n"), echoed("hello")),
      served("AnExtension", "RFC 9112, 7.1.1", chunked("5;a=b\r\nhello\r\n0;c\r\n\r\n"), echoed("hello")),
      served("AQuotedExtension", "RFC 9112, 7.1.1", chunked("5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"), echoed("hello")),
      served("ATrailer", "RFC 9112, 7.1.2", chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n"), echoed("hello")),
      served("ATrailerIsNoHeader", "RFC 9110, 6.5.1",
             chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\nConnection: close\r\n\r\n"), echoed("hello")),
      served("ChunksOfTheMost", "RFC 9110, 15.5.14", chunked("64\r\n" + most + "\r\n0\r\n\r\n"), echoed(most)),
      refused("ChunksOfOneMore", "RFC 9110, 15.5.14", chunked("64\r\n" + most + "\r\n1\r\n"), 413),
      refused("AChunkOfOneMore", "RFC 9110, 15.5.14", chunked("65\r\n"), 413),
      refused("ASignedSize", chunk, chunked("+5\r\nhello\r\n0\r\n\r\n")),
      refused("ANegativeSize", chunk, chunked("-1\r\n")),
      refused("ASpaceBeforeTheSize", chunk, chunked(" 5\r\nhello\r\n0\r\n\r\n")),
      refused("ASpaceBehindTheSize", chunk, chunked("5 \r\nhello\r\n0\r\n\r\n")),
      refused("APrefixedSize", chunk, chunked("0x5\r\nhello\r\n0\r\n\r\n")),
      refused("ASizeOf2To64", chunk, chunked("10000000000000000\r\n")),
      refused("NoSize", chunk, chunked("\r\nhello\r\n0\r\n\r\n")),
      refused("NoSizeBeforeAnExtension", chunk, chunked(";a\r\nhello\r\n0\r\n\r\n")),
      refused("NoNumber", chunk, chunked("g\r\nhello\r\n0\r\n\r\n")),
      refused("ABareLfBehindTheSize", chunk, chunked("5\nhello\r\n0\r\n\r\n")),
      refused("ABareLfInAnExtension", "RFC 9112, 7.1.1", chunked("5;a\nhello\r\n0\r\n\r\n")),
      refused("ABareCrBehindTheSize", chunk, chunked("5\rhello\r\n0\r\n\r\n")),
      refused("AnotherByteForTheLfBehindTheSize", chunk, chunked("5\rXhello\r\n0\r\n\r\n")),
      refused("AnotherByteForTheCrBehindTheData", chunk, chunked("5\r\nhelloX\n0\r\n\r\n")),
      refused("ABareLfBehindTheData", chunk, chunked("5\r\nhello\n0\r\n\r\n")),
      refused("NothingBehindTheData", chunk, chunked("5\r\nhello0\r\n\r\n")),
      refused("MoreDataThanItsSize", chunk, chunked("5\r\nhello!\r\n0\r\n\r\n")),
      refused("ABareLfAtTheEndOfChunks", chunk, chunked("5\r\nhello\r\n0\r\n\n")),
      refused("ABareLfInATrailer", "RFC 9112, 7.1.2", chunked("0\r\nX: y\n\r\n")),
      refused("ALongExtension", "RFC 9112, 7.1.1", chunked("5;" + std::string(256, 'x'))),
  };
}

std::vector<HttpCase> expect_cases() {
  const std::string rule = "RFC 9110, 10.1.1";
  return {
      served("ContinueWithoutABody", rule, get("Expect: 100-continue\r\n")),
      last("ContinueIn10IsNotAnswered", rule,
           line("POST /echo HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 5\r\n") + "hello", {{200, "hello"}}),
      refused("AnUnknownExpectation", rule, get("Expect: miracles\r\n"), 417),
      refused("ContinueOfABodyTooLarge", rule, post("Expect: 100-continue\r\nContent-Length: 101\r\n", ""), 413),
  };
}

std::vector<HttpCase> all_cases() {
  std::vector<HttpCase> all;
  for (const auto& group : {connection_cases(), line_cases(), field_cases(), body_cases(), expect_cases()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

std::string case_name(const ::testing::TestParamInfo<HttpCase>& one) {
  return one.param.name;
}

class HttpConformance : public ::testing::TestWithParam<HttpCase> {
 protected:
  void SetUp() override {
    Router router;
    router.add("GET", "/a", [](HttpRequest, Responder responder) { responder.respond(HttpResponse::text(200, "a")); });
    router.add("GET", "/smuggled", [this](HttpRequest, Responder responder) {
      ++smuggled_;
      responder.respond(HttpResponse::text(200, "smuggled"));
    });
    router.add("POST", "/echo",
               [](HttpRequest request, Responder responder) {
                 responder.respond(HttpResponse::text(200, std::move(request.body)));
               },
               {.max_body_bytes = kMaxBody});
    server_.emplace(
        std::move(router),
        HttpConfig{.max_head_bytes = kMaxHead, .max_header_count = kMaxHeaders, .max_pipelined_per_turn = 4});
  }
  void TearDown() override { server_->stop(); }

  void check(const HttpCase& one, bool in_one_piece) {
    SCOPED_TRACE(one.rule + (in_one_piece ? ", in one piece" : ", byte by byte"));
    TestClient client(server_->port());
    const std::string bytes = one.bytes + (one.closes ? kSmuggled : "");
    if (in_one_piece) {
      client.send(bytes);
    } else {
      for (const char c : bytes) {
        if (!client.send({&c, 1})) break;
      }
    }
    for (const Answer& wanted : one.answers) {
      const std::string answer = client.read_response(wanted.bodyless);
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(wanted.status) + " ")) << answer;
      if (!wanted.body.empty()) {
        EXPECT_TRUE(answer.ends_with("\r\n\r\n" + wanted.body)) << answer;
      }
    }
    if (!one.closes) {  // the next request on it is read from its first byte on
      client.send(get("Connection: close\r\n"));
      const std::string answer = client.read_response();
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\na")) << answer;
    }
    EXPECT_TRUE(client.sees_end());
    EXPECT_EQ(smuggled_, 0);
  }

 private:
  std::atomic<int> smuggled_ = 0;
  std::optional<TestServer> server_;
};

TEST_P(HttpConformance, KeepsItsRule) {
  check(GetParam(), true);
  check(GetParam(), false);
}
INSTANTIATE_TEST_SUITE_P(Http, HttpConformance, ::testing::ValuesIn(all_cases()), case_name);

TEST(HttpConformanceTable, HasNoCaseTwice) {
  std::set<std::string> seen;
  const auto all = all_cases();
  for (const auto& one : all) {
    EXPECT_TRUE(one.rule.starts_with("RFC ")) << one.name;
    EXPECT_TRUE(seen.insert(one.bytes).second) << one.name << " is there twice";
  }
  EXPECT_GE(all.size(), 140U);
}

}  // namespace
}  // namespace skat::net
