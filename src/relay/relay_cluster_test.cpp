// Two nodes with real loops and connections, joined by relays over one bus.
#include <gtest/gtest.h>

#include "engineio/session_forwarder_conformance.hpp"
#include "relay/testing/relay_link.hpp"

namespace skat::relay {
namespace {

using namespace engineio::testing;
using testing::RelayLink;

std::unique_ptr<ClusterLink> make_relay_link() {
  return std::make_unique<RelayLink>();
}
// Every body comes in many pieces.
std::unique_ptr<ClusterLink> make_small_relay_link() {
  return std::make_unique<RelayLink>(Config{.max_piece_bytes = 1'024});
}

INSTANTIATE_TEST_SUITE_P(Bus, EngineCluster,
                         ::testing::Values(ClusterParam(&make_relay_link, 0), ClusterParam(&make_relay_link, 1)));
INSTANTIATE_TEST_SUITE_P(Bus, EngineClusterHeartbeat,
                         ::testing::Values(ClusterParam(&make_relay_link, 0), ClusterParam(&make_relay_link, 1)));

class RelayCluster : public EngineCluster {
 protected:
  RelayLink& relays() { return dynamic_cast<RelayLink&>(*link_); }
};
INSTANTIATE_TEST_SUITE_P(Bus, RelayCluster, ::testing::Values(ClusterParam(&make_small_relay_link, 1)));

TEST_P(RelayCluster, LargeBodiesGoInPiecesBothWays) {
  const std::string sid = open();
  std::string message(900'000, 'x');
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<char>('a' + i % 26);
  EXPECT_EQ(post(other_, sid, "4" + message), "ok");
  EXPECT_EQ(get(other_, sid), "4" + message);
}

TEST_P(RelayCluster, ManyMessagesKeepTheirOrderOverBothNodes) {
  const std::string sid = open();
  std::string got;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(post(i % 2 == 0 ? owner_ : other_, sid, "4" + std::to_string(i)), "ok");
    got += get(i % 3 == 0 ? owner_ : other_, sid) + " ";
  }
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += "4" + std::to_string(i) + " ";
  EXPECT_EQ(got, expected);
}

TEST_P(RelayCluster, ALostBusEndsWhatIsHeldWith503AndClosesTheSession) {
  const std::string sid = open();
  auto held = hold(other_, sid);
  relays().cut(0);
  relays().cut(1);
  EXPECT_EQ(held.read_answer().status, 503);
  EXPECT_TRUE(soon([&] { return owner_.ended == 1; }));
  const std::string another = open();
  EXPECT_EQ(other_.connect().request("GET", other_.polling(another)).status, 503);
  EXPECT_EQ(post(owner_, another, "4here"), "ok") << "requests that land right need no bus";
  relays().join(0);
  relays().join(1);
  EXPECT_TRUE(soon([&] { return get(other_, another) == "4here"; }));
}

TEST_P(RelayCluster, ANodeThatLeavesTakesItsSessionsAlong) {
  const std::string sid = open();
  auto held = hold(other_, sid);
  relays().stop(0);
  EXPECT_EQ(held.read_answer().body, kUnknown);
  EXPECT_EQ(get(other_, sid), kUnknown);
}

TEST_P(RelayCluster, ALinkThatOnlyTheOwnerLostDropsWhatIsHeldOnceItIsBack) {
  const std::string sid = open();
  auto held = hold(other_, sid);
  relays().cut(0);
  EXPECT_TRUE(soon([&] { return owner_.ended == 1; }));
  relays().join(0);
  EXPECT_EQ(held.read_answer().status, 503);
}

}  // namespace
}  // namespace skat::relay
