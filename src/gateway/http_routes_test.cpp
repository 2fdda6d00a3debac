#include "gateway/http_routes.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "gateway/metrics.hpp"

namespace skat::gateway {
namespace {

class HttpRoutes : public testing::Test {
 protected:
  base::testing::ManualExecutor executor;
  Gateway gateway{Config{}, executor, {{&executor, nullptr}, {&executor, nullptr}}};
};

TEST_F(HttpRoutes, IsReadyOnlyWhileRequestsAreTaken) {
  EXPECT_EQ(answer_readiness(gateway).status, 503);
  gateway.readiness().set_ready();
  EXPECT_EQ(answer_readiness(gateway).status, 200);
  gateway.readiness().set_waiting("draining");
  EXPECT_EQ(answer_readiness(gateway).status, 503);
}

TEST_F(HttpRoutes, SaysWhyItIsNotReady) {
  gateway.readiness().set_waiting("waiting for Kafka");
  EXPECT_EQ(*answer_readiness(gateway).body, "not ready: waiting for Kafka\n");
}

TEST_F(HttpRoutes, KnowsItsPathsAndLeavesTheRestToTheWebClient) {
  net::Router router;
  add_http_routes(router, gateway, "1.2.3", {});
  for (const char* path : {"/healthz", "/livez", "/readyz", "/metrics"}) {
    const auto match = router.match("GET", path);
    ASSERT_NE(match.route, nullptr) << path;
    EXPECT_EQ(match.route->path, path);
    EXPECT_EQ(router.match("POST", path).status, 405) << path;
  }
  EXPECT_NE(router.match("GET", "/rooms/1").route, nullptr);
}

TEST_F(HttpRoutes, MetricsAreSummedOverTheLoops) {
  gateway.numbers(0).opened.add(3);
  gateway.numbers(1).opened.add(4);
  gateway.numbers(1).requests[0].add();
  const auto text = render_metrics(gateway, "1.2.3");
  EXPECT_NE(text.find("skat_build_info{version=\"1.2.3\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("# TYPE skat_connections_opened_total counter"), std::string::npos);
  EXPECT_NE(text.find("\nskat_connections_opened_total 7"), std::string::npos);
  EXPECT_NE(text.find("skat_requests_total{event=\"message.send\"} 1"), std::string::npos);
  EXPECT_NE(text.find("skat_mailbox_depth{mailbox=\"loop-1.events\"} 0"), std::string::npos);
}

}  // namespace
}  // namespace skat::gateway
