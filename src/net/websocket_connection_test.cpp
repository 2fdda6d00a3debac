#include "net/websocket_connection.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"
#include "net/websocket_deflate.hpp"

namespace skat::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::client_frame;
using testing::TestClient;
using testing::TestServer;
using testing::upgrade_request;

bool eventually(const std::atomic<int>& value, int wanted) {
  for (int i = 0; i < 500 && value != wanted; ++i) std::this_thread::sleep_for(10ms);
  return value == wanted;
}

base::SharedBytes text_frame(const std::string& text) {
  return base::share(encode_frame_header(1, text.size()) + text);
}
std::string server_text(const std::string& text) {
  return *text_frame(text);
}

// Commands in text messages; anything else is echoed. One WebSocket at a time; touched on its loop only.
class Peer final : public WebSocketListener {
 public:
  void on_text(std::string_view text) override {
    if (text == "burst") {
      for (int i = 0; i < 100; ++i) connection->send(text_frame("burst " + std::to_string(i)));
    } else if (text == "flood") {
      const auto frame = base::share(std::string(64 * 1024, 'f'));
      while (connection && overflows == 0 && sent++ < 10'000) connection->send(frame);
    } else if (text == "fill") {
      const auto frame = text_frame(std::string(60'000, 'f'));
      for (int i = 0; i < 60; ++i) connection->send(frame);
    } else if (text == "close") {
      connection->send(text_frame("before"));
      connection->close(4000, "bye");
      connection->send(text_frame("after"));
    } else if (text == "close and delete") {
      connection->close(0, "");
      connection.reset();
    } else if (text == "abort") {
      connection->abort();
      connection->send(text_frame("after"));
      EXPECT_EQ(closes, 0);  // never from inside a call
    } else if (text == "delete") {
      connection.reset();
    } else {
      connection->send(text_frame("echo " + std::string(text)));
    }
  }
  void on_binary(std::string_view bytes) override {
    connection->send(base::share(encode_frame_header(2, bytes.size()) + std::string(bytes)));
  }
  void on_closed(std::uint16_t code, bool peer_error) override {
    close_code = code;
    close_was_error = peer_error;
    connection.reset();
    ++closes;
  }
  void on_overflow() override {
    ++overflows;
    connection->abort();
  }

  std::unique_ptr<WebSocketConnection> connection;
  WebSocketConfig config;
  int sent = 0;
  std::atomic<int> opens = 0, closes = 0, overflows = 0, close_code = 0;
  std::atomic<bool> close_was_error = false;
};

class WebSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Router router;
    router.add("GET", "/ws", [this](HttpRequest request, Responder responder) {
      if (!request.upgrade_websocket) return responder.respond(HttpResponse::text(400, "no upgrade"));
      peer_.connection =
          accept_websocket(responder.release(), {{"Sec-WebSocket-Protocol", "chat"}}, peer_.config, peer_);
      ++peer_.opens;
    });
    router.add("GET", "/other", [this](HttpRequest, Responder responder) {
      Loop& to = &responder.loop() == &server_->loop(0) ? server_->loop(1) : server_->loop(0);
      move_exchange(responder.release(), to, [this, &to](std::shared_ptr<HttpExchange> exchange) {
        EXPECT_TRUE(to.in_this_thread());
        peer_.connection = accept_websocket(std::move(exchange), {}, peer_.config, peer_);
        ++peer_.opens;
      });
    });
    server_.emplace(std::move(router), HttpConfig{}, 2);
  }
  void TearDown() override {
    server_->stop();
    peer_.connection.reset();
    server_.reset();
  }

  TestClient connect(const std::string& early = "", int receive_buffer_bytes = 0) {
    TestClient client(server_->port(), receive_buffer_bytes);
    client.send(upgrade_request("/ws") + early);
    const auto response = client.read_until("\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 101 ")) << response;
    EXPECT_NE(response.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
    EXPECT_NE(response.find("Sec-WebSocket-Protocol: chat\r\n"), std::string::npos);
    return client;
  }
  LoopStats stats() {
    LoopStats sum;
    for (std::size_t i = 0; i < 2; ++i) {
      const LoopStats one = server_->on_loop([&] { return loop_stats(server_->loop(i)); }, i);
      sum.writes += one.writes;
      sum.frames_out += one.frames_out;
      sum.connections += one.connections;
    }
    return sum;
  }

  Peer peer_;
  std::optional<TestServer> server_;
};

TEST_F(WebSocketTest, EchoesTextAndBinary) {
  TestClient client = connect();
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65'535UL, 65'536UL, 900'000UL}) {
    const std::string text(size, 't');
    client.send(client_frame(0x81, text));
    const auto expected = server_text("echo " + text);
    EXPECT_TRUE(client.read_bytes(expected.size()) == expected) << size;
  }
  client.send(client_frame(0x82, "\x00\xff"s));
  EXPECT_EQ(client.read_bytes(4), "\x82\x02\x00\xff"s);
}

TEST_F(WebSocketTest, ReadsFragmentsWithAPingInBetween) {
  TestClient client = connect();
  client.send(client_frame(0x01, "in "));
  client.send(client_frame(0x89, "?"));
  EXPECT_EQ(client.read_bytes(3), "\x8a\x01?");
  client.send(client_frame(0x80, "parts"));
  const auto expected = server_text("echo in parts");
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
}

TEST_F(WebSocketTest, ReadsWhatCameTogetherWithTheHandshake) {
  TestClient client = connect(client_frame(0x81, "early") + client_frame(0x81, "bird"));
  const auto expected = server_text("echo early") + server_text("echo bird");
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
}

TEST_F(WebSocketTest, WhatIsSentInOneTurnLeavesInOneWrite) {
  TestClient client = connect();
  const LoopStats before = stats();
  client.send(client_frame(0x81, "burst"));
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += server_text("burst " + std::to_string(i));
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
  const LoopStats after = stats();
  EXPECT_EQ(after.frames_out - before.frames_out, 100U);
  EXPECT_EQ(after.writes - before.writes, 1U);
}

TEST_F(WebSocketTest, SendsFromATimerOrATaskLeaveToo) {
  TestClient client = connect();
  ASSERT_TRUE(eventually(peer_.opens, 1));
  for (std::size_t i = 0; i < 2; ++i) {  // on the one of the loops that has it
    server_->on_loop(
        [&] {
          if (loop_stats(server_->loop(i)).websockets == 0) return 0;
          (void)server_->loop(i).after(5ms, [&] { peer_.connection->send(text_frame("timer")); });
          peer_.connection->send(text_frame("task"));
          return 1;
        },
        i);
  }
  const auto expected = server_text("task") + server_text("timer");
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
}

TEST_F(WebSocketTest, AQueueThatFitsReachesASlowReaderWhole) {
  TestClient client = connect("", 4'096);
  client.send(client_frame(0x81, "fill"));
  std::this_thread::sleep_for(50ms);
  const auto frame = server_text(std::string(60'000, 'f'));
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(client.read_bytes(frame.size()) == frame);
  EXPECT_EQ(peer_.overflows, 0);
}

TEST_F(WebSocketTest, ASlowReaderOverflowsOnce) {
  TestClient client = connect("", 4'096);
  client.send(client_frame(0x81, "flood"));
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.overflows, 1);
  EXPECT_EQ(peer_.close_code, 1006);
  EXPECT_EQ(stats().connections, 0U);
}

TEST_F(WebSocketTest, FramesThatASlowReaderLeavesOverflowToo) {
  peer_.config = {.max_queue_bytes = std::size_t{1} << 40, .max_queue_frames = 8};
  TestClient client = connect("", 4'096);
  client.send(client_frame(0x81, "flood"));
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.overflows, 1);
  EXPECT_EQ(peer_.close_code, 1006);
}

TEST_F(WebSocketTest, ThePeersCloseIsEchoed) {
  TestClient client = connect();
  client.send(client_frame(0x88, "\x0f\xa1why"));
  EXPECT_EQ(client.read_to_end(), "\x88\x02\x0f\xa1");
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.close_code, 4001);
  EXPECT_FALSE(peer_.close_was_error);
}

TEST_F(WebSocketTest, ACloseWithoutACodeIsEchoedWithoutOne) {
  TestClient client = connect();
  client.send(client_frame(0x88, ""));
  EXPECT_EQ(client.read_to_end(), "\x88\x00"s);
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.close_code, 1005);
}

TEST_F(WebSocketTest, WhatIsQueuedLeavesBeforeTheOwnClose) {
  TestClient client = connect();
  client.send(client_frame(0x81, "close"));
  const auto expected = server_text("before") + "\x88\x05\x0f\xa0"s + "bye";
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
  EXPECT_EQ(peer_.closes, 0);  // the peer has not answered
  client.send(client_frame(0x81, "still talking") + client_frame(0x88, "\x0f\xa0"s));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.close_code, 4000);
  EXPECT_FALSE(peer_.close_was_error);
}

TEST_F(WebSocketTest, ACloseGoesOnWhenItsOwnerHasGone) {
  TestClient client = connect();
  client.send(client_frame(0x81, "close and delete"));
  EXPECT_EQ(client.read_bytes(2), "\x88\x00"s);
  client.send(client_frame(0x88, ""));
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(peer_.closes, 0);
  EXPECT_EQ(stats().connections, 0U);
}

TEST_F(WebSocketTest, ACloseThatIsNeverAnsweredEndsWithTheLoop) {
  TestClient client = connect();
  client.send(client_frame(0x81, "close and delete"));
  EXPECT_EQ(client.read_bytes(2), "\x88\x00"s);
  server_->stop();
  server_.reset();  // a leak of the connection would be reported here
  EXPECT_TRUE(client.sees_end());
  SetUp();
}

TEST_F(WebSocketTest, AbortClosesTcpAtOnceAndTellsLaterInTheTurn) {
  TestClient client = connect();
  client.send(client_frame(0x81, "abort"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.close_code, 1006);
}

TEST_F(WebSocketTest, ItsOwnerMayDeleteItInsideACall) {
  TestClient client = connect();
  client.send(client_frame(0x81, "delete") + client_frame(0x81, "never read"));
  EXPECT_TRUE(client.sees_end());
  EXPECT_EQ(peer_.closes, 0);
}

TEST_F(WebSocketTest, APeerThatVanishesIs1006) {
  {
    TestClient client = connect();
    client.send(client_frame(0x01, "half a mess"));
  }
  EXPECT_TRUE(eventually(peer_.closes, 1));
  EXPECT_EQ(peer_.close_code, 1006);
  EXPECT_FALSE(peer_.close_was_error);
}

TEST_F(WebSocketTest, ABrokenFrameIsAnsweredWithItsCode) {
  peer_.config = {.max_message_bytes = 1'000, .max_fragments = 2};
  const struct {
    std::string bytes;
    int code;
  } cases[] = {
      {"\x81\x02hi", 1002},
      {client_frame(0xc1, "compressed"), 1002},
      {client_frame(0x81, "\xff"), 1007},
      {client_frame(0x82, std::string(1'001, 'x')), 1009},
      {client_frame(0x02, "") + client_frame(0x00, "") + client_frame(0x00, ""), 1008},
  };
  int closes = 0;
  for (const auto& [bytes, code] : cases) {
    TestClient client = connect();
    client.send(bytes + std::string(50'000, 'x'));
    const std::string close{'\x88', '\x02', static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(client.read_to_end(), close);
    EXPECT_TRUE(eventually(peer_.closes, ++closes));
    EXPECT_EQ(peer_.close_code, code);
    EXPECT_TRUE(peer_.close_was_error);
  }
}

TEST_F(WebSocketTest, PingsOfAPeerThatDoesNotReadAreNotHoarded) {
  TestClient client = connect("", 4'096);
  client.send(client_frame(0x81, "fill"));
  std::this_thread::sleep_for(20ms);
  std::string pings;
  for (int i = 0; i < 1'000; ++i) pings += client_frame(0x89, "p");
  client.send(pings + client_frame(0x81, "end"));
  std::size_t pongs = 0;
  const auto frame = server_text(std::string(60'000, 'f'));
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(client.read_bytes(frame.size()) == frame);
  const auto rest = client.read_until("echo end");
  for (auto at = rest.find("\x8a\x01p"); at != std::string::npos; at = rest.find("\x8a\x01p", at + 3)) ++pongs;
  EXPECT_LE(pongs, 16U);
}

// ---- permessage-deflate

// Many clients of one loop; each message of one goes to all.
class DeflateTest : public ::testing::Test {
 protected:
  class Member final : public WebSocketListener {
   public:
    explicit Member(DeflateTest& test) : test_(test) {}
    void on_text(std::string_view text) override {
      const auto frame = text_frame(std::string(text));
      test_.newest_ = frame;
      for (const auto& member : test_.members_) {
        if (member->connection) member->connection->send(frame);
      }
    }
    void on_binary(std::string_view) override {}
    void on_closed(std::uint16_t, bool) override { connection.reset(); }
    void on_overflow() override { connection->abort(); }
    std::unique_ptr<WebSocketConnection> connection;

   private:
    DeflateTest& test_;
  };

  void serve(const WebSocketConfig& config) {
    Router router;
    router.add("GET", "/ws", [this, config](HttpRequest, Responder responder) {
      auto& member = members_.emplace_back(std::make_unique<Member>(*this));
      member->connection = accept_websocket(responder.release(), {}, config, *member);
    });
    server_.emplace(std::move(router));
  }
  void TearDown() override {
    server_->stop();
    members_.clear();
    server_.reset();
  }
  // `extensions`: "" to offer none.
  TestClient connect(const std::string& extensions, const std::string& answer) {
    TestClient client(server_->port());
    client.send(upgrade_request("/ws", extensions.empty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n"));
    const auto response = client.read_until("\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 101 ")) << response;
    const auto line = answer.empty() ? "Sec-WebSocket-Extensions" : "\r\nSec-WebSocket-Extensions: " + answer + "\r\n";
    EXPECT_EQ(response.find(line) != std::string::npos, !answer.empty()) << response;
    return client;
  }
  std::uint64_t deflated() {
    return server_->on_loop([this] { return loop_stats(server_->loop()).deflated; });
  }
  // The message of the next frame, which is compressed.
  std::string read_compressed(TestClient& client) {
    const std::string head = client.read_bytes(2);
    EXPECT_EQ(head.substr(0, 1), "\xc1");
    const auto payload = client.read_bytes(head.size() < 2 ? 0 : static_cast<unsigned char>(head[1]));
    const auto result = inflater_.inflate(payload, MessageInflater::Content::text, 1'000'000);
    EXPECT_EQ(result.status, MessageInflater::Status::whole);
    return std::string(result.message);
  }
  static std::string client_compressed(const std::string& text) {
    return client_frame(0xc1, MessageDeflater().deflate(text, 15).value());
  }

  static constexpr const char* kOffer = "permessage-deflate; client_max_window_bits";
  static constexpr const char* kAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  std::vector<std::unique_ptr<Member>> members_;
  std::weak_ptr<const base::Bytes> newest_;  // loop only
  std::optional<TestServer> server_;
  MessageInflater inflater_;
};

TEST_F(DeflateTest, IsOffUnlessItIsTurnedOn) {
  serve({});
  TestClient client = connect(kOffer, "");
  client.send(client_frame(0xc1, "compressed"));
  EXPECT_EQ(client.read_to_end(), "\x88\x02\x03\xea");
}

TEST_F(DeflateTest, ABroadcastIsCompressedOnceForAllWhoAgreedOnIt) {
  serve({.deflate = Deflate::on});
  std::vector<TestClient> with;
  for (int i = 0; i < 5; ++i) with.push_back(connect(kOffer, kAnswer));
  TestClient narrow =
      connect("permessage-deflate; server_max_window_bits=9", std::string(kAnswer) + "; server_max_window_bits=9");
  TestClient without = connect("", "");
  TestClient declined = connect("permessage-deflate; server_max_window_bits=8, x-other", "");

  const std::string text(5'000, 'x');
  with.front().send(client_compressed(text));
  for (auto& client : with) EXPECT_EQ(read_compressed(client), text);
  EXPECT_EQ(read_compressed(narrow), text);
  for (auto* client : {&without, &declined}) EXPECT_EQ(client->read_bytes(5'004), server_text(text));
  EXPECT_EQ(deflated(), 2U) << "once for each window";
  EXPECT_TRUE(server_->on_loop([this] { return newest_.expired(); })) << "nothing is kept for the next turn";
}

TEST_F(DeflateTest, OffersMayComeInSeveralHeaders) {
  serve({.deflate = Deflate::on});
  (void)connect("x-other\r\nSec-WebSocket-Extensions: permessage-deflate", kAnswer);
}

TEST_F(DeflateTest, SmallMessagesLeaveAsTheyAre) {
  serve({.deflate = Deflate::on, .min_deflate_bytes = 100});
  TestClient client = connect(kOffer, kAnswer);
  client.send(client_frame(0x81, std::string(99, 'x')));
  EXPECT_EQ(client.read_bytes(2 + 99), server_text(std::string(99, 'x')));
  client.send(client_frame(0x81, std::string(100, 'x')));
  EXPECT_EQ(read_compressed(client), std::string(100, 'x'));
}

TEST_F(DeflateTest, AMessageThatGrowsPastTheLimitIsRefused) {
  serve({.max_message_bytes = 2'000, .deflate = Deflate::on});
  TestClient fits = connect(kOffer, kAnswer);
  fits.send(client_compressed(std::string(2'000, 'x')));
  EXPECT_EQ(read_compressed(fits), std::string(2'000, 'x'));
  fits.send(client_compressed(std::string(2'001, 'x')));
  EXPECT_EQ(fits.read_to_end(), "\x88\x02\x03\xf1");
}

TEST_F(WebSocketTest, AConnectionMayMoveToAnotherLoopWithWhatItHasSent) {
  TestClient client(server_->port());
  client.send(upgrade_request("/other") + client_frame(0x81, "moved"));
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  const auto expected = server_text("echo moved");
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
  client.send(client_frame(0x81, "again"));
  const auto again = server_text("echo again");
  EXPECT_EQ(client.read_bytes(again.size()), again);
}

TEST_F(WebSocketTest, ARequestThatIsNoUpgradeIsAnsweredAsHttp) {
  TestClient client(server_->port());
  client.send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace skat::net
