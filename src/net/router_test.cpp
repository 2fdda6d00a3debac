#include "net/router.hpp"

#include <gtest/gtest.h>

namespace skat::net {
namespace {

HttpHandler nothing() {
  return [](HttpRequest, Responder) {};
}

Router example() {
  Router router;
  router.add("GET", "/healthz", nothing());
  router.add("POST", "/api/v1/rooms", nothing(), {.max_body_bytes = 10});
  router.add("GET", "/api/v1/rooms", nothing());
  router.add_prefix("*", "/socket.io/", nothing());
  router.add_prefix("GET", "/api/", nothing());
  router.add_prefix("GET", "/api/v1/rooms/", nothing());
  return router;
}

std::string path_of(const Router::Match& match) {
  return match.route == nullptr ? "" : match.route->path;
}

TEST(Router, AnExactPathGoesBeforeAPrefixAndALongPrefixBeforeAShortOne) {
  const Router router = example();
  EXPECT_EQ(path_of(router.match("GET", "/api/v1/rooms")), "/api/v1/rooms");
  EXPECT_EQ(path_of(router.match("GET", "/api/v1/rooms/7")), "/api/v1/rooms/");
  EXPECT_EQ(path_of(router.match("GET", "/api/v1/other")), "/api/");
  EXPECT_EQ(path_of(router.match("DELETE", "/socket.io/")), "/socket.io/");
}

TEST(Router, TheMethodChoosesAmongRoutesOfOnePath) {
  const Router router = example();
  EXPECT_EQ(router.match("POST", "/api/v1/rooms").route->options.max_body_bytes, 10U);
  EXPECT_EQ(router.match("GET", "/api/v1/rooms").route->options.max_body_bytes, 1'000'000U);
}

TEST(Router, GetAnswersHead) {
  const Router router = example();
  EXPECT_EQ(path_of(router.match("HEAD", "/healthz")), "/healthz");
}

TEST(Router, AKnownPathWithAnotherMethodIs405WithWhatIsAllowed) {
  const Router router = example();
  const auto match = router.match("DELETE", "/api/v1/rooms");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.status, 405);
  EXPECT_EQ(match.allow, "POST, GET, HEAD");
  EXPECT_EQ(router.match("POST", "/api/x").status, 405);
}

TEST(Router, AnUnknownPathIs404UnlessThereIsAFallback) {
  Router router = example();
  EXPECT_EQ(router.match("GET", "/nowhere").route, nullptr);
  EXPECT_EQ(router.match("GET", "/nowhere").status, 404);
  EXPECT_EQ(router.match("GET", "/socket.io").route, nullptr);
  router.set_fallback(nothing());
  EXPECT_NE(router.match("GET", "/nowhere").route, nullptr);
  EXPECT_EQ(router.match("DELETE", "/healthz").status, 405);
}

}  // namespace
}  // namespace skat::net
