#include "chat/peer_message.hpp"

#include <gtest/gtest.h>

#include "chat/testing/peer_messages.hpp"

namespace skat::chat {
namespace {

using testing::examples;

TEST(PeerMessage, EveryMessageComesBackAsItWas) {
  for (const base::Bytes& bytes : examples()) {
    const auto message = decode_peer_message(bytes);
    ASSERT_TRUE(message) << bytes.front();
    EXPECT_EQ(std::visit([](const auto& whole) { return encode(whole); }, *message), bytes) << bytes.front();
  }
}

TEST(PeerMessage, WhatIsCutShortOrHasBytesBehindItIsNotAMessage) {
  for (const base::Bytes& bytes : examples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto message = decode_peer_message(std::string_view(bytes).substr(0, size));
      // Only a page or a run of events may end after any of its events, or before the first.
      if (message) {
        EXPECT_EQ(std::visit([](const auto& whole) { return encode(whole).size(); }, *message), size);
        EXPECT_NE(bytes.find("\"seq\""), base::Bytes::npos);
      }
    }
    if (const auto message = decode_peer_message(bytes + "x")) {
      ADD_FAILURE() << "a message of type " << bytes.front() << " with a byte behind it";
    }
  }
}

TEST(PeerMessage, AnotherNodesErrorIsOneOfChats) {
  const Answered answered{7, make_error_code(errc::not_a_member)};
  const auto back = decode_peer_message(encode(answered));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<Answered>(*back).answer.error(), errc::not_a_member);
  auto bytes = encode(answered);
  bytes[bytes.size() - 1] = 99;
  EXPECT_EQ(std::get<Answered>(*decode_peer_message(bytes)).answer.error(), errc::unavailable)
      << "unknown to this release";
  EXPECT_EQ(std::get<Answered>(*decode_peer_message(encode(Answered{7, std::make_error_code(std::errc::io_error)})))
                .answer.error(),
            errc::unavailable);
}

TEST(PeerMessage, ALengthThatTheBytesCannotHoldTakesNoMemory) {
  base::Bytes bytes = encode(Asked{1, 2, FactsQuestion{}});
  bytes.replace(bytes.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_FALSE(decode_peer_message(bytes));
  base::Bytes beat = encode(Beat{1, 2, {}, {}});
  beat.replace(beat.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_FALSE(decode_peer_message(beat));
}

TEST(PeerMessage, ARoomsAccessIsOneThatIsKnown) {
  RoomFacts facts;
  facts.view = fold::RoomView{};
  facts.view->access = static_cast<model::Access>(9);
  EXPECT_FALSE(decode_peer_message(encode(Answered{1, Answer(FactsQuestion::Answer{facts})})));
}

}  // namespace
}  // namespace skat::chat
