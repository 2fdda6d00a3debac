#include "relay/messages.hpp"

#include <gtest/gtest.h>

namespace skat::relay {
namespace {

using engineio::SessionRequest;
using engineio::TransportKind;

SessionRequest some_request() {
  SessionRequest request;
  request.facts.method = "POST";
  request.facts.sid = "AAAAAAAAAAAAAAAAAAAA";
  request.facts.transport = TransportKind::polling;
  request.facts.revision4 = true;
  request.body = std::string("4he\0llo", 7);
  return request;
}

TEST(RelayMessages, ARequestKeepsEveryFact) {
  const auto request = decode_request(encode(some_request()));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->facts.method, "POST");
  EXPECT_EQ(request->facts.sid, "AAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(request->facts.transport, TransportKind::polling);
  EXPECT_EQ(request->body, std::string("4he\0llo", 7));
}

TEST(RelayMessages, EachFlagOfARequestIsItsOwn) {
  using Flag = bool& (*)(SessionRequest&);
  const Flag flags[] = {
      [](SessionRequest& r) -> bool& { return r.body_follows; },
      [](SessionRequest& r) -> bool& { return r.octet_stream; },
      [](SessionRequest& r) -> bool& { return r.facts.revision4; },
      [](SessionRequest& r) -> bool& { return r.facts.base64; },
      [](SessionRequest& r) -> bool& { return r.facts.upgrade; },
      [](SessionRequest& r) -> bool& { return r.facts.origin_malformed; },
      [](SessionRequest& r) -> bool& { return r.facts.origin_refused; },
  };
  for (const Flag set : flags) {
    SessionRequest request;
    set(request) = true;
    auto read = decode_request(encode(request));
    ASSERT_TRUE(read);
    for (const Flag flag : flags) EXPECT_EQ(flag(*read), flag == set);
  }
}

TEST(RelayMessages, ATransportMayBeUnknownOrAnyOfTheTwo) {
  for (const auto transport : {std::optional<TransportKind>(), std::optional(TransportKind::polling),
                               std::optional(TransportKind::websocket)}) {
    SessionRequest request;
    request.facts.transport = transport;
    EXPECT_EQ(decode_request(encode(request))->facts.transport, transport);
  }
}

TEST(RelayMessages, ABodyIsThereOrTooLarge) {
  EXPECT_EQ(decode_body(encode(net::BodyResult{false, "4hello"}))->body, "4hello");
  EXPECT_FALSE(decode_body(encode(net::BodyResult{false, ""}))->too_large);
  EXPECT_TRUE(decode_body(encode(net::BodyResult{true, ""}))->too_large);
}

TEST(RelayMessages, AnAnswerKeepsStatusHeadersAndBody) {
  auto sent = net::HttpResponse::text(200, "4hello");
  sent.headers.push_back({"cache-control", "no-store"});
  sent.close = true;
  const auto answer = decode_answer(encode(sent));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->close);
  ASSERT_EQ(answer->headers.size(), sent.headers.size());
  EXPECT_EQ(answer->headers.back().name, "cache-control");
  EXPECT_EQ(answer->headers.back().value, "no-store");
  ASSERT_TRUE(answer->body);
  EXPECT_EQ(*answer->body, "4hello");
}

TEST(RelayMessages, AnAnswerWithoutABodyHasNone) {
  net::HttpResponse sent;
  sent.status = 413;
  const auto answer = decode_answer(encode(sent));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->body, nullptr);
}

TEST(RelayMessages, AnAnnouncementKeepsTagClaimAndFlags) {
  const auto read =
      decode_announcement(encode(Announcement{engineio::NodeTag{0xABCD}, 1'764'000'000'123, true, false}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->tag, engineio::NodeTag{0xABCD});
  EXPECT_EQ(read->claimed, 1'764'000'000'123U);
  EXPECT_TRUE(read->asks);
  EXPECT_FALSE(read->resets);
  EXPECT_TRUE(decode_announcement(encode(Announcement{engineio::NodeTag{1}, 0, false, true}))->resets);
  EXPECT_FALSE(decode_announcement(encode(Announcement{engineio::NodeTag::none, 1, false, false})));
}

TEST(RelayMessages, NothingMayBeMissingAndNothingMayFollow) {
  const auto refused_when_cut = [](const base::Bytes& whole, auto decode) {
    ASSERT_TRUE(decode(whole));
    EXPECT_FALSE(decode(whole + "x"));
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode(whole.substr(0, size))) << size;
  };
  refused_when_cut(encode(some_request()), decode_request);
  refused_when_cut(encode(net::BodyResult{false, "4hello"}), decode_body);
  refused_when_cut(encode(net::HttpResponse::text(200, "ok")), decode_answer);
  refused_when_cut(encode(Announcement{engineio::NodeTag{1}, 2, false, false}), decode_announcement);
}

}  // namespace
}  // namespace skat::relay
