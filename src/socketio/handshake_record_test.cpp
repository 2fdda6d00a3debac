#include "socketio/handshake_record.hpp"

#include <gtest/gtest.h>

#include "socketio/json_scan.hpp"

namespace skat::socketio {
namespace {

engineio::HandshakeInfo handshake(std::vector<net::Header> headers) {
  net::HttpRequest request;
  request.target = "/socket.io/?EIO=4&transport=polling&room=a%20b";
  request.query = "EIO=4&transport=polling&room=a%20b";
  request.remote_address = "192.0.2.1";
  request.headers = std::move(headers);
  return engineio::HandshakeInfo::of(std::move(request));
}

TEST(HandshakeRecord, SaysAllThatIsKnown) {
  const auto info = handshake({{"Host", "example.org"}, {"X-Two", "1"}, {"x-two", "2"}, {"Origin", "http://a"}});
  EXPECT_EQ(handshake_record(info, 1'795'510'800'123, R"({"token":"t"})"),
            R"({"headers":{"host":"example.org","x-two":"1","origin":"http://a"},)"
            R"("time":"Tue Nov 24 2026 09:00:00 GMT+0000","address":"192.0.2.1","xdomain":true,"secure":false,)"
            R"("issued":1795510800123,"url":"/socket.io/?EIO=4&transport=polling&room=a%20b","query":{"room":"a b"},)"
            R"("auth":{"token":"t"}})");
}

TEST(HandshakeRecord, IsValidJsonWhateverThePeerSends) {
  const auto info = handshake({{"X-Bytes", "caf\xe9 \"quoted\" \x01"}});
  const auto record = handshake_record(info, 0, "{}");
  EXPECT_TRUE(scan_json(record, {})) << record;
  EXPECT_NE(record.find("caf\xc3\xa9"), std::string::npos);
  EXPECT_NE(record.find(R"("xdomain":false)"), std::string::npos);
}

}  // namespace
}  // namespace skat::socketio
