#include "engineio/handshake.hpp"

#include <gtest/gtest.h>

namespace skat::engineio {
namespace {

using enum RequestError;
using Session = std::optional<TransportKind>;
constexpr auto kPolling = TransportKind::polling;
constexpr auto kWebSocket = TransportKind::websocket;

net::HttpRequest request(std::string query, std::string method = "GET", bool upgrade = false) {
  net::HttpRequest out;
  out.method = std::move(method);
  out.path = "/socket.io/";
  out.target = "/socket.io/?" + query;
  out.query = std::move(query);
  out.upgrade_websocket = upgrade;
  return out;
}

std::optional<RequestError> check(const net::HttpRequest& of, Session session = std::nullopt, bool refused = false,
                                  bool malformed = false) {
  RequestFacts facts = read_facts(of, Config{});
  facts.origin_refused = refused;
  facts.origin_malformed = malformed;
  return check_request(facts, session);
}

TEST(Handshake, AcceptsWhatClientsSend) {
  EXPECT_EQ(check(request("EIO=4&transport=polling&t=abc")), std::nullopt);
  EXPECT_EQ(check(request("EIO=4&transport=websocket", "GET", true)), std::nullopt);
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S"), kPolling), std::nullopt);
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S", "POST"), kPolling), std::nullopt);
  EXPECT_EQ(check(request("EIO=4&transport=websocket&sid=S", "GET", true), kPolling), std::nullopt);
}

TEST(Handshake, RefusesAnUnknownTransport) {
  EXPECT_EQ(check(request("EIO=4")), transport_unknown);
  EXPECT_EQ(check(request("EIO=4&transport=abc")), transport_unknown);
  EXPECT_EQ(check(request("EIO=4&transport=__proto__")), transport_unknown);
  EXPECT_EQ(check(request("EIO=4&transport=webtransport")), transport_unknown);
  Config config;
  config.allow_websocket = false;
  EXPECT_FALSE(read_facts(request("EIO=4&transport=websocket"), config).transport);
  config.allow_polling = false;
  EXPECT_FALSE(read_facts(request("EIO=4&transport=polling"), config).transport);
}

TEST(Handshake, RefusesAnUnknownSession) {
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=__proto__")), sid_unknown);
  EXPECT_EQ(check(request("EIO=4&transport=websocket&sid=abc", "GET", true)), sid_unknown);
}

TEST(Handshake, RefusesPollingAfterTheUpgrade) {
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S"), kWebSocket), bad_request);
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S", "POST"), kWebSocket), bad_request);
}

TEST(Handshake, RefusesWebSocketWithoutAnUpgrade) {
  EXPECT_EQ(check(request("EIO=4&transport=websocket")), bad_request);
  EXPECT_EQ(check(request("EIO=4&transport=websocket&sid=S"), kPolling), bad_request);
}

TEST(Handshake, RefusesAnUpgradeThatAsksForPolling) {
  EXPECT_EQ(check(request("EIO=4&transport=polling", "GET", true)), bad_request);
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S", "GET", true), kPolling), bad_request);
}

TEST(Handshake, RefusesAnotherRevision) {
  for (const char* eio : {"", "EIO=3&", "EIO=abc&", "EIO=04&", "EIO=&"}) {
    EXPECT_EQ(check(request(std::string(eio) + "transport=polling")), unsupported_protocol) << eio;
    EXPECT_EQ(check(request(std::string(eio) + "transport=polling&sid=S"), kPolling), bad_request) << eio;
    EXPECT_EQ(check(request(std::string(eio) + "transport=websocket", "GET", true)), unsupported_protocol) << eio;
  }
}

TEST(Handshake, IsMadeByGetOnly) {
  for (const char* method : {"POST", "PUT", "HEAD", "DELETE", "OPTIONS", "get"}) {
    EXPECT_EQ(check(request("EIO=4&transport=polling", method)), bad_handshake_method) << method;
  }
}

TEST(Handshake, AnEmptySidIsNone) {
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=")), std::nullopt);
}

TEST(Handshake, TheLastOfARepeatedNameWins) {
  EXPECT_EQ(check(request("EIO=3&transport=abc&EIO=4&transport=polling")), std::nullopt);
  EXPECT_EQ(check(request("EIO=4&transport=polling&transport=abc")), transport_unknown);
}

TEST(Handshake, ChecksRunInTheOrderOfTheSpecification) {
  // Every request here fails several checks; the first of them answers.
  EXPECT_EQ(check(request("transport=abc&sid=S", "POST"), std::nullopt, true, true), transport_unknown);
  EXPECT_EQ(check(request("transport=polling&sid=S", "POST"), std::nullopt, true, true), bad_request);
  EXPECT_EQ(check(request("transport=polling&sid=S", "PUT"), std::nullopt, true), sid_unknown);
  EXPECT_EQ(check(request("transport=polling&sid=S"), kPolling, true), bad_request);
  EXPECT_EQ(check(request("EIO=4&transport=polling&sid=S"), kPolling, true), forbidden);
  EXPECT_EQ(check(request("transport=websocket", "POST"), std::nullopt, true), bad_handshake_method);
  EXPECT_EQ(check(request("transport=websocket"), std::nullopt, true), bad_request);
  EXPECT_EQ(check(request("transport=polling"), std::nullopt, true), forbidden);
}

TEST(Handshake, ErrorsOverHttpAreJsonAndOnlyForbiddenIs403) {
  struct Case {
    RequestError error;
    int status;
    const char* body;
  };
  for (const Case& c : {Case{transport_unknown, 400, R"({"code":0,"message":"Transport unknown"})"},
                        Case{sid_unknown, 400, R"({"code":1,"message":"Session ID unknown"})"},
                        Case{bad_handshake_method, 400, R"({"code":2,"message":"Bad handshake method"})"},
                        Case{bad_request, 400, R"({"code":3,"message":"Bad request"})"},
                        Case{forbidden, 403, R"({"code":4,"message":"Forbidden"})"},
                        Case{unsupported_protocol, 400, R"({"code":5,"message":"Unsupported protocol version"})"}}) {
    const auto response = error_response(c.error, false);
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(*response.body, c.body);
    EXPECT_EQ(response.headers.at(0).value, "application/json");
    EXPECT_FALSE(response.close);
  }
}

TEST(Handshake, ErrorsOfAnUpgradeAreAlways400WithTheBareMessage) {
  const auto response = error_response(forbidden, true);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(*response.body, "Forbidden");
  EXPECT_EQ(response.headers.at(0).value, "text/html");
  EXPECT_TRUE(response.close);
}

TEST(Handshake, OpenPacketHasExactlyFiveKeys) {
  EXPECT_EQ(open_json("abc", kPolling, Config{}),
            R"({"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  EXPECT_EQ(open_json("abc", kWebSocket, Config{}),
            R"({"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  Config config;
  config.allow_upgrades = false;
  EXPECT_NE(open_json("abc", kPolling, config).find(R"("upgrades":[])"), std::string::npos);
}

}  // namespace
}  // namespace skat::engineio
