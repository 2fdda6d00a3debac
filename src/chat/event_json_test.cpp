#include "chat/event_json.hpp"

#include <gtest/gtest.h>

namespace skat::chat {
namespace {

model::Event message() {
  return {*model::RoomId::parse("9f86d081884c7d659a2feaa0c55ad015"),
          model::Epoch{0x5d1f0c9be7a24836},
          model::Seq{2},
          model::MSeq{1},
          model::EventKind::message,
          *model::UserId::parse("4a1c0e7b92d35f6810aa27c4e9b0d713"),
          model::DeviceId{0x0193f2a7c4d1e86b},
          model::N{3},
          base::from_millis(1767225600002),
          R"({"name":"Ada","text":"Hello"})"};
}

TEST(EventJson, AMessageIsAsTheProtocolShowsIt) {
  EXPECT_EQ(
      encode_event(message()),
      R"({"room":"9f86d081884c7d659a2feaa0c55ad015","epoch":"5d1f0c9be7a24836","seq":2,"mseq":1,"kind":"message",)"
      R"("sender":"4a1c0e7b92d35f6810aa27c4e9b0d713","device":"0193f2a7c4d1e86b","n":3,"ts":1767225600002,)"
      R"("body":{"name":"Ada","text":"Hello"}})");
}

TEST(EventJson, WhatIsNotCountedHasNoMseq) {
  auto event = message();
  event.kind = model::EventKind::member_left;
  event.mseq.reset();
  event.body = R"({"name":"Ada"})";
  const auto json = encode_event(event);
  EXPECT_EQ(json.find("mseq"), std::string::npos);
  EXPECT_NE(json.find(R"("kind":"member.left")"), std::string::npos);
}

TEST(EventJson, AStoredEventIsShownAsOneOfTheEpochThatIsNow) {
  const auto shown = make_feed_event(message(), model::Epoch{7});
  EXPECT_NE(shown->json.find(R"("epoch":"0000000000000007","seq":2)"), std::string::npos);
  EXPECT_EQ(shown->seq, message().seq);
}

TEST(EventJson, TheBodyIsTheLastMember) {
  const auto json = encode_event(message());
  const auto body = message().body;
  EXPECT_EQ(json.substr(json.size() - kAfterBody - body.size(), body.size()), body);
}

}  // namespace
}  // namespace skat::chat
