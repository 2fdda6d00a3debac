#include "net/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "net/errc.hpp"
#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/testing/test_server.hpp"
#include "net/testing/tls.hpp"
#include "net/websocket_connection.hpp"

namespace skat::net {
namespace {

using namespace std::chrono_literals;
using testing::client_frame;
using testing::TestCertificate;
using testing::TestClient;
using testing::TestServer;
using testing::TlsClient;
using testing::upgrade_request;

std::string binary_frame(std::size_t bytes) {
  return encode_frame_header(2, bytes) + std::string(bytes, 'b');
}

// Echoes; "N" in text is answered by N binary messages of 100,000 bytes.
class Echo final : public WebSocketListener {
 public:
  void on_text(std::string_view text) override {
    const auto frame = base::share(binary_frame(100'000));
    for (int i = std::stoi(std::string(text)); i > 0; --i) connection->send(frame);
  }
  void on_binary(std::string_view bytes) override {
    connection->send(base::share(encode_frame_header(2, bytes.size()) + std::string(bytes)));
  }
  void on_closed(std::uint16_t, bool) override { connection.reset(); }
  void on_overflow() override { connection->abort(); }

  std::unique_ptr<WebSocketConnection> connection;
};

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override {
    server_->stop();
    echo_.connection.reset();
    server_.reset();
  }

  void start(const HttpConfig& config) {
    Router router;
    router.add("GET", "/hello", [](HttpRequest request, Responder responder) {
      responder.respond(HttpResponse::text(200, request.secure ? "secure" : "in the clear"));
    });
    router.add("POST", "/echo",
               [](HttpRequest request, Responder responder) {
                 responder.respond(HttpResponse::text(200, std::move(request.body)));
               },
               {.max_body_bytes = 8'000'000});
    router.add("GET", "/ws", [this](HttpRequest, Responder responder) {
      echo_.connection = accept_websocket(responder.release(), {}, config_, echo_);
    });
    router.add("GET", "/moved", [this](HttpRequest, Responder responder) {
      Loop& to = &responder.loop() == &server_->loop(0) ? server_->loop(1) : server_->loop(0);
      move_exchange(responder.release(), to, [this](std::shared_ptr<HttpExchange> exchange) {
        echo_.connection = accept_websocket(std::move(exchange), {}, config_, echo_);
      });
    });
    server_.emplace(std::move(router), config, 2, certificate_.config());
  }

  void open_websocket(TlsClient& client, std::string_view target = "/ws") {
    ASSERT_TRUE(client.send(upgrade_request(target)));
    ASSERT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  }
  std::uint64_t failures() {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      sum += server_->on_loop([this, i] { return loop_stats(server_->loop(i)).tls_failures; }, i);
    }
    return sum;
  }

  TestCertificate certificate_;
  WebSocketConfig config_{.max_message_bytes = 8'000'000, .max_queue_bytes = 64'000'000};
  Echo echo_;
  std::optional<TestServer> server_;
};

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(TlsTest, ServesRequestsOneAfterTheOtherAndPipelined) {
  TlsClient client(server_->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "http/1.1");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send(kHello));
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(client.read_bytes(6), "secure");
  }
  std::string many;
  for (int i = 0; i < 40; ++i) many += kHello;
  ASSERT_TRUE(client.send(many));
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(client.read_until("secure").ends_with("secure"));
}

TEST_F(TlsTest, CarriesLargeBodiesBothWays) {
  TlsClient client(server_->port());
  const std::string body(5'000'000, 'x');
  ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n"));
  ASSERT_TRUE(client.send(body));
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(client.read_bytes(body.size()), body);
}

TEST_F(TlsTest, TheLastAnswerIsFollowedByAFarewell) {
  TlsClient client(server_->port());
  ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(client.sees_farewell());
}

TEST_F(TlsTest, WebSocketMessagesOfEverySizeComeBack) {
  TlsClient client(server_->port());
  open_websocket(client);
  for (const std::size_t bytes : {0, 1, 125, 126, 16'383, 16'384, 16'385, 65'536, 4'000'000}) {
    ASSERT_TRUE(client.send(client_frame(0x82, std::string(bytes, 'b'))));
    const auto expected = binary_frame(bytes);
    EXPECT_EQ(client.read_bytes(expected.size()), expected) << bytes;
  }
}

TEST_F(TlsTest, AMessageInManySmallRecordsIsOneMessage) {
  TlsClient client(server_->port());
  open_websocket(client);
  const std::string frame = client_frame(0x82, std::string(3'000, 'b'));
  for (std::size_t at = 0; at < frame.size(); at += 7) ASSERT_TRUE(client.send(frame.substr(at, 7)));
  const auto expected = binary_frame(3'000);
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
}

TEST_F(TlsTest, AReaderThatComesLateGetsEverythingInOrder) {
  TlsClient client(server_->port());
  open_websocket(client);
  ASSERT_TRUE(client.send(client_frame(0x81, "200")));
  std::this_thread::sleep_for(200ms);  // until the kernel's buffers are full
  const auto expected = binary_frame(100'000);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.read_bytes(expected.size()), expected) << i;
}

TEST_F(TlsTest, AConnectionMayMoveToAnotherLoop) {
  TlsClient client(server_->port());
  open_websocket(client, "/moved");
  ASSERT_TRUE(client.send(client_frame(0x82, "over there")));
  const std::string expected = encode_frame_header(2, 10) + "over there";
  EXPECT_EQ(client.read_bytes(expected.size()), expected);
}

TEST_F(TlsTest, KeysMayBeRenewedInTheMiddle) {
  TlsClient client(server_->port(), TLS1_3_VERSION);
  open_websocket(client);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.update_keys());
    ASSERT_TRUE(client.send(client_frame(0x82, "again")));
    const std::string expected = encode_frame_header(2, 5) + "again";
    EXPECT_EQ(client.read_bytes(expected.size()), expected);
  }
}

TEST_F(TlsTest, RenegotiationIsRefusedAndTls12Served) {
  TlsClient client(server_->port(), TLS1_2_VERSION);
  ASSERT_TRUE(client.connected());
  ASSERT_TRUE(client.send(kHello));
  EXPECT_TRUE(client.read_until("secure").ends_with("secure"));
  EXPECT_FALSE(client.renegotiate());
}

TEST_F(TlsTest, OlderVersionsAreRefused) {
  EXPECT_FALSE(TlsClient(server_->port(), TLS1_1_VERSION).connected());
  EXPECT_EQ(failures(), 1U);
}

TEST_F(TlsTest, GarbageEndsThatConnectionAlone) {
  TlsClient bystander(server_->port());
  TestClient client(server_->port());
  ASSERT_TRUE(client.send(std::string(200, '\x7f')));
  std::ignore = client.read_to_end();
  EXPECT_EQ(failures(), 1U);
  ASSERT_TRUE(bystander.send(kHello));
  EXPECT_TRUE(bystander.read_until("secure").ends_with("secure"));
}

TEST_F(TlsTest, WhoSpeaksHttpInTheClearIsTold) {
  TestClient client(server_->port());
  ASSERT_TRUE(client.send(kHello));
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nThis port answers to https://\n")) << answer;
}

TEST_F(TlsTest, AHandshakeThatStopsHalfwayEndsWithTheHeadTimeout) {
  TearDown();
  HttpConfig config;
  config.head_timeout = 100ms;
  start(config);
  TestClient silent(server_->port()), half(server_->port());
  ASSERT_TRUE(half.send(std::string("\x16\x03\x01\x02\x00\x01", 6)));  // the head of a ClientHello
  EXPECT_TRUE(silent.sees_end());
  EXPECT_TRUE(half.sees_end());
}

TEST_F(TlsTest, ANewCertificateServesNewConnections) {
  TlsClient before(server_->port());
  certificate_.renew();
  ASSERT_TRUE(server_->server().renew_tls());
  for (std::size_t i = 0; i < 2; ++i) server_->on_loop([] { return 0; }, i);
  TlsClient after(server_->port());
  EXPECT_NE(before.certificate_id(), after.certificate_id());
  ASSERT_TRUE(before.send(kHello));
  EXPECT_TRUE(before.read_until("secure").ends_with("secure"));
}

TEST_F(TlsTest, ABadNewCertificateLeavesTheOldOne) {
  TlsClient before(server_->port());
  std::ofstream(certificate_.config().certificate_file) << "nothing of the kind";
  const auto renewed = server_->server().renew_tls();
  ASSERT_FALSE(renewed);
  EXPECT_EQ(renewed.error(), errc::bad_certificate);
  EXPECT_EQ(TlsClient(server_->port()).certificate_id(), before.certificate_id());
}

TEST(TlsContext, SaysWhatIsWrongWithItsFiles) {
  TestCertificate one, other;
  const auto error_of = [](TlsConfig config) { return TlsContext::load(config).error(); };
  EXPECT_EQ(error_of({one.folder() / "none.pem", one.config().key_file}), errc::bad_certificate);
  EXPECT_EQ(error_of({one.config().key_file, one.config().key_file}), errc::bad_certificate);
  EXPECT_EQ(error_of({one.config().certificate_file, one.folder() / "none.pem"}), errc::bad_key);
  EXPECT_EQ(error_of({one.config().certificate_file, one.config().certificate_file}), errc::bad_key);
  EXPECT_EQ(error_of({one.config().certificate_file, other.config().key_file}), errc::key_mismatch);
}

}  // namespace
}  // namespace skat::net
