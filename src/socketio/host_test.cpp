#include "socketio/host.hpp"

#include <gtest/gtest.h>

namespace skat::socketio {
namespace {

HostConfig config(std::size_t loops) {
  HostConfig out;
  out.listen = {.address = "127.0.0.1", .port = 0};
  out.loops = loops;
  return out;
}

TEST(Host, SetsUpEveryLoopsServerThenRunsAndStops) {
  std::vector<Server*> servers;
  const auto host = Host::open(config(3), [&](Server& server, base::Executor&) {
    server.of("/");
    servers.push_back(&server);
  });
  ASSERT_TRUE(host);
  EXPECT_EQ(servers.size(), 3U);
  EXPECT_NE((*host)->port(), 0);
  (*host)->start();
  (*host)->stop(std::chrono::milliseconds(1));
  (*host)->stop();
}

TEST(Host, MayGoWithoutHavingRun) {
  const auto host = Host::open(config(2), [](Server& server, base::Executor&) { server.of("/"); });
  ASSERT_TRUE(host);
}

TEST(Host, SaysWhyItCannotListen) {
  auto wrong = config(1);
  wrong.listen.address = "192.0.2.1";  // nobody's
  const auto host = Host::open(wrong, [](Server&, base::Executor&) {});
  ASSERT_FALSE(host);
  EXPECT_FALSE(host.error().message().empty());
}

}  // namespace
}  // namespace skat::socketio
