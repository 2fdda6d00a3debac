#include "gateway/gateway.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "chat/fanout.hpp"

namespace skat::gateway {
namespace {

TEST(Gateway, ItsMailboxesAreAsLargeAsItsConfigSays) {
  base::testing::ManualExecutor loop, core;
  Gateway gateway({.core_requests = 1, .loop_events = 2}, core, {{&loop, nullptr}});
  for (int i = 0; i < 3; ++i) {
    gateway.on_every_loop([](std::size_t) { return [] {}; });
    gateway.fanout().end_user(model::kLobby, model::kAnonymousUser, model::Seq{1}, [] {});  // no loop: home at once
  }
  const auto rows = gateway.mailboxes();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].stats.depth, 1u);
  EXPECT_EQ(rows[0].stats.rejected, 2u);
  EXPECT_EQ(rows[1].stats.depth, 2u);  // what comes on top waits at the outlet
}

}  // namespace
}  // namespace skat::gateway
