// permessage-deflate of WebSocket sessions over loopback, from the handshake on.
#include <gtest/gtest.h>

#include <string>

#include "engineio/testing/echo_server.hpp"
#include "net/websocket_deflate.hpp"

namespace skat::engineio {
namespace {

using testing::EchoServer;
using testing::LoopbackClient;

constexpr std::string_view kOffer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
constexpr std::string_view kAnswer =
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover";
constexpr std::uint8_t kCompressedText = 0x41;

Config with_deflate() {
  Config config;
  config.max_payload_bytes = 10'000;
  config.per_message_deflate.enabled = true;
  return config;
}

std::string deflated(std::string_view text) {
  return net::MessageDeflater().deflate(text, 15).value();
}
// Of a frame that LoopbackClient has read.
std::string inflated(std::string_view frame) {
  net::MessageInflater inflater;
  return std::string(inflater.inflate(frame.substr(1), net::MessageInflater::Content::text, 1'000'000).message);
}

TEST(EngineDeflate, IsNotAnsweredByDefault) {
  EchoServer server{Config{}};
  auto client = server.connect();
  const auto answer = client.upgrade(server.websocket(), kOffer);
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.head.find("Sec-WebSocket-Extensions"), std::string::npos);
  EXPECT_EQ(client.read_frame()->substr(0, 2), "10");
  client.send_frame("4" + std::string(5'000, 'x'));
  EXPECT_EQ(client.read_frame(), "14" + std::string(5'000, 'x'));
}

TEST(EngineDeflate, MessagesGoCompressedBothWays) {
  EchoServer server(with_deflate());
  auto client = server.connect();
  const auto answer = client.upgrade(server.websocket(), kOffer);
  EXPECT_EQ(answer.status, 101);
  EXPECT_TRUE(answer.has_header(kAnswer)) << answer.head;
  EXPECT_EQ(client.read_frame()->substr(0, 2), "10") << "the open packet is too small";

  const std::string large = "4" + std::string(5'000, 'x');
  client.send_frame(deflated(large), kCompressedText);
  const auto echo = client.read_frame();
  ASSERT_TRUE(echo && echo->front() == 'A');
  EXPECT_LT(echo->size(), 100u);
  EXPECT_EQ(inflated(*echo), large);
  client.send_frame("4small");
  EXPECT_EQ(client.read_frame(), "14small");
}

TEST(EngineDeflate, TheThresholdIsAChoice) {
  Config config = with_deflate();
  config.per_message_deflate.threshold_bytes = 50;
  EchoServer server(config);
  auto client = server.connect();
  EXPECT_EQ(client.upgrade(server.websocket(), kOffer).status, 101);
  (void)client.read_frame();
  client.send_frame("4" + std::string(48, 'x'));
  EXPECT_EQ(client.read_frame()->front(), '1');
  client.send_frame("4" + std::string(49, 'x'));
  EXPECT_EQ(inflated(client.read_frame().value()), "4" + std::string(49, 'x'));
}

TEST(EngineDeflate, AnUpgradedSessionHasItToo) {
  EchoServer server(with_deflate());
  const std::string sid = server.open_polling();
  auto client = server.connect();
  EXPECT_TRUE(client.upgrade(server.websocket(sid), kOffer).has_header(kAnswer));
  client.send_frame("2probe");
  EXPECT_EQ(client.read_frame(), "13probe");
  client.send_frame("5");
  client.send_frame("4" + std::string(2'000, 'x'));
  EXPECT_EQ(inflated(client.read_frame().value()), "4" + std::string(2'000, 'x'));
}

TEST(EngineDeflate, ThePayloadLimitIsThatOfTheInflatedMessage) {
  EchoServer server(with_deflate());
  auto client = server.connect();
  EXPECT_EQ(client.upgrade(server.websocket(), kOffer).status, 101);
  (void)client.read_frame();
  client.send_frame(deflated("4" + std::string(9'999, 'x')), kCompressedText);
  EXPECT_EQ(inflated(client.read_frame().value()), "4" + std::string(9'999, 'x'));
  client.send_frame(deflated("4" + std::string(10'000, 'x')), kCompressedText);
  EXPECT_EQ(client.read_frame(), "8\x03\xf1");
}

}  // namespace
}  // namespace skat::engineio
