// Two nodes in one process that speak over mailboxes, and a node alone.
#include <gtest/gtest.h>

#include "engineio/session_forwarder_conformance.hpp"
#include "engineio/testing/node_link.hpp"

namespace skat::engineio {
namespace {

using namespace testing;

std::unique_ptr<ClusterLink> make_node_link() {
  return std::make_unique<NodeLink>();
}

INSTANTIATE_TEST_SUITE_P(Mailboxes, EngineCluster,
                         ::testing::Values(ClusterParam(&make_node_link, 0), ClusterParam(&make_node_link, 1)));
INSTANTIATE_TEST_SUITE_P(Mailboxes, EngineClusterHeartbeat,
                         ::testing::Values(ClusterParam(&make_node_link, 0), ClusterParam(&make_node_link, 1)));

TEST(EngineNode, ANewTagIsForTheSidsFromThenOn) {
  Config config;
  config.node = NodeTag{1};
  EchoServer server{config};
  const std::string before = server.open_polling();
  EXPECT_EQ(owner_of(before)->node, NodeTag{1});
  for (std::size_t loop = 0; loop < 2; ++loop) {
    server.on_loop(loop, [&, loop] { server.engine(loop).set_node(NodeTag{2}); });
  }
  const std::string after = server.open_polling();
  EXPECT_EQ(owner_of(after)->node, NodeTag{2});
  EXPECT_EQ(server.connect().request("POST", server.polling(after), "4hello").body, "ok");
}

// Without a forwarder, as a node alone.
TEST(EngineAlone, SidsOfOtherNodesAreUnknown) {
  EchoServer server{Config{}};
  const Sid sid = make_sid({NodeTag{2}, 0});
  EXPECT_EQ(server.connect().request("GET", server.polling(sid.text())).body, kUnknown);
  EXPECT_EQ(server.connect().upgrade(server.websocket(sid.text())).body, "Session ID unknown");
}

}  // namespace
}  // namespace skat::engineio
