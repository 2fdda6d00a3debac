#include "engineio/handshake_info.hpp"

#include <gtest/gtest.h>

namespace skat::engineio {
namespace {

net::HttpRequest request() {
  net::HttpRequest out;
  out.method = "GET";
  out.query = "EIO=4&transport=polling&t=x&b64=1&j=0&token=a%20b&room=one+two";
  out.target = "/socket.io/?" + out.query;
  out.headers = {{"Host", "chat.example"}, {"Connection", "keep-alive"},    {"Cookie", "a=b; c=d:e"},
                 {"Accept", "*/*"},        {"Sec-WebSocket-Key", "secret"}, {"authorization", "Bearer x"}};
  out.remote_address = "192.0.2.1";
  out.secure = true;
  return out;
}

TEST(HandshakeInfo, KeepsWhatTellsOfTheUser) {
  const auto info = HandshakeInfo::of(request());
  EXPECT_EQ(info.url(), "/socket.io/?EIO=4&transport=polling&t=x&b64=1&j=0&token=a%20b&room=one+two");
  EXPECT_EQ(info.address, "192.0.2.1");
  EXPECT_TRUE(info.secure);
  const auto headers = info.headers();
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].name, "Host");
  EXPECT_EQ(headers[1].name, "Cookie");
  EXPECT_EQ(headers[1].value, "a=b; c=d:e");
  EXPECT_EQ(headers[2].name, "authorization");
}

TEST(HandshakeInfo, FindsAHeaderWithAnyCase) {
  const auto info = HandshakeInfo::of(request());
  EXPECT_EQ(info.header("Authorization"), "Bearer x");
  EXPECT_EQ(info.header("COOKIE"), "a=b; c=d:e");
  EXPECT_EQ(info.header("Accept"), "");
  EXPECT_EQ(info.header("Absent"), "");
}

TEST(HandshakeInfo, TheQueryIsTheApplicationsPartOnly) {
  using Query = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(HandshakeInfo::of(request()).query(), (Query{{"token", "a b"}, {"room", "one two"}}));
  net::HttpRequest bare;
  bare.target = "/socket.io/";
  EXPECT_TRUE(HandshakeInfo::of(std::move(bare)).query().empty());
}

TEST(HandshakeInfo, WhatCouldBeReadBackAsAnotherHeaderIsLeftOut) {
  auto bad = request();
  bad.headers = {{"X-A", "1\nAdmin:yes"}, {"X:B", "2"}, {"X-C", "3"}};
  const auto info = HandshakeInfo::of(std::move(bad));
  EXPECT_EQ(info.headers().size(), 1u);
  EXPECT_EQ(info.header("Admin"), "");
  EXPECT_EQ(info.header("X-C"), "3");
}

TEST(HandshakeInfo, OfNoRequestIsEmpty) {
  const HandshakeInfo info;
  EXPECT_EQ(info.url(), "");
  EXPECT_TRUE(info.query().empty());
  EXPECT_TRUE(info.headers().empty());
  EXPECT_EQ(info.header("Host"), "");
}

}  // namespace
}  // namespace skat::engineio
