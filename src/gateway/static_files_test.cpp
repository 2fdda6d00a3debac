#include "gateway/static_files.hpp"

#include <gtest/gtest.h>

namespace skat::gateway {
namespace {

std::string header(const net::HttpResponse& response, std::string_view name) {
  for (const auto& h : response.headers) {
    if (h.name == name) return h.value;
  }
  return {};
}

net::HttpRequest get(std::string path, std::vector<net::Header> headers = {}) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

const StaticFiles& files() {
  static const StaticFiles built({{"index.html", "h1", "<html>"},
                                  {"assets/app-1.js", "h2", "plain"},
                                  {"assets/app-1.js.br", "h3", "brotli"},
                                  {"assets/app-1.js.gz", "h4", "gzip"},
                                  {"favicon.svg", "h5", "<svg>"},
                                  {"lonely.js.br", "h6", "nobody"}});
  return built;
}

TEST(StaticFiles, TheRootAndPlacesWithinTheClientAreItsIndex) {
  for (const char* path : {"/", "/index.html", "/rooms/12", "/rooms/"}) {
    const auto response = files().answer(get(path));
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(*response.body, "<html>") << path;
    EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=UTF-8");
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
  }
}

TEST(StaticFiles, AFileThatIsMissingIsMissing) {
  for (const char* path : {"/no/such.js", "/assets/app-2.js", "/assets/app", "/lonely.js", "/../etc/passwd.txt"}) {
    EXPECT_EQ(files().answer(get(path)).status, 404) << path;
  }
}

TEST(StaticFiles, HashedNamesMayBeKeptForEver) {
  const auto response = files().answer(get("/assets/app-1.js"));
  EXPECT_EQ(*response.body, "plain");
  EXPECT_EQ(header(response, "Content-Type"), "text/javascript; charset=UTF-8");
  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(files().answer(get("/favicon.svg")), "Cache-Control"), "no-cache");
}

TEST(StaticFiles, TheBestAcceptedEncodingIsSent) {
  const auto of = [](std::string accept) {
    return files().answer(get("/assets/app-1.js", {{"accept-encoding", std::move(accept)}}));
  };
  EXPECT_EQ(*of("gzip, deflate, br").body, "brotli");
  EXPECT_EQ(header(of("gzip, deflate, br"), "Content-Encoding"), "br");
  EXPECT_EQ(*of("gzip;q=0.8").body, "gzip");
  EXPECT_EQ(header(of("gzip"), "Content-Encoding"), "gzip");
  EXPECT_EQ(*of("br;q=0, gzip").body, "gzip");
  EXPECT_EQ(*of("br;q=0.0").body, "plain");
  EXPECT_EQ(*of("broken").body, "plain");
  EXPECT_EQ(header(of(""), "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(files().answer(get("/")), "Vary"), "");
}

TEST(StaticFiles, AnUnchangedFileIsNotSentAgain) {
  const auto etag = header(files().answer(get("/")), "ETag");
  EXPECT_EQ(etag, "\"h1\"");
  for (const auto& field : {etag, "\"other\", " + etag, "W/" + etag, std::string("*")}) {
    const auto response = files().answer(get("/", {{"if-none-match", field}}));
    EXPECT_EQ(response.status, 304) << field;
    EXPECT_EQ(response.body, nullptr);
    EXPECT_EQ(header(response, "ETag"), etag);
  }
  EXPECT_EQ(files().answer(get("/", {{"if-none-match", "\"h2\""}})).status, 200);
}

TEST(StaticFiles, EachEncodingHasATagOfItsOwn) {
  const auto plain = header(files().answer(get("/assets/app-1.js")), "ETag");
  const auto brotli = header(files().answer(get("/assets/app-1.js", {{"accept-encoding", "br"}})), "ETag");
  EXPECT_NE(plain, brotli);
  EXPECT_EQ(files().answer(get("/assets/app-1.js", {{"if-none-match", brotli}})).status, 200);
}

TEST(StaticFiles, EveryAnswerCarriesTheSecurityHeaders) {
  const auto response = files().answer(get("/"));
  const auto csp = header(response, "Content-Security-Policy");
  EXPECT_NE(csp.find("default-src 'self'"), std::string::npos);
  EXPECT_NE(csp.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(csp.find("unsafe"), std::string::npos);
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_FALSE(header(response, "Referrer-Policy").empty());
}

TEST(StaticFiles, OtherMethodsAreNotAllowed) {
  auto request = get("/");
  request.method = "POST";
  EXPECT_EQ(files().answer(request).status, 405);
  EXPECT_EQ(header(files().answer(request), "Allow"), "GET, HEAD");
}

TEST(StaticFiles, WithoutAClientTheBinarySaysSo) {
  const StaticFiles none({});
  const auto response = none.answer(get("/"));
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body->find("without the web client"), std::string::npos);
}

}  // namespace
}  // namespace skat::gateway
