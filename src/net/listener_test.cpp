#include "net/listener.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <future>
#include <set>
#include <string>
#include <thread>

#include "net/errc.hpp"
#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"

namespace skat::net {
namespace {

using testing::TestClient;
using testing::TestServer;

Router hello() {
  Router router;
  router.add("GET", "/", [](HttpRequest, Responder responder) {
    const std::string name = responder.loop().name();
    responder.respond(HttpResponse::text(200, name));
  });
  return router;
}

TEST(Listener, ATakenPortIsNoticedThoughLoopsShareTheirs) {
  const auto first = open_listening_sockets({.address = "127.0.0.1", .port = 0}, 2);
  ASSERT_TRUE(first.has_value());
  ASSERT_NE(first->port, 0);
  const auto second = open_listening_sockets({.address = "127.0.0.1", .port = first->port}, 2);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error(), errc::port_taken);
  EXPECT_TRUE(second.error() == condition::retryable);
  EXPECT_NE(second.error().message().find("taken"), std::string::npos);
}

TEST(Listener, APortIsFreeAgainOnceItsSocketsAreClosed) {
  std::uint16_t port = 0;
  {
    const auto opened = open_listening_sockets({.address = "127.0.0.1", .port = 0}, 1);
    ASSERT_TRUE(opened.has_value());
    port = opened->port;
  }
  EXPECT_TRUE(open_listening_sockets({.address = "127.0.0.1", .port = port}, 1).has_value());
}

TEST(Listener, WhatIsNoAddressOfThisMachineIsRefused) {
  for (const std::string address : {"", "example.org", "1.2.3", "192.0.2.1"}) {
    const auto opened = open_listening_sockets({.address = address, .port = 0}, 1);
    ASSERT_TRUE(opened.has_error()) << address;
    EXPECT_EQ(opened.error(), errc::bad_address) << address;
    EXPECT_TRUE(opened.error() == condition::refused);
  }
}

TEST(Listener, EveryLoopGetsItsShareOfConnections) {
  TestServer server(hello(), {}, 2);
  std::set<std::string> loops;
  for (int i = 0; i < 200 && loops.size() < 2; ++i) {
    TestClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto response = client.read_response();
    ASSERT_TRUE(response.starts_with("HTTP/1.1 200 "));
    loops.insert(response.substr(response.size() - 5));
  }
  EXPECT_EQ(loops, (std::set<std::string>{"test0", "test1"}));
}

TEST(Listener, WaitsWhileDescriptorsAreShortAndGoesOnAfterwards) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's own checks open descriptors";
#endif
  TestServer server(hello());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::promise<void> go;
  server.loop().post([gone = go.get_future()]() mutable { gone.wait(); });  // nothing is accepted before the shortage
  TestClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  go.set_value();
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  const auto accepted = server.on_loop([&] { return loop_stats(server.loop()).accepted; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(accepted, 0U);
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 "));
}

TEST(NetConfig, ABadValueIsNamed) {
  EXPECT_FALSE(validate(HttpConfig{}));
  EXPECT_FALSE(validate(ListenConfig{}));
  HttpConfig config;
  config.max_head_bytes = 1'000'000;
  EXPECT_NE(validate(config)->find("max_head_bytes"), std::string::npos);
  config = {};
  config.idle_timeout = std::chrono::milliseconds(0);
  EXPECT_NE(validate(config)->find("idle_timeout"), std::string::npos);
}

}  // namespace
}  // namespace skat::net
